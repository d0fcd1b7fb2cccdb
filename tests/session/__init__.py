"""Tests of talking to one box, without a wire."""
