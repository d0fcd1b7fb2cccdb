"""Lines that are longer than a terminal, broken where a person would break them.

A terminal breaks a line in the middle of a word and begins the rest at its edge: a column of
reasons is then no column any more. A line of two columns goes on below its second one, or, where
that is too narrow, has it on lines of its own. A command is never broken: it would be copied with
the break in it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

__all__ = ["wrapped"]

_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
# The line of a step: number, sign, and the command.
_STEP = re.compile(r" *\d+  [-+~ ] ")
# What stands in front of a machine's own words; they may be copied too.
_MACHINE = re.compile(r" *(digest|saved:|journal:|report:|then look:) ?")
_NARROWEST = 32
_BELOW = " " * 9


def wrapped(line: str, width: int) -> Iterator[str]:
    """Give ``line`` as lines of at most ``width`` characters, as far as that goes; a ``width`` of 0
    is no terminal, and nothing is broken."""
    if not width or len(line) <= width or not line.strip() or _MACHINE.match(line):
        yield line
        return
    gaps = list(_GAP.finditer(line))
    step = _STEP.match(line)
    column = gaps[-1].end() if gaps else 0
    if step and column <= step.end():
        yield line  # a command alone
    elif step and width - column < _NARROWEST:
        yield line[: gaps[-1].start()]
        yield from _filled(line[column:], _BELOW, _BELOW, width)
    elif column and width - column >= _NARROWEST:
        yield from _filled(line[column:], line[:column], " " * column, width)
    else:
        lead = len(line) - len(line.lstrip())
        yield from _filled(line.lstrip(), " " * lead, " " * min(lead + 8, width // 2), width)


def _filled(text: str, first: str, others: str, width: int) -> Iterator[str]:
    yield from textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_on_hyphens=False,
        break_long_words=False,
    )
