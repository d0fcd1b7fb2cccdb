"""Reading a journal back, for people: what is whole is told, what is not is named.

A record is taken only where its sum is right over itself and the line before it. Reading ends at
the first line that is not whole: what comes behind may be anything, and is counted, not told.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.errors import InputError, printable
from cmsdeploy.executor.journal import FIRST_SUM, line_sum
from cmsdeploy.model.event import Event, EventKind

__all__ = ["OldJournal", "Record", "open_steps", "parse_journal", "read_journal"]

_LARGEST = 256 * 1024 * 1024
_LINE = re.compile(rb'(?P<body>\{.*), "sum": "(?P<sum>[0-9a-f]{16})"\}')


@dataclass(frozen=True)
class Record:
    """One event with its moment (UTC, ISO 8601)."""

    at: str
    event: Event


@dataclass(frozen=True)
class OldJournal:
    """``damage`` says in words where the reading ended too early; empty where all was whole."""

    records: tuple[Record, ...]
    damage: str = ""

    @property
    def has_begun(self) -> bool:
        """Whether anything was to be carried out; a look that found nothing to do is no run."""
        return any(record.event.kind is EventKind.RUN_STARTED for record in self.records)

    @property
    def has_ended(self) -> bool:
        """Whether the run came to its end, well or not."""
        return any(record.event.kind is EventKind.RUN_ENDED for record in self.records)


def read_journal(path: Path) -> OldJournal:
    """Read ``path``. Raises ``InputError`` only where it cannot be read at all."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(
            f"{printable(str(path))} cannot be read: {error.strerror}", "name a journal"
        ) from None
    if len(content) > _LARGEST:
        raise InputError(f"{printable(str(path))} is larger than 256 MiB", "name a journal")
    return parse_journal(content)


def parse_journal(content: bytes) -> OldJournal:
    """Read the bytes of a journal; never raises, whatever they are."""
    records: list[Record] = []
    before = FIRST_SUM
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        is_last = number == len(lines)
        if is_last and not line:
            return OldJournal(tuple(records))
        record = None if is_last else _record(line, before)
        if record is None:
            what = "is torn" if is_last else "was changed, or one before it was lost"
            left = sum(1 for each in lines[number - 1 :] if each)
            return OldJournal(tuple(records), f"line {number} {what}: {left} lines do not count")
        before = line[-18:-2].decode("ascii")
        records.append(record)
    return OldJournal(tuple(records))


def open_steps(journal: OldJournal) -> tuple[Record, ...]:
    """Steps that were announced, and of which nothing more is known: the box alone can tell."""
    waiting: dict[str, Record] = {}
    for record in journal.records:
        kind = record.event.kind
        if kind in (EventKind.STEP_INTENDED, EventKind.STEP_UNKNOWN):
            waiting[record.event.step] = record
        elif kind in (EventKind.STEP_DONE, EventKind.STEP_PROVED, EventKind.STEP_FAILED):
            waiting.pop(record.event.step, None)
    return tuple(waiting.values())


def _record(line: bytes, before: str) -> Record | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    try:
        body = found["body"].decode("ascii")
        if line_sum(before, body) != found["sum"].decode():
            return None
        read = json.loads(body + "}")
        kind = EventKind(read["event"])
        event = Event(kind, read["host"], read["step"], read["text"], read["seconds"])
        return Record(read["at"], event)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
