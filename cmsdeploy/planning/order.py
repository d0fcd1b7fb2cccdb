"""Before and after: the edges between steps, and one sequence that respects them.

Edges come from four places only: the previous step of the same host, the maker and the user of a
secret, ``after`` (which the families resolved already) and the play (its number and its batch).
The last kind holds within a cluster, unless the play says how many of its hosts may fail. A pause
of the play stands between all that comes before it and all that comes after it, on every host.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from cmsdeploy.errors import InputError
from cmsdeploy.model.action import Pause
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Step

__all__ = ["Placed", "connect", "makers_of", "sequence"]


Place = tuple[int, int]


@dataclass(frozen=True)
class Placed:
    """A step with its place in the playbook: play number and batch number."""

    step: Step
    place: Place


def connect(placed: Sequence[Placed], replaced: Collection[SecretRef] = ()) -> tuple[Step, ...]:
    """Give the steps with all their edges. ``placed`` is in the order of the playbook; ``replaced``
    are secrets that exist and get a new value: who uses one in an earlier play uses the old.

    Raises ``InputError`` where the edges make a circle: the play's own order (``serial``, the order
    of plays) asks for something that the families' order forbids.
    """
    makers = makers_of([each.step for each in placed])
    places = {each.step.identity: each.place for each in placed}
    barriers = _barriers([each for each in placed if not isinstance(each.step.action, Pause)])
    previous: dict[str, Placed] = {}
    pauses = _Pauses()
    connected = []
    for each in placed:
        step = each.step
        if isinstance(step.action, Pause):
            lasts = (before.step.identity for before in previous.values())
            connected.append(replace(step, needs=pauses.begin(step.identity, lasts)))
            continue
        needs = set(step.needs) | {
            makers[ref]
            for ref in step.uses
            if ref in makers and (ref not in replaced or places[makers[ref]] <= each.place)
        }
        needs |= pauses.before(step.host)
        before = previous.get(step.host)
        if before is not None:
            needs.add(before.step.identity)
        if before is None or before.place != each.place:
            needs |= barriers.get((step.cluster, each.place), frozenset())
        previous[step.host] = each
        needs.discard(step.identity)
        connected.append(step if needs == step.needs else replace(step, needs=frozenset(needs)))
    return sequence(connected)


class _Pauses:
    """The pauses so far; each holds the next step of every host, and what follows is held by it."""

    def __init__(self) -> None:
        self._begun: list[str] = []
        self._held: dict[str, int] = {}

    def begin(self, identity: str, lasts: Iterable[str]) -> frozenset[str]:
        """Another pause, after the last step of every host and after the pause before it."""
        needs = frozenset([*lasts, *self._begun[-1:]])
        self._begun.append(identity)
        return needs

    def before(self, host: str) -> set[str]:
        """The pauses since the previous step of ``host``."""
        fresh = set(self._begun[self._held.get(host, 0) :])
        self._held[host] = len(self._begun)
        return fresh


def makers_of(steps: Sequence[Step]) -> dict[SecretRef, str]:
    """The step after which each secret can be read.

    Makers that follow each other on a host are proved together, after the last of them, so that a
    box is read once and not once for each call bridge. A pause comes between them.
    """
    makers: dict[SecretRef, str] = {}
    run: dict[str, list[SecretRef]] = defaultdict(list)
    for step in steps:
        if isinstance(step.action, Pause):
            run.clear()
        if step.makes is None:
            run.pop(step.host, None)
            continue
        run[step.host].append(step.makes)
        makers.update(dict.fromkeys(run[step.host], step.identity))
    return makers


def _barriers(placed: Sequence[Placed]) -> dict[tuple[str, Place], frozenset[str]]:
    """For each cluster and place: the last steps of every host in the place before it.

    What comes after a place with a limit of failures waits for all clusters there: else a batch
    that fails too often would come too late to stop the next one.
    """
    lasts: dict[str, dict[Place, dict[str, str]]] = defaultdict(dict)
    limited: dict[Place, dict[str, str]] = {}
    for each in placed:
        step = each.step
        lasts[step.cluster].setdefault(each.place, {})[step.host] = step.identity
        if step.failure_limit is not None:
            limited[each.place] = {}
    for each in placed:
        if each.place in limited:
            limited[each.place][each.step.host] = each.step.identity
    barriers: dict[tuple[str, Place], frozenset[str]] = {}
    for cluster, by_place in lasts.items():
        for earlier, later in zip([None, *sorted(by_place)], sorted(by_place), strict=False):
            own = by_place[earlier].values() if earlier is not None else ()
            before = max((place for place in limited if place < later), default=None)
            others = limited[before].values() if before is not None else ()
            barriers[cluster, later] = frozenset([*own, *others])
    return barriers


def sequence(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Sort by the edges alone; steps that no edge holds apart keep the order they came in."""
    position = {step.identity: number for number, step in enumerate(steps)}
    sorter: TopologicalSorter[str] = TopologicalSorter(
        {step.identity: step.needs & position.keys() for step in steps}
    )
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(dict.fromkeys(map(str, error.args[1])))
        raise InputError(
            f"the order of the play cannot be kept: {circle}",
            "take `serial` or the pause off the play, or put the first server of the cluster first",
        ) from error
    ordered: list[Step] = []
    waiting: list[int] = []
    while sorter.is_active():
        for identity in sorter.get_ready():
            heappush(waiting, position[identity])
        step = steps[heappop(waiting)]
        ordered.append(step)
        sorter.done(step.identity)
    return tuple(ordered)
