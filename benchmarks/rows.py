"""What a measure gives: rows of the table in ``docs/performance.md``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["MISSING", "Finding", "Row", "at_least", "at_most", "missing", "told"]

MISSING = "not measured"


@dataclass(frozen=True)
class Row:
    """One comparison. ``ratio`` is what the goal speaks of; ``is_met`` is None where there is no
    goal, or where the peer could not be had."""

    measure: str
    peer: str
    theirs: str
    ours: str
    ratio: str
    goal: str = ""
    is_met: bool | None = None

    @property
    def verdict(self) -> str:
        """The word in the last column."""
        if self.theirs == MISSING:
            return MISSING
        return {True: "met", False: "**missed**", None: ""}[self.is_met]


@dataclass(frozen=True)
class Finding:
    """What one measure found. ``notes`` say how it was measured and what is unequal, ``profile`` is
    the place where the time goes, taken where a goal is missed. ``is_broken`` where it broke off.
    """

    rows: Sequence[Row]
    notes: Sequence[str] = field(default_factory=tuple)
    profile: str = ""
    is_broken: bool = False


def at_most(measure: str, peer: str, theirs: float, ours: float, goal: float | None) -> Row:
    """We take ``ours`` seconds beside ``theirs``; the ratio is not to exceed the goal."""
    ratio = ours / theirs
    is_met = None if goal is None else ratio <= goal
    wanted = "" if goal is None else f"≤ {goal:g} x"
    return Row(measure, peer, _seconds(theirs), _seconds(ours), f"{ratio:.2f} x", wanted, is_met)


def at_least(measure: str, peer: str, theirs: float, ours: float, goal: float) -> Row:
    """They take at least ``goal`` times as long as we do."""
    ratio = theirs / ours
    shown = f"{ratio:.1f} x faster"
    wanted = f"≥ {goal:g} x faster"
    return Row(measure, peer, _seconds(theirs), _seconds(ours), shown, wanted, ratio >= goal)


def told(measure: str, ours: str, goal: str = "", is_met: bool | None = None) -> Row:
    """A number that has no peer, or whose peer is in its words."""
    return Row(measure, "", "", "", ours, goal, is_met)


def missing(measure: str, peer: str, reason: str, goal: str = "") -> Row:
    """A comparison that could not be made, and why."""
    return Row(measure, peer, MISSING, "", reason, goal)


def _seconds(value: float) -> str:
    return f"{1000 * value:.3g} ms" if value < 1 else f"{value:.3g} s"
