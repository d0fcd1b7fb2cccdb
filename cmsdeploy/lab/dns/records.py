"""A resource record as text, and when two of them are the same."""

from __future__ import annotations

from dataclasses import dataclass

# The only kinds of which a lab's zones see many whose data is compared with its case (RFC 4343
# makes names alike whatever their case; text is not a name).
_CASE_MATTERS = frozenset({"TXT", "SPF", "CAA", "NAPTR", "URI"})
_CLASS = "IN"
# As printed in TAC-213479 for the records of the lab domain.
DEFAULT_TTL = 86400


@dataclass(frozen=True)
class Record:
    """One record. `name` is absolute and in lower case, `data` in the form of a zone file."""

    name: str
    kind: str
    ttl: int
    data: str

    def line(self) -> str:
        """The line of a zone file."""
        return f"{self.name} {self.ttl} {_CLASS} {self.kind} {self.data}"


def absolute(name: str) -> str:
    """The name as zones hold it: in lower case, with its final dot."""
    return name.lower().rstrip(".") + "."


def is_within(name: str, origin: str) -> bool:
    """Whether an absolute name is the origin itself or below it."""
    return origin in (name, ".") or name.endswith("." + origin)


def parent(name: str) -> str:
    """The name without its first label."""
    return name.partition(".")[2] or "."


def sameness(kind: str, data: str) -> str:
    """What two records of one kind have in common when they are the same record."""
    return data if kind in _CASE_MATTERS else data.lower()


def record_from_text(line: str, ttl: int = DEFAULT_TTL) -> Record:
    """Read `name [ttl] [IN] kind data`, as in a zone file and in TAC-213479 section 4.

    Names in the data need no final dot: TAC-213479 prints targets without one, and means them
    absolute. Raises ValueError for anything else.
    """
    name, *words = line.strip().strip('"').split()
    if words and words[0].isdigit():
        ttl = int(words.pop(0))
    if words and words[0].upper() == _CLASS:
        words.pop(0)
    if len(words) < 2:
        raise ValueError(f"{line!r} is no record: name [ttl] [IN] kind data")
    kind = words.pop(0).upper()
    if kind in _WORDS and len(words) != _WORDS[kind]:
        raise ValueError(f"{line!r} is no record: {kind} has {_WORDS[kind]} words of data")
    if kind in _ENDS_IN_A_NAME:
        words[-1] = words[-1].rstrip(".") + "."
    return Record(absolute(name), kind, ttl, " ".join(words))


_WORDS = {"A": 1, "AAAA": 1, "CNAME": 1, "NS": 1, "SRV": 4}
_ENDS_IN_A_NAME = frozenset({"CNAME", "NS", "PTR", "SRV", "MX"})
