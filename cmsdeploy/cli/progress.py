"""Events while a run is under way: lines for people, JSON lines for programs."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence

from cmsdeploy.cli.console import Console
from cmsdeploy.errors import printable
from cmsdeploy.executor.clock import Stopwatch
from cmsdeploy.model.event import Event, EventKind, Listener

__all__ = ["Progress", "several"]

_ALWAYS = frozenset(
    {
        EventKind.HOST_UNREACHABLE,
        EventKind.STEP_FAILED,
        EventKind.STEP_UNKNOWN,
        EventKind.STEP_DONE,
        EventKind.WARNING,
        EventKind.PAUSED,
    }
)
_WORDS = {
    EventKind.HOST_READ: "read",
    EventKind.HOST_UNREACHABLE: "unreachable",
    EventKind.STEP_INTENDED: "send",
    EventKind.STEP_DONE: "done",
    EventKind.STEP_PROVED: "proved",
    EventKind.STEP_FAILED: "FAILED",
    EventKind.STEP_UNKNOWN: "UNKNOWN",
    EventKind.STEP_SKIPPED: "skipped",
    EventKind.WAITING: "waiting",
    EventKind.PAUSED: "paused",
    EventKind.WARNING: "warning",
}


class Progress:
    """A listener that shows. ``verbosity`` 1 adds what is read, sent and proved."""

    def __init__(self, console: Console, verbosity: int, is_json: bool) -> None:
        self._console = console
        self._is_loud = verbosity > 0
        self._is_json = is_json
        self._watch = Stopwatch()
        self._lock = threading.Lock()
        self._lines: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        with self._lock:
            if self._is_json:
                self._console.result([json.dumps(_as_json(event, self._watch.seconds))])
                return
            if event.kind is EventKind.STEP_INTENDED:
                self._lines[event.step] = event.text
            if event.kind in _ALWAYS or (self._is_loud and event.kind in _WORDS):
                self._console.note(self._line(event))

    def _line(self, event: Event) -> str:
        # For people the command says more than the silence that most boxes answer with.
        is_done = event.kind is EventKind.STEP_DONE
        text = (not is_done and event.text) or self._lines.get(event.step, "")
        took = f"  ({event.seconds:.2f} s)" if event.seconds is not None else ""
        return (
            f"{self._watch.seconds:7.2f} s  {event.host:<12} {_WORDS[event.kind]:<11}"
            f" {printable(text)}{took}"
        )


def _as_json(event: Event, elapsed: float) -> dict[str, object]:
    return {
        "event": event.kind.value,
        "elapsed": round(elapsed, 4),
        "host": event.host,
        "step": event.step,
        "text": event.text,
        "seconds": None if event.seconds is None else round(event.seconds, 4),
    }


def several(listeners: Sequence[Listener]) -> Listener:
    """One listener that tells all of ``listeners``, in order."""

    def tell(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return tell
