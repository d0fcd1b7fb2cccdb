"""Tests of the wire: pure parts by tables, the rest against other people's servers."""
