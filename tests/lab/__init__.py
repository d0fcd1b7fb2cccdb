"""Tests of the lab: the twin against the transcripts, and the wire against real clients."""
