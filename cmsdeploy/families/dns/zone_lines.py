"""Records of a zone file that somebody pasted: relative names, `@`, owners left out, parentheses.

Only what the rules look at is read (SRV, CNAME, A, AAAA; RFC 1035, section 5, and RFC 2782). A line
that is no record is passed over, for a paste may hold anything. Without ``$ORIGIN`` nobody knows
what relative names belong to, and they stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["ZoneRecord", "zone_records"]

_NAME = re.compile(r"(?:@|\.|(?:[\w*-]+\.)*[\w*-]+\.?)")
_TTL = re.compile(r"\d+|(?:\d+[smhdw])+", re.IGNORECASE)
_CLASSES = frozenset({"IN", "CH", "HS"})
# How many words of data a kind has, and which of them is a name.
_KINDS = {"SRV": (4, 3), "CNAME": (1, 0), "A": (1, None), "AAAA": (1, None), "SOA": (7, None)}
# Kinds that only give an owner to the lines behind them.
_OTHERS = frozenset({"NS", "MX", "TXT", "PTR", "NAPTR", "CAA", "DS", "DNSKEY", "RRSIG", "SRV"})
_LONGEST = 100


@dataclass(frozen=True)
class ZoneRecord:
    """``owner`` and ``data`` hold whole names in small letters, without the final dot. ``text`` is
    the record as written, and ``is_relative`` says that its target was written without the dot."""

    owner: str
    kind: str
    data: tuple[str, ...]
    text: str
    is_relative: bool = False


def zone_records(lines: Iterable[str]) -> Iterator[ZoneRecord]:
    """The records that ``lines`` hold, in order."""
    origin, owner = "", ""
    for line in _whole(lines):
        words = line.split()
        if words[0].upper() == "$ORIGIN" and len(words) == 2 and _NAME.fullmatch(words[1]):
            origin = _full(words[1], origin)
            continue
        if not line[0].isspace():
            if not _NAME.fullmatch(words[0]):
                continue
            named, words = words[0], words[1:]
            rest = _without_ttl(words)
            if not rest or rest[0].upper() not in {*_KINDS, *_OTHERS}:
                continue
            owner = _full(named, origin)
        else:
            rest = _without_ttl(words)
        yield from _record(owner, origin, rest, line)


def _record(owner: str, origin: str, rest: list[str], line: str) -> Iterator[ZoneRecord]:
    kind = rest[0].upper() if rest else ""
    if kind not in _KINDS:
        return
    count, place = _KINDS[kind]
    data = rest[1:]
    is_whole = len(data) == count and (place is None or _NAME.fullmatch(data[place]))
    if not is_whole or (kind == "SRV" and not all(word.isdecimal() for word in data[:3])):
        return
    is_relative = place is not None and not data[place].endswith(".")
    if place is not None:
        data = [*data[:place], _full(data[place], origin)]
    text = " ".join(line.split())
    yield ZoneRecord(owner, kind, tuple(word.lower() for word in data), text, is_relative)


def _whole(lines: Iterable[str]) -> Iterator[str]:
    """Lines without comments, those in parentheses joined; a parenthesis that nobody closes is
    given up, so that one slip does not hide the rest."""
    held: list[str] = []
    for line in lines:
        # Between quotes a semicolon is no comment; no kind that is read here has quotes.
        held.append((line if '"' in line else line.partition(";")[0]).rstrip())
        is_open = sum(one.count("(") - one.count(")") for one in held) > 0
        if is_open and len(held) < _LONGEST:
            continue
        yield from _flat(held if is_open else [" ".join(held)])
        held = []
    yield from _flat(held)


def _flat(lines: Iterable[str]) -> Iterator[str]:
    plain = (line.replace("(", " ").replace(")", " ") for line in lines)
    return (line for line in plain if line.strip())


def _without_ttl(words: list[str]) -> list[str]:
    """The words from the kind on: time to live and class may stand before it, in either order."""
    left = list(words)
    while left and (_TTL.fullmatch(left[0]) or left[0].upper() in _CLASSES):
        left.pop(0)
    return left


def _full(name: str, origin: str) -> str:
    if name == "@":
        return origin
    if name.endswith("."):
        return name[:-1].lower()
    return f"{name.lower()}.{origin}" if origin else name.lower()
