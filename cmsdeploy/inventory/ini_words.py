"""A host line of INI as words: the rules of a POSIX shell, comments included."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cmsdeploy.errors import InputError

__all__ = ["HostLine", "split_host_line"]

_BLANKS = " \t\r\n"
_WORD = re.compile(r"[^ \t\r\n]+")


@dataclass(frozen=True)
class HostLine:
    """``words`` with the column, from 0, at which each begins. ``cut`` is the column of a ``#``
    that is glued to a word and takes the rest of the line away, or -1."""

    words: list[tuple[int, str]]
    cut: int = -1


def split_host_line(line: str) -> HostLine:
    """Split as a shell does. Raises :class:`InputError`, without a place, for an open quote."""
    if not any(mark in line for mark in "#'\"\\"):
        return HostLine(_plain_words(line))
    words: list[tuple[int, str]] = []
    at = 0
    while at < len(line):
        if line[at] in _BLANKS:
            at += 1
            continue
        if line[at] == "#":
            return HostLine(words)
        word, end = _word(line, at)
        words.append((at, word))
        if end < len(line) and line[end] == "#":
            return HostLine(words, end)
        at = end
    return HostLine(words)


def _plain_words(line: str) -> list[tuple[int, str]]:
    return [(match.start(), match[0]) for match in _WORD.finditer(line)]


def _word(line: str, at: int) -> tuple[str, int]:
    """The word that begins at ``at``, without its quotes, and where it ends."""
    pieces: list[str] = []
    while at < len(line) and line[at] not in _BLANKS and line[at] != "#":
        mark = line[at]
        if mark in "'\"":
            piece, at = _quoted(line, at)
        elif mark == "\\":
            if at + 1 == len(line):
                raise InputError("nothing follows the backslash", "take it out, or double it")
            piece, at = line[at + 1], at + 2
        else:
            piece, at = mark, at + 1
        pieces.append(piece)
    return "".join(pieces), at


def _quoted(line: str, start: int) -> tuple[str, int]:
    mark, at = line[start], start + 1
    pieces: list[str] = []
    while at < len(line) and line[at] != mark:
        if mark == '"' and line[at] == "\\" and line[at + 1 : at + 2] in {'"', "\\"}:
            at += 1  # between double quotes, a backslash escapes these two only
        pieces.append(line[at])
        at += 1
    if at >= len(line):
        raise InputError("the quote is never closed", f"add {mark}, or put a backslash before it")
    return "".join(pieces), at + 1
