"""Numbers as Ansible takes them: 5, or the text "5" that a template or ``-e`` gives; and shares."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Size", "number_of", "percentage_of", "size_of"]

_LONGEST = 9
_LARGEST_SIZE = 100_000


class Size(NamedTuple):
    """How many hosts a batch has: a number, or a share of the play's hosts in percent."""

    number: int
    is_percent: bool = False

    def of(self, total: int) -> int:
        """The size for ``total`` hosts, at least one."""
        return max(1, total * self.number // 100) if self.is_percent else self.number


def number_of(value: object) -> int | None:
    """The number from 0 that ``value`` means, or None where it means none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < 10**_LONGEST else None
    if isinstance(value, str):
        text = value.strip()
        is_number = text.isascii() and text.isdecimal() and len(text) <= _LONGEST
        return int(text) if is_number else None
    return None


def size_of(value: object) -> Size | None:
    """How many hosts a batch has: 2, "2" or "30%"; None where ``value`` means no number above 0."""
    is_share = isinstance(value, str) and value.endswith("%")
    number = number_of(value.removesuffix("%") if isinstance(value, str) else value)
    if number is None or not 0 < number < _LARGEST_SIZE:
        return None
    return Size(number, is_share)


def percentage_of(value: object) -> float | None:
    """A number from 0 to 100, with or without the sign; None where ``value`` means none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).removesuffix("%")
    whole, _, part = text.partition(".")
    is_number = (whole + part).isascii() and whole.isdecimal() and (not part or part.isdecimal())
    return float(text) if is_number and float(text) <= 100 else None
