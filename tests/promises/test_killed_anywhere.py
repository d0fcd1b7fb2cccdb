"""D1, D7: killed at each step at three points, in memory: once more, and the end is the same."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest

from cmsdeploy.lab import World
from cmsdeploy.model.event import EventKind
from tests.contract.campaign import cut_once, unkept
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, blank_world
from tests.contract.renewing import deployed, generation, watched
from tests.contract.wire import Cut, Ear, Fuse
from tests.promises.numbers import reached

LIVE = "new certificates on a live cluster"
FIRST = "a first deployment"
_LONG = pytest.mark.long


def _start(job: str) -> tuple[World, Deployment]:
    if job == FIRST:
        return blank_world(Deployment()), Deployment()
    world = deployed(3)
    watched(world)
    return world, generation("new", 3)


def _points(start: World, wanted: Deployment) -> tuple[World, int, list[Fuse]]:
    """The uncut end, how many steps led there, and every way to be killed on the way: at a step
    before it is sent, at each of its writes after the box has carried it out, and after its reply
    before that is written down."""
    whole = copy.deepcopy(start)
    engineer = Engineer(whole, wanted)
    outcome = engineer.run()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    steps = len(outcome.plan.steps)
    before = [Ear(n, kind=EventKind.STEP_INTENDED) for n in range(1, steps + 1)]
    during = [Fuse(n, Cut.KILLED_AFTER) for n in range(1, engineer.fuse.writes + 1)]
    after = [Ear(n, kind=EventKind.STEP_DONE) for n in range(1, steps + 1)]
    return whole, steps, [*before, *during, *after]


def _wrong(start: World, whole: World, wanted: Deployment, fuse: Fuse) -> Iterator[str]:
    for problem in cut_once(start, whole, wanted, fuse):
        yield f"{fuse}: {problem}"
    if not fuse.is_dead:
        yield f"{fuse}: nobody was killed"


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("stride", [11, pytest.param(1, marks=_LONG)])
@pytest.mark.parametrize("job", [FIRST, LIVE])
def test_killed_before_during_and_after(job: str, stride: int) -> None:
    """D1: the end of an uncut run, no peer twice, no second secret. D7: on a live cluster never two
    members are stopped, in the cut run and in the one that follows."""
    start, wanted = _start(job)
    whole, steps, points = _points(start, wanted)
    chosen = points[::stride]
    assert [one for fuse in chosen for one in _wrong(start, whole, wanted, fuse)] == []
    assert steps > 25
    places = f"{job}, {steps} steps, {len(points)} places"
    reached("D1", f"{len(chosen)} of {len(chosen)} kills of {places}, converge")
    if job == LIVE:
        assert whole.watch is not None
        reached("D7", f"at most 1 stopped, majority kept in {len(chosen)} killed runs")


def test_the_campaign_can_fail() -> None:
    """Planted: somebody stops two servers of the cluster; somebody adds a secret of his own."""
    start, wanted = _start(LIVE)
    whole = copy.deepcopy(start)
    Engineer(whole, wanted).run()
    for name in ("cb1", "cb2"):
        start.boxes[name].execute("xmpp disable")
    assert start.watch is not None
    assert any("more than one is stopped" in one for one in unkept(start.watch))
    assert any("no majority" in one for one in unkept(start.watch))
    whole.boxes["cb1"].execute("xmpp callbridge add zz")
    start, _ = _start(LIVE)
    assert [*_wrong(start, whole, wanted, Fuse(3, Cut.KILLED_AFTER))]
