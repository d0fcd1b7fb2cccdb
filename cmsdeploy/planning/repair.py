"""A repair: of every ladder only the rungs that somebody asks for, and what those need.

A rung brings what it is given along, and the closing rungs of its ladder: a service that has to be
stopped for the repair runs again in the end. Nothing else is climbed, whatever else is wanted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from cmsdeploy.families.contract import Outcome
from cmsdeploy.families.ladder import Ladder, Rung, climb
from cmsdeploy.model.action import Manual
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Refusal, Step

__all__ = ["Ask", "narrowed"]

# Host, family, name of the rung, as in ``Problem.asks``.
Ask = tuple[str, str, str]
S = TypeVar("S")
_EVERY = "*"


def narrowed(outcome: Outcome, asks: Collection[Ask], made: frozenset[SecretRef]) -> Outcome:
    """``outcome`` with the steps that are asked for only. ``made`` are secrets that the repair has
    made or replaced so far: who uses one of them is asked as well."""
    if not (outcome.ladders or outcome.repairs):
        return replace(outcome, steps=tuple(_chosen(outcome.steps, asks)), waiting={})
    ladders = [_asked(ladder, asks, made) for ladder in (*outcome.ladders, *outcome.repairs)]
    steps, predicted = climb(ladder for ladder in ladders if ladder.rungs)
    climbed = {step.host for step in steps}
    healed = {ladder.cluster for ladder in outcome.repairs if ladder.host in climbed}
    idle = {ladder.host for ladder in ladders if not ladder.rungs}
    after = {**outcome.predicted, **_states(ladders), **predicted}
    touched = {step.cluster for step in steps}
    settled = outcome.settled(after, touched) if outcome.settled else {}
    return replace(
        outcome,
        steps=steps,
        refusals=tuple(r for r in outcome.refusals if _still_speaks(r, healed, idle)),
        replaced=outcome.replaced & _touched(steps),
        predicted={**after, **settled},
        ladders=(),
        repairs=(),
        waiting={},
    )


def _chosen(steps: Iterable[Step], asks: Collection[Ask]) -> Iterator[Step]:
    """Of steps that no ladder made, those that are asked for."""
    for step in steps:
        name = step.identity.removeprefix(f"{step.host}/{step.family}/")
        if {(step.host, step.family, name), (step.host, step.family, _EVERY)} & set(asks):
            yield step


def _still_speaks(refusal: Refusal, healed: Collection[str], idle: Collection[str]) -> bool:
    """A refusal is lifted where the repair heals its cluster, or where it speaks against a ladder
    that nobody climbs."""
    return refusal.cluster not in healed and refusal.host not in idle


def _asked(ladder: Ladder[S], asks: Collection[Ask], made: frozenset[SecretRef]) -> Ladder[S]:
    names = {name for host, family, name in asks if (host, family) == (ladder.host, ladder.family)}
    chosen = [
        rung
        for rung in ladder.rungs
        if not isinstance(rung.action, Manual)
        and (_EVERY in names or rung.name in names or _users(rung) & made)
    ]
    kept = [rung for rung in ladder.rungs if rung in chosen or rung.is_closing] if chosen else []
    return replace(ladder, rungs=tuple(kept))


def _users(rung: Rung[S]) -> frozenset[SecretRef]:
    return Step("", "", "", rung.action, "").uses


def _touched(steps: Iterable[Step]) -> frozenset[SecretRef]:
    """Secrets that the steps give to a box."""
    return frozenset(reference for step in steps for reference in step.uses)


def _states(ladders: Iterable[Ladder[S]]) -> dict[str, S]:
    return {ladder.host: ladder.state for ladder in ladders if not ladder.rungs}
