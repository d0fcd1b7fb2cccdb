"""A rehearsal of a loss: what is stopped, what has to follow, and what brings it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cmsdeploy.model.action import Command
from cmsdeploy.model.step import Sentence

__all__ = ["Drill", "Drilled", "Measured"]


@dataclass(frozen=True)
class Drill:
    """``stop`` is sent to ``host``, and ``start`` brings it back. ``taken_over`` has to become true
    of the others, by host, and ``restored`` of all of them in the end. ``names`` are those by which
    others may know ``host``. ``against`` says why it must not be done; then nothing is."""

    family: str
    cluster: str
    host: str
    stop: Command
    start: Command
    taken_over: Mapping[str, Sentence]
    restored: Mapping[str, Sentence]
    names: frozenset[str]
    against: str = ""


@dataclass(frozen=True)
class Measured:
    """When ``text`` was seen to be true of ``host``, in seconds; None: not before the deadline."""

    host: str
    family: str
    text: str
    seconds: float | None


@dataclass
class Drilled:
    """``taken_over`` and ``followed`` count from the stop, ``restored`` from the start. ``away`` is
    how long the host was stopped, ``errors`` are those of hosts that could not be looked at."""

    drill: Drill
    within: float
    taken_over: tuple[Measured, ...] = ()
    followed: tuple[Measured, ...] = ()
    restored: tuple[Measured, ...] = ()
    away: float = 0.0
    was_interrupted: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def measured(self) -> tuple[Measured, ...]:
        return (*self.taken_over, *self.followed, *self.restored)

    @property
    def is_well(self) -> bool:
        """Whether everything was seen in time."""
        whole = bool(self.taken_over) and bool(self.restored)
        return whole and all(one.seconds is not None for one in self.measured)
