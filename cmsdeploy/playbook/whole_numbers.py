"""Whole numbers as Ansible takes them: 5, or the text "5" that a template or ``-e`` gives."""

from __future__ import annotations

__all__ = ["number_of"]

_LONGEST = 9


def number_of(value: object) -> int | None:
    """The number from 0 that ``value`` means, or None where it means none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < 10**_LONGEST else None
    if isinstance(value, str):
        text = value.strip()
        is_number = text.isascii() and text.isdecimal() and len(text) <= _LONGEST
        return int(text) if is_number else None
    return None
