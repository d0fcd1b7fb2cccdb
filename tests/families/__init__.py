"""Families: their parsers, their ladders, what they refuse."""
