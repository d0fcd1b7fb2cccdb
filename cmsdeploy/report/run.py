"""A run, as its journal tells it: which step began when, how it ended, what was said.

A step that began and has no end is shown as such; so is a journal that is damaged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from cmsdeploy.model.event import EventKind

__all__ = ["Moment", "Outcome", "Run", "RunStep", "lines_of", "run_of"]


class Outcome(Enum):
    """How a step ended."""

    DONE = "done"
    PROVED = "proved"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    BEGUN = "begun"


_OUTCOMES = {
    EventKind.STEP_DONE: Outcome.DONE,
    EventKind.STEP_PROVED: Outcome.PROVED,
    EventKind.STEP_FAILED: Outcome.FAILED,
    EventKind.STEP_UNKNOWN: Outcome.UNKNOWN,
    EventKind.STEP_SKIPPED: Outcome.SKIPPED,
}


@dataclass(frozen=True)
class Moment:
    """One event of a run, and when it was."""

    at: datetime
    kind: EventKind
    host: str = ""
    step: str = ""
    text: str = ""


@dataclass(frozen=True)
class RunStep:
    """One step of a run. ``ended`` is None while it has no end; ``said`` are the texts of its
    events, ``line`` is what was announced."""

    number: int
    identity: str
    host: str
    line: str
    begun: datetime
    ended: datetime | None = None
    outcome: Outcome = Outcome.BEGUN
    said: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it took; 0 where it has no end."""
        return (self.ended - self.begun).total_seconds() if self.ended else 0.0

    @property
    def is_bad(self) -> bool:
        return self.outcome in (Outcome.FAILED, Outcome.UNKNOWN, Outcome.BEGUN)


@dataclass(frozen=True)
class Run:
    """The whole. ``digest`` is that of the plan, "" where nothing was carried out; ``warnings``
    are (host, text); ``damage`` says in words where the journal ends too early, or is ""."""

    steps: tuple[RunStep, ...]
    hosts: tuple[str, ...]
    begun: datetime | None = None
    ended: datetime | None = None
    digest: str = ""
    is_cut: bool = False
    warnings: tuple[tuple[str, str], ...] = ()
    unreachable: tuple[tuple[str, str], ...] = ()
    damage: str = ""


def lines_of(text: str) -> list[str]:
    """The lines of a text of an event: a reply of several lines stands there with its ends escaped,
    so that a journal has one line for each event."""
    return [line for line in text.replace("\\n", "\n").splitlines() if line.strip()]


def run_of(moments: Iterable[Moment], damage: str = "") -> Run:
    """Put the lines of a journal together."""
    known = tuple(moments)
    steps: dict[str, RunStep] = {}
    for moment in known:
        if moment.step:
            steps[moment.step] = _told(steps.get(moment.step), moment, len(steps) + 1)
    kinds = {moment.kind for moment in known}
    started = [moment.text for moment in known if moment.kind is EventKind.RUN_STARTED]
    return Run(
        steps=tuple(steps.values()),
        hosts=tuple(sorted({moment.host for moment in known if moment.host})),
        begun=known[0].at if known else None,
        ended=known[-1].at if known else None,
        digest=started[-1] if started else "",
        is_cut=bool(started) and EventKind.RUN_ENDED not in kinds,
        warnings=_texts(known, EventKind.WARNING),
        unreachable=_texts(known, EventKind.HOST_UNREACHABLE),
        damage=damage,
    )


def _texts(moments: Iterable[Moment], kind: EventKind) -> tuple[tuple[str, str], ...]:
    return tuple((one.host, one.text) for one in moments if one.kind is kind)


def _told(step: RunStep | None, moment: Moment, number: int) -> RunStep:
    if step is None:
        step = RunStep(number, moment.step, moment.host, moment.step, moment.at)
    if moment.kind is EventKind.STEP_INTENDED:
        return replace(step, line=moment.text or step.line, begun=moment.at)
    if moment.kind in (EventKind.WAITING, EventKind.STEP_SENT):
        return step
    said = (*step.said, moment.text) if moment.text else step.said
    outcome = _OUTCOMES.get(moment.kind)
    if outcome is None:
        return replace(step, said=said)
    return replace(step, said=said, outcome=outcome, ended=moment.at)
