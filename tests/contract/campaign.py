"""Cutting a run at every write, and looking what a second one makes of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

from cmsdeploy.lab import World
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, digest
from tests.contract.registration import REGISTERED
from tests.contract.wire import Cut, Fuse

__all__ = ["cut_everywhere"]


def cut_everywhere(
    start: World,
    wanted: Deployment,
    cuts: Sequence[Cut],
    families: tuple[str, ...] = tuple(REGISTERED),
) -> list[str]:
    """Run from ``start`` with every write cut in every way of ``cuts``; say what went wrong."""
    whole = copy.deepcopy(start)
    engineer = Engineer(whole, wanted, families)
    outcome = engineer.run()
    if outcome.report is None or outcome.report.errors:
        return [f"the uncut run does not end well: {outcome.plan.refusals} {outcome.report}"]
    return [
        f"write {number} of {engineer.fuse.writes}, {cut.value}: {problem}"
        for cut in cuts
        for number in range(1, engineer.fuse.writes + 1)
        for problem in _cut_once(start, whole, wanted, Fuse(number, cut), families)
    ]


def _cut_once(
    start: World, whole: World, wanted: Deployment, fuse: Fuse, families: tuple[str, ...]
) -> Iterator[str]:
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
