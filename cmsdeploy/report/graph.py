"""A plan as a graph: which step follows which, and why. Drawn by the modules beside this one.

Only edges that say something are kept: a box that has waited for a step of another box has waited
for all that came before it there, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Step
from cmsdeploy.planning.order import makers_of

__all__ = ["Edge", "EdgeKind", "GraphStep", "PlanGraph", "graph_of"]


class EdgeKind(Enum):
    """Where an edge comes from; the value is what people read.

    A plan does not say which edges were the play's. One between steps of two families is: a family
    never speaks of another's steps. Within a family, ``serial`` and the family's own order look
    the same.
    """

    NEXT = "next on the same box"
    NEEDS = "needs the secret"
    AFTER = "waits for another box"
    PLAY = "order of the playbook"


@dataclass(frozen=True)
class GraphStep:
    """One step. ``number`` counts through the whole plan, as the plan in text does; ``level`` is
    how many steps have to be done before it at least."""

    number: int
    identity: str
    host: str
    cluster: str
    family: str
    kind: str
    line: str
    why: str
    risk: str
    level: int


@dataclass(frozen=True)
class Edge:
    """``target`` needs ``source``; ``secrets`` are the names that are carried along the edge."""

    source: GraphStep
    target: GraphStep
    kind: EdgeKind
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanGraph:
    """``hosts`` by cluster, in the order of the plan, and only those that have a step."""

    steps: tuple[GraphStep, ...]
    edges: tuple[Edge, ...]

    @property
    def hosts(self) -> dict[str, tuple[str, ...]]:
        """The boxes of each cluster."""
        found: dict[str, dict[str, None]] = {}
        for step in self.steps:
            found.setdefault(step.cluster, {})[step.host] = None
        return {cluster: tuple(hosts) for cluster, hosts in found.items()}


def graph_of(plan: Plan) -> PlanGraph:
    """Make the graph of ``plan``."""
    steps: dict[str, GraphStep] = {}
    for number, each in enumerate(plan.steps, start=1):
        levels = [steps[need].level + 1 for need in each.needs if need in steps]
        steps[each.identity] = GraphStep(
            number=number,
            identity=each.identity,
            host=each.host,
            cluster=each.cluster,
            family=each.family,
            kind=each.action.kind,
            line=each.action.line,
            why=each.why,
            risk=each.risk.value,
            level=max(levels, default=0),
        )
    return PlanGraph(tuple(steps.values()), tuple(_edges(plan.steps, steps)))


def _edges(written: Sequence[Step], steps: Mapping[str, GraphStep]) -> Iterator[Edge]:
    makers = makers_of(written)
    previous: dict[str, str] = {}
    # The last step of each other box that a box has waited for already.
    waited: dict[tuple[str, str], int] = {}
    for each in written:
        step = steps[each.identity]
        before = previous.get(step.host)
        if before is not None:
            yield Edge(steps[before], step, EdgeKind.NEXT)
        previous[step.host] = step.identity
        needs = [steps[need] for need in each.needs if need in steps]
        for need in sorted(needs, key=lambda one: -one.number):
            refs = sorted(ref for ref in each.uses if makers.get(ref) == need.identity)
            last = waited.get((step.host, need.host), 0)
            if need.host != step.host and (last < need.number or refs):
                yield Edge(need, step, _kind(need, step, refs), tuple(map(str, refs)))
            waited[step.host, need.host] = max(last, need.number)


def _kind(source: GraphStep, target: GraphStep, carried: Sequence[SecretRef]) -> EdgeKind:
    if carried:
        return EdgeKind.NEEDS
    return EdgeKind.AFTER if source.family == target.family else EdgeKind.PLAY
