"""Planted defects: that the tests can fail."""
