"""Between which steps a box is read again: before anybody else builds on it, and at the end."""

from __future__ import annotations

from collections.abc import Sequence

from cmsdeploy.model.action import Pause
from cmsdeploy.model.step import Risk, Step
from cmsdeploy.planning.order import makers_of

__all__ = ["proof_points"]


def proof_points(steps: Sequence[Step]) -> frozenset[str]:
    """The identities of the steps after which their proof is asked for.

    A step is one when a step on another host needs it, when it is the last of its family on its
    host, when the next step there is more than safe, when a pause comes after it, or when it is the
    last of some makers of secrets, whose secrets are read with the proof.
    """
    by_identity = {step.identity: step for step in steps}
    points = set(makers_of(steps).values())
    last: dict[tuple[str, str], str] = {}
    previous: dict[str, str] = {}
    for step in steps:
        if isinstance(step.action, Pause):
            points |= step.needs
            continue
        last[step.host, step.family] = step.identity
        points |= {need for need in step.needs if _is_elsewhere(by_identity.get(need), step)}
        if step.risk is not Risk.SAFE and step.host in previous:
            points.add(previous[step.host])
        previous[step.host] = step.identity
    pauses = {step.identity for step in steps if isinstance(step.action, Pause)}
    return frozenset((points | set(last.values())) - pauses)


def _is_elsewhere(needed: Step | None, step: Step) -> bool:
    return needed is not None and needed.host != step.host
