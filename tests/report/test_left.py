"""D7: a run that ends in the middle names the boxes that it left stopped, and what goes on."""

from __future__ import annotations

import copy

import pytest

from cmsdeploy.report.left import left_lines, left_on_the_way
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer
from tests.contract.renewing import deployed, generation
from tests.contract.wire import Cut, Fuse
from tests.promises.numbers import counted

WRITING = ("pki", "xmpp")


def _named_and_stopped(at: int, cut: Cut, wanted: Deployment) -> tuple[set[str], set[str], bool]:
    """Who is named and who is stopped after a run that is cut; whether one more run mends it."""
    world = deployed(3)
    outcome = Engineer(world, wanted, WRITING, Fuse(at, cut)).run()
    assert outcome.report is not None
    results = {identity: result.value for identity, result in outcome.report.results.items()}
    named = {one.host for one in left_on_the_way(outcome.plan.steps, results)}
    stopped = {name for name, box in world.boxes.items() if not box.xmpp.is_enabled}
    Engineer(world, wanted, WRITING).run()
    is_mended = all(box.xmpp.is_enabled for box in world.boxes.values())
    return named, stopped, is_mended


@pytest.mark.parametrize("stride", [4, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("cut", [Cut.LOST_BEFORE, Cut.LOST_AFTER])
def test_who_is_left_stopped_is_named(cut: Cut, stride: int) -> None:
    """Nobody that is stopped is left out, at most one is, and one more run starts it."""
    wanted = generation("new", 3)
    whole = Engineer(copy.deepcopy(deployed(3)), wanted, WRITING)
    outcome = whole.run()
    assert outcome.report is not None
    done = dict.fromkeys(outcome.report.results, "done")
    assert left_on_the_way(outcome.plan.steps, done) == ()
    stops = 0
    places = range(1, whole.fuse.writes + 1, stride)
    for at in places:
        named, stopped, is_mended = _named_and_stopped(at, cut, wanted)
        assert stopped <= named, at
        assert len(named) <= 1, at
        assert is_mended, at
        stops += len(stopped)
    # A reply that is lost after its effect is looked at, and the run goes on.
    assert stops > 0 or cut is Cut.LOST_AFTER or stride > 1
    counted(
        "D7", "runs that failed on a live cluster, each stopped member named", whole.fuse.writes
    )


def test_the_lines() -> None:
    """Both ends by their commands, and one next action for all."""
    wanted = generation("new", 3)
    steps = Engineer(deployed(3), wanted, WRITING).plan().plan.steps
    stop = next(step for step in steps if step.action.line == "xmpp disable")
    left = left_on_the_way(steps, {stop.identity: "failed"})
    assert [*left_lines(left, "cmsdeploy apply site.yml")] == [
        f"{stop.host}: stopped on the way, or may be: after `xmpp disable` there was no"
        " `xmpp enable`",
        "  next: cmsdeploy apply site.yml",
    ]
    assert [*left_lines((), "x")] == []
