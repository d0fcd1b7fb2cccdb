"""Trouble on the wire: a TCP proxy of our own, and runs that go through it."""
