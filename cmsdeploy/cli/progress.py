"""Events while a run is under way: a live table or lines for people, JSON lines for programs."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from cmsdeploy.cli.console import Console
from cmsdeploy.errors import printable
from cmsdeploy.executor.clock import Stopwatch, moment
from cmsdeploy.model.action import Pause, Wait
from cmsdeploy.model.event import Event, EventKind, Listener
from cmsdeploy.report.board import Board, Row
from cmsdeploy.report.spent import Spent, spent_lines

if TYPE_CHECKING:
    from cmsdeploy.cli.live import LiveTable
    from cmsdeploy.model.plan import Plan
    from cmsdeploy.model.step import Step

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
# Where no table shows that something is alive, a line from time to time does.
_SECONDS_OF_SILENCE = 10.0


class Progress:
    """A listener that shows. ``verbosity`` 1 adds what is read, sent and proved.

    Within ``reading`` and ``carrying_out`` a terminal has a live table below the lines.
    """

    def __init__(self, console: Console, verbosity: int, is_json: bool) -> None:
        self._console = console
        self._is_loud = verbosity > 0
        self._is_json = is_json
        self._watch = Stopwatch()
        self._lock = threading.RLock()
        self._lines: dict[str, str] = {}
        self._told_at: dict[str, float] = {}
        self._board = Board({})
        self._table: LiveTable | None = None
        self._spent = Spent()

    def __call__(self, event: Event) -> None:
        with self._lock:
            now = self._watch.seconds
            self._board.take(event, now)
            self._spent.take(event, now)
            if self._is_json:
                self._console.result([json.dumps(self._as_json(event, now))])
                return
            if event.kind is EventKind.STEP_INTENDED:
                self._lines[event.step] = event.text
            if self._is_told(event, now):
                self._told_at[event.step] = now
                self._console.note(self._line(event))

    @contextmanager
    def reading(self, clusters: Mapping[str, str]) -> Iterator[None]:
        """While boxes are looked at: ``clusters`` has the cluster of each."""
        self._board = Board(clusters, began=self._watch.seconds)
        with self._shown():
            yield

    @contextmanager
    def carrying_out(self, plan: Plan) -> Iterator[None]:
        """While the steps of ``plan`` are carried out."""
        from cmsdeploy.planning.proofs import proof_points

        points = proof_points(plan.steps)
        self._board = Board(_clusters(plan), plan.steps, self._watch.seconds, points)
        self._spent.waits = {s.identity for s in plan.steps if isinstance(s.action, Wait | Pause)}
        with self._shown():
            yield

    def asking(self, ask: Callable[[str], bool]) -> Callable[[str], bool]:
        """``ask`` with the table out of the way while a person answers."""

        def asked(question: str) -> bool:
            table = self._table
            if table is None:
                return ask(question)
            self._console.above.remove(table.above)
            table.stop()
            try:
                return ask(question)
            finally:
                self._console.above.append(table.above)
                table.start()

        return asked

    def spent_lines(self) -> list[str]:
        """Where the time went so far."""
        return list(spent_lines(self._spent, self._watch.seconds))

    def spent_as_json(self) -> dict[str, object]:
        """The same for programs."""
        kinds = {
            "read": self._spent.reads,
            "write": self._spent.writes,
            "wait": self._spent.waited,
        }
        boxes = {
            host: {name: round(kind.get(host, 0.0), 3) for name, kind in kinds.items()}
            for host in self._spent.hosts
        }
        return {"event": "time", "boxes": boxes}

    @contextmanager
    def _shown(self) -> Iterator[None]:
        from cmsdeploy.cli.live import LiveTable, may_draw

        if self._is_json or not may_draw(self._console.may_move):
            yield
            return
        table = LiveTable(self._now, self._lock, self._console.masked)
        self._table = table
        self._console.above.append(table.above)
        try:
            table.start()
            yield
        finally:
            self._console.above.clear()
            table.stop()
            self._table = None

    def _now(self) -> tuple[str, float, Sequence[Row]]:
        with self._lock:
            now = self._watch.seconds
            return self._board.title, self._board.seconds(now), list(self._board.rows(now))

    def _is_told(self, event: Event, now: float) -> bool:
        if event.kind in _ALWAYS or (self._is_loud and event.kind in _WORDS):
            return True
        is_wait = event.kind is EventKind.WAITING and self._table is None
        last = self._told_at.setdefault(event.step, now)
        return is_wait and now - last >= _SECONDS_OF_SILENCE

    def _line(self, event: Event) -> str:
        # For people the command says more than the silence that most boxes answer with.
        is_done = event.kind is EventKind.STEP_DONE
        text = (not is_done and event.text) or self._lines.get(event.step, "")
        took = f"  ({event.seconds:.2f} s)" if event.seconds is not None else ""
        clock = datetime.fromtimestamp(moment(), timezone.utc).strftime("%H:%M:%SZ")
        place = self._board.place(event.step)
        host = f"{event.host:<{self._board.width}}"
        return f"{clock} {place:>5}  {host}  {_WORDS[event.kind]:<7} {printable(text)}{took}"

    def _as_json(self, event: Event, now: float) -> dict[str, object]:
        from cmsdeploy.report.events import event_as_json

        number, _, of = self._board.place(event.step).partition("/")
        return event_as_json(
            event,
            at=moment(),
            elapsed=now,
            number=int(number) if number else None,
            of=int(of) if of else None,
        )


def _clusters(plan: Plan) -> dict[str, str]:
    clusters: dict[str, str] = dict.fromkeys(plan.hosts, "")
    known: Iterator[Step] = (step for step in plan.steps if step.cluster)
    clusters.update({step.host: step.cluster for step in known})
    return clusters


def several(listeners: Sequence[Listener]) -> Listener:
    """One listener that tells all of ``listeners``, in order."""

    def tell(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return tell
