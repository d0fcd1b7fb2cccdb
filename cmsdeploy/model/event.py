"""What happens during a run, as data: the executor tells, the journal and the reports listen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

__all__ = ["Event", "EventKind", "Listener"]


class EventKind(Enum):
    """The life of a run, of a host and of a step, in the words of the journal."""

    RUN_STARTED = "run-started"
    RUN_ENDED = "run-ended"
    HOST_READ = "host-read"
    HOST_UNREACHABLE = "host-unreachable"
    STEP_INTENDED = "step-intended"
    STEP_SENT = "step-sent"
    STEP_DONE = "step-done"
    STEP_PROVED = "step-proved"
    STEP_FAILED = "step-failed"
    STEP_UNKNOWN = "step-unknown"
    STEP_SKIPPED = "step-skipped"
    WAITING = "waiting"
    PAUSED = "paused"
    WARNING = "warning"


@dataclass(frozen=True)
class Event:
    """One thing that happened. ``text`` is redacted and printable; ``seconds`` is a duration."""

    kind: EventKind
    host: str = ""
    step: str = ""
    text: str = ""
    seconds: float | None = None


Listener = Callable[[Event], None]
