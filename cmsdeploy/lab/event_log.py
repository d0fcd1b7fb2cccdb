"""The event log of Web Admin: what the call bridge of one box saw happen.

Layout and words SEEN in `webadmin-event-log-dns-error`: four columns, split by tabs here. How many
lines a box keeps is a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .copying import Frozen, Plain

_HEAD = "Date\tTime\tLogging level\tMessage"
_LONGEST = 2000


@dataclass(frozen=True)
class Event(Frozen):
    """One line. `seconds` is simulated time."""

    seconds: float
    message: str
    level: str = "Info"


@dataclass
class EventLog(Plain):
    """The lines that are kept, oldest first."""

    events: list[Event] = field(default_factory=list)

    def note(self, seconds: float, *messages: str) -> None:
        """Write lines of one moment."""
        self.events += [Event(seconds, message) for message in messages]
        del self.events[: max(0, len(self.events) - _LONGEST)]

    def clear(self, seconds: float, user: str) -> None:
        """Forget all lines but the one that says so."""
        count = len(self.events)
        self.events.clear()
        self.note(seconds, f'{count} log messages cleared by "{user}"')

    def text(self, stamps: list[tuple[str, str]]) -> str:
        """All lines, `stamps` being date and time of each."""
        rows = [
            f"{date}\t{time}\t{event.level}\t{event.message}"
            for (date, time), event in zip(stamps, self.events, strict=True)
        ]
        return "".join(f"{row}\n" for row in [_HEAD, *rows])
