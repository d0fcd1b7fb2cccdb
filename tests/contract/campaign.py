"""Cutting a run at every write, and looking what a second one makes of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

from cmsdeploy.lab import World
from cmsdeploy.lab.watching import Watch
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, digest
from tests.contract.registration import REGISTERED
from tests.contract.sampling import sampled
from tests.contract.wire import Cut, Fuse

__all__ = ["cut_everywhere", "cut_once", "unkept"]


def cut_everywhere(
    start: World,
    wanted: Deployment,
    cuts: Sequence[Cut],
    families: tuple[str, ...] = tuple(REGISTERED),
    most: int | None = None,
    key: object = "",
) -> list[str]:
    """Run from ``start`` with every write cut in every way of ``cuts``; say what went wrong.

    A long run makes ``most`` of these cuts, drawn by ``key``: all of them where it is None.
    """
    whole = copy.deepcopy(start)
    engineer = Engineer(whole, wanted, families)
    outcome = engineer.run()
    if outcome.report is None or outcome.report.errors:
        return [f"the uncut run does not end well: {outcome.plan.refusals} {outcome.report}"]
    writes = engineer.fuse.writes
    places = [(number, cut) for cut in cuts for number in range(1, writes + 1)]
    return [
        f"write {number} of {writes}, {cut.value}: {problem}"
        for number, cut in sampled(places, most or len(places), key)
        for problem in cut_once(start, whole, wanted, Fuse(number, cut), families)
    ]


def cut_once(
    start: World,
    whole: World,
    wanted: Deployment,
    fuse: Fuse,
    families: tuple[str, ...] = tuple(REGISTERED),
) -> Iterator[str]:
    """Cut a run at ``fuse`` and carry out another; say what differs from ``whole``, an uncut end.

    Where ``start`` has a watch, it is a live cluster: the whole night is judged, too.
    """
    world = copy.deepcopy(start)
    Engineer(world, wanted, families, fuse).run_until_cut()
    second = Engineer(world, wanted, families).run()
    if second.plan.refusals:
        yield f"refused after our own steps: {second.plan.refusals}"
    if second.report and second.report.errors:
        yield f"the second run fails: {second.report.errors}"
    third = Engineer(world, wanted, families).plan().plan
    if not third.is_empty:
        yield f"after the second run there is still: {[step.identity for step in third.steps]}"
    if world.secrets.given != whole.secrets.given:
        yield f"{world.secrets.given} secrets were made, not {whole.secrets.given}"
    if digest(world) != digest(whole):
        yield "the end state is another one"
    if world.watch is not None:
        yield from unkept(world.watch)


def unkept(watch: Watch) -> Iterator[str]:
    """Moments of a live cluster without a majority, or with two members that take no login."""
    for one in watch.moments:
        if not one.has_majority:
            yield f"no majority: {one}"
        if len(one.refusing) > 1:
            yield f"more than one is stopped: {one}"
