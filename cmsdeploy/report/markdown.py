"""Our words inside Markdown: names and lines that cannot become a table, a link or HTML.

CommonMark lets every punctuation character be escaped by a backslash, but not every reader of
Markdown follows it inside a table or before a tag. So what could open a tag, an entity or a cell is
written as an entity, which all of them understand, and the rest is escaped by a backslash.
"""

from __future__ import annotations

import re

from cmsdeploy.errors import printable

__all__ = ["block", "code", "plain"]

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "\\": "&#92;"}
_SPECIAL = {**_ENTITIES, **{character: f"\\{character}" for character in "`*_[]~$!"}}
_TABLE = str.maketrans(_SPECIAL)
# What would make a heading, a list or a rule of a text that happens to begin a line.
_FIRST = re.compile(r"^(\s*)(\d*)([#+\-=.):])")
_BACKTICKS = re.compile(r"`+")
_LONGEST = 10_000


def plain(text: str) -> str:
    """Give ``text`` as running text: one line, with nothing in it that Markdown would act on."""
    return _FIRST.sub(r"\1\2\\\3", printable(text, _LONGEST).translate(_TABLE))


def code(text: str) -> str:
    """Give ``text`` as a code span. Not for a cell of a table, where a ``|`` would end it."""
    shown = printable(text, _LONGEST) or " "
    fence = "`" * (_longest_run(shown) + 1)
    is_touching = shown.startswith("`") or shown.endswith("`")
    return f"{fence} {shown} {fence}" if is_touching else f"{fence}{shown}{fence}"


def block(*lines: str) -> str:
    """Give ``lines`` as a block of code that can be copied as it stands."""
    shown = [printable(line, _LONGEST) for line in lines]
    fence = "`" * max(3, _longest_run("\n".join(shown)) + 1)
    return "\n".join([fence, *shown, fence])


def _longest_run(text: str) -> int:
    return max((len(found) for found in _BACKTICKS.findall(text)), default=0)
