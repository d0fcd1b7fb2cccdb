"""The way back of a run, as policy: every host is wanted as it was before, by the same ladders.

So nothing here is a list of inverse commands. The families say what to want; the look, the order,
the majority, the permissions and the proofs are those of every plan. What a family does not put
back is said, with the reason and what a person can do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cmsdeploy.families.undoing import Facts, way_back
from cmsdeploy.model.step import Risk
from cmsdeploy.model.undo import Undo
from cmsdeploy.planning.compare import Registry, carried_out
from cmsdeploy.planning.stage import Permission, Stage

__all__ = ["DoneStep", "Ran", "WayBackOfRun", "rolled_back"]


@dataclass(frozen=True)
class DoneStep:
    """A step that a run did, or may have done (``is_sure``)."""

    identity: str
    host: str
    cluster: str
    family: str
    line: str
    is_sure: bool

    @property
    def rung(self) -> str:
        return self.identity.split("/", 2)[2]


@dataclass(frozen=True)
class Ran:
    """What a run did, in the order of its plan; ``facts`` are by host and family, from before."""

    steps: tuple[DoneStep, ...]
    facts: Mapping[str, Mapping[str, Facts]]

    @property
    def clusters(self) -> frozenset[str]:
        return frozenset(step.cluster for step in self.steps)


@dataclass(frozen=True)
class WayBackOfRun:
    """``stages`` want what was; ``undone`` says of each step, last one first, what takes it back;
    ``against`` says why nothing of a cluster is put back."""

    stages: tuple[Stage, ...]
    undone: tuple[tuple[DoneStep, Undo], ...]
    against: Mapping[str, str]


def rolled_back(
    stages: Sequence[Stage], ran: Ran, allowed: frozenset[Risk], registry: Registry
) -> WayBackOfRun:
    """The stages of the playbook of ``ran``, last one first, wanting what was before. ``allowed``
    are risks that somebody grants beyond what the plays do."""
    stages = carried_out(stages, registry)
    against: dict[str, str] = {}
    wanted: dict[str, dict[str, object]] = {}
    for family in dict.fromkeys(stage.family for stage in stages if stage.pause is None):
        found = _former(family, stages, ran)
        wanted[family] = found[0]
        against.update(found[1])
    last = max((stage.play for stage in stages), default=0)
    batches = max((stage.batch for stage in stages), default=0)
    turned = (
        replace(
            stage,
            desired={
                host: wanted[stage.family][host]
                for host in stage.desired
                if host in wanted[stage.family] and stage.clusters[host] not in against
            },
            play=last - stage.play,
            batch=batches - stage.batch,
            permission=_with(stage.permission, allowed),
        )
        for stage in reversed(stages)
        if stage.pause is None and not stage.is_check
    )
    undone = tuple((step, _undo(step, ran)) for step in reversed(ran.steps))
    return WayBackOfRun(tuple(stage for stage in turned if stage.desired), undone, against)


def _with(permission: Permission, allowed: frozenset[Risk]) -> Permission:
    return replace(permission, risks=permission.risks | allowed)


def _former(
    family: str, stages: Sequence[Stage], ran: Ran
) -> tuple[dict[str, object], Mapping[str, str]]:
    """What to want of the hosts of a family, all tasks together."""
    former = way_back(family).former
    if former is None:
        return {}, {}
    desired: dict[str, object] = {}
    for stage in stages:
        for host, spec in stage.desired.items() if stage.family == family else ():
            is_touched = stage.clusters[host] in ran.clusters
            if is_touched and family in ran.facts.get(host, {}):
                desired.setdefault(host, spec)
    before = {host: ran.facts[host][family] for host in desired}
    done = {host: frozenset(_rungs(ran, host, family)) for host in desired}
    found = former(desired, before, done)
    return dict(found.wanted), found.against


def _rungs(ran: Ran, host: str, family: str) -> Iterator[str]:
    for step in ran.steps:
        if (step.host, step.family) == (host, family):
            yield step.rung


def _undo(step: DoneStep, ran: Ran) -> Undo:
    before = ran.facts.get(step.host, {}).get(step.family, {})
    return way_back(step.family).undo(step.rung, before)
