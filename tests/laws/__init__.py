"""The laws of the house, checked on its source: each checker is a function of a path and a text."""
