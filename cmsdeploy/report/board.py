"""How a run stands right now, box by box: made from its events, drawn by whoever has a terminal.

Pure and told the time, so that a test can look at any moment of a run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cmsdeploy.model.action import Pause, Wait
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.gathering import gathered
from cmsdeploy.model.step import Step

__all__ = ["Board", "Row", "folded"]

_BAD = ("FAILED", "unknown", "no reply")
_ENDED = {
    EventKind.STEP_DONE: "done",
    EventKind.STEP_PROVED: "proved",
    EventKind.STEP_FAILED: "FAILED",
    EventKind.STEP_UNKNOWN: "unknown",
    EventKind.STEP_SKIPPED: "skipped",
}


@dataclass(frozen=True)
class Row:
    """One box at one moment. ``count`` is "4/19", or "" where nothing is to be done; ``seconds`` is
    how long it has been so. The smaller ``rank``, the more a person should see it."""

    cluster: str
    host: str
    count: str
    word: str
    text: str
    seconds: float
    rank: int

    @property
    def is_bad(self) -> bool:
        return self.word in _BAD

    @property
    def is_active(self) -> bool:
        return self.rank == 1


@dataclass
class _Box:
    word: str
    text: str = ""
    since: float = 0.0
    rank: int = 1
    seconds: float | None = None


class Board:
    """Boxes being read (no ``steps``), or the ``steps`` of a plan being carried out.

    ``clusters`` has the cluster of every box, in the order in which they are shown; ``began`` is
    now, on the clock that every later moment comes from. After the steps in ``points`` the box is
    read again.
    """

    def __init__(
        self,
        clusters: Mapping[str, str],
        steps: Sequence[Step] = (),
        began: float = 0.0,
        points: Collection[str] = (),
    ) -> None:
        self._clusters = clusters
        self._steps = {step.identity: step for step in steps}
        self._numbers = {step.identity: number for number, step in enumerate(steps, start=1)}
        own = gathered(steps, lambda step: step.host)
        self._own = {host: own.get(host, []) for host in clusters}
        self._points = {s.identity for s in steps if s.identity in points and _is_provable(s)}
        self._ended: dict[str, EventKind] = {}
        self._proving: set[str] = set()
        self._began = began
        first = _Box("held", since=began, rank=2) if steps else _Box("reading", since=began)
        self._boxes = {host: _Box(first.word, "", began, first.rank) for host in clusters}

    def place(self, step: str) -> str:
        """Where ``step`` stands in the plan, as ``4/57``; "" for a step that is not in it."""
        return f"{self._numbers[step]}/{len(self._numbers)}" if step in self._numbers else ""

    def take(self, event: Event, now: float) -> None:
        """Move the box of ``event``. What is said of the run as a whole moves nobody."""
        box = self._boxes.get(event.host)
        if box is None:
            return
        if event.kind is EventKind.HOST_READ:
            self._boxes[event.host] = _Box("read", "", now, 4, event.seconds)
        elif event.kind is EventKind.HOST_UNREACHABLE:
            self._boxes[event.host] = _Box("no reply", event.text, now, 0)
        elif event.kind is EventKind.STEP_INTENDED:
            self._boxes[event.host] = self._begun(event, now)
        elif event.kind in (EventKind.WAITING, EventKind.PAUSED):
            box.word = "paused" if self._is_pause(event.step) else "waits"
            box.text = event.text
        elif event.kind in _ENDED:
            self._end(event, now)

    def _is_pause(self, identity: str) -> bool:
        step = self._steps.get(identity)
        return step is not None and isinstance(step.action, Pause)

    def _begun(self, event: Event, now: float) -> _Box:
        step = self._steps.get(event.step)
        if step is None:
            return _Box("sends", event.text, now)
        if isinstance(step.action, Wait):
            return _Box("waits", f"until {step.action.for_what}", now)
        return _Box("sends", f"{step.action.line} \u2013 {step.why}", now)

    def _end(self, event: Event, now: float) -> None:
        self._ended[event.step] = event.kind
        self._proving.discard(event.step)
        if event.kind in (EventKind.STEP_FAILED, EventKind.STEP_UNKNOWN):
            self._boxes[event.host] = _Box(_ENDED[event.kind], event.text, now, 0)
        elif event.kind is EventKind.STEP_DONE and event.step in self._points:
            self._proving.add(event.step)
            self._boxes[event.host] = _Box("proves", f"that {self._steps[event.step].why}", now)
        elif self._boxes[event.host].rank != 0:
            self._boxes[event.host] = _Box("held", "", now, 2)

    @property
    def width(self) -> int:
        """Of the longest name of a box."""
        return max(map(len, self._clusters), default=0)

    @property
    def title(self) -> str:
        """One line about the whole."""
        if not self._steps:
            looked = Counter(box.rank for box in self._boxes.values())
            return f"looking at the boxes: {looked[0] + looked[4]} of {len(self._boxes)}"
        return f"carrying out: {len(self._ended)} of {len(self._steps)} steps"

    def seconds(self, now: float) -> float:
        """How long the whole has been going on."""
        return now - self._began

    def rows(self, now: float) -> Iterator[Row]:
        """Every box as it is at ``now``."""
        for host, cluster in self._clusters.items():
            box = self._boxes[host]
            own = self._own[host]
            ended = sum(step.identity in self._ended for step in own)
            count = f"{ended}/{len(own)}" if own else ""
            if box.word == "held":
                box = self._held(host, box)
            spent = now - box.since if box.seconds is None else box.seconds
            yield Row(cluster, host, count, box.word, box.text, spent, box.rank)

    def _held(self, host: str, box: _Box) -> _Box:
        """Why nothing is under way on a box: done, or what its next step waits for elsewhere."""
        todo = next((s for s in self._own[host] if s.identity not in self._ended), None)
        if todo is None:
            is_cut = any(
                self._ended[step.identity] is EventKind.STEP_SKIPPED for step in self._own[host]
            )
            return _Box("skipped" if is_cut else "done", "", box.since, 3 if is_cut else 5)
        needs = (self._steps[each] for each in todo.needs if each in self._steps)
        open_ones = [each for each in needs if self._is_open(each.identity)]
        first = min(open_ones, key=lambda each: self._numbers[each.identity], default=None)
        if first is None:
            return _Box("next", todo.action.line, box.since, 2)
        number = self._numbers[first.identity]
        return _Box("held", f"until {first.host} has done [{number}] {first.why}", box.since, 2)

    def _is_open(self, identity: str) -> bool:
        """Nobody builds on a step before its look has ended."""
        return identity not in self._ended or identity in self._proving


def _is_provable(step: Step) -> bool:
    return step.proof is not None and bool(step.proof.sentences)


def folded(rows: Sequence[Row], most: int) -> tuple[list[Row], str]:
    """At most ``most`` lines: the rows that matter most, in their order, and a line of the rest.

    The line is "" where every row fits.
    """
    if len(rows) <= most:
        return list(rows), ""
    ranked = sorted(range(len(rows)), key=lambda at: rows[at].rank)
    kept = set(ranked[: max(most - 1, 0)])
    left = Counter(row.word for at, row in enumerate(rows) if at not in kept)
    words = ", ".join(f"{number} {word}" for word, number in left.most_common())
    return [row for at, row in enumerate(rows) if at in kept], f"and {left.total()} more: {words}"
