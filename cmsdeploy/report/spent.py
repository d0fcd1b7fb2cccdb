"""Where the time of a run went: reads, writes and waits of each box, from the events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from cmsdeploy.model.event import Event, EventKind

__all__ = ["Spent", "spent_lines"]

_MOST_BOXES = 10
_ENDS = (EventKind.STEP_DONE, EventKind.STEP_FAILED, EventKind.STEP_UNKNOWN)


@dataclass
class Spent:
    """Seconds by box. ``waits`` are the steps (by identity) that only wait; moments are seconds on
    a clock that never goes back. The look that proves a step counts as reading."""

    waits: Collection[str] = ()
    reads: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    writes: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    waited: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _since: dict[str, float] = field(default_factory=dict)

    def take(self, event: Event, now: float) -> None:
        """Add what ``event`` tells."""
        if event.kind is EventKind.HOST_READ:
            self.reads[event.host] += event.seconds or 0.0
        elif event.kind is EventKind.STEP_INTENDED:
            self._since[event.step] = now
        elif event.kind in _ENDS and event.step in self._since:
            kind = self.waited if event.step in self.waits else self.writes
            kind[event.host] += now - self._since[event.step]
            self._since[event.step] = now
        elif event.kind is EventKind.STEP_PROVED and event.step in self._since:
            self.reads[event.host] += now - self._since[event.step]

    @property
    def hosts(self) -> list[str]:
        """All boxes of which something is known, those that took longest first."""
        known = dict.fromkeys([*self.reads, *self.writes, *self.waited])
        return sorted(known, key=lambda host: -self.of(host))

    def of(self, host: str) -> float:
        """Everything of one box."""
        kinds = (self.reads, self.writes, self.waited)
        return sum(kind.get(host, 0.0) for kind in kinds)


def spent_lines(spent: Spent, seconds: float) -> Iterator[str]:
    """The table, the slowest boxes first. ``seconds`` is how long the run took: what is missing to
    it, a box was waiting for others, or for a person."""
    hosts = spent.hosts
    if not hosts:
        return
    shown = hosts[:_MOST_BOXES]
    width = max(len("where the time went"), *map(len, shown))
    yield f"{'where the time went':<{width}}      read     write      wait      idle"
    for host in shown:
        kinds = (spent.reads, spent.writes, spent.waited)
        numbers = [kind.get(host, 0.0) for kind in kinds]
        numbers.append(max(seconds - sum(numbers), 0.0))
        yield f"{host:<{width}}" + "".join(f"{number:8.1f} s" for number in numbers)
    if len(hosts) > len(shown):
        yield f"and {len(hosts) - len(shown)} more boxes that took less"
