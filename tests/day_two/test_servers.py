"""Servers come and go: from healthy, from each single fault, and cut at every step."""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from operator import attrgetter

import pytest

from cmsdeploy.lab import BoxIsDownError, World
from tests.contract.engineer import digest
from tests.contract.sampling import sampled
from tests.contract.wire import Cut, Fuse, Killed
from tests.day_two.changes import CHANGES, Change, Night, wrong_with
from tests.doctor.table import FAULTS, Fault

# A record of the box itself is left to a person: `verify` goes on to name it.
_LEFT_TO_A_PERSON = ("box_has_a_record_of_its_own",)
_BY_NAME = {fault.name: fault for fault in FAULTS}
# What a night may begin with, in the default run; the long one has the whole table.
_USUAL = (
    "secret_differs",
    "login_has_another_secret",
    "member_was_reset_and_joined_again",
    "member_was_reset_and_not_joined",
    "member_is_stopped",
    "all_are_stopped",
    "member_is_cut_off",
    "server_does_not_start",
)
# How many faults and cuts of each change a long run draws, beside what is cut by default.
_FAULTS, _CUTS = 12, 8
_CUT_BY_DEFAULT = (CHANGES[2], CHANGES[3], CHANGES[4], CHANGES[6])
_changes = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)


@_changes
def test_it_ends_verified_with_a_majority_at_every_moment(change: Change) -> None:
    """From a healthy cluster: done, nothing left to do, nothing wrong."""
    night = Night(change)
    outcome = night.run()
    assert outcome.plan.refusals == ()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    assert wrong_with(night) == []
    assert night.had_majority
    assert night.is_majority_kept


def _judged(change: Change, fault: Fault) -> str:
    """How a change ends from a fault; asserts that it is one of the good ends."""
    try:
        night = Night(change, fault)
    except (AssertionError, BoxIsDownError):
        return "the fault cannot be there"
    outcome = night.run()
    assert night.is_majority_kept, fault.name
    if outcome.plan.refusals:
        assert night.written == [], fault.name
        assert all(";" in one.text or "," in one.text for one in outcome.plan.refusals)
        return "refused"
    assert outcome.report is None or outcome.report.errors == {}, fault.name
    if fault.name not in _LEFT_TO_A_PERSON:
        assert wrong_with(night) == [], fault.name
    return "done"


@_changes
@pytest.mark.parametrize("name", _USUAL)
def test_from_a_fault_it_ends_verified_or_refuses_in_words(change: Change, name: str) -> None:
    """Nothing in between: a refusal comes before anything is written."""
    _judged(change, _BY_NAME[name])


@pytest.mark.long
@pytest.mark.timeout(1800)
@_changes
def test_from_every_fault_of_the_doctor(change: Change) -> None:
    """A sample of the table, or all of it, and most of it does not stop the change."""
    chosen = sampled(FAULTS, _FAULTS, change.name)
    ends = [_judged(change, fault) for fault in chosen]
    assert ends.count("done") > len(chosen) / 4


@cache
def _whole(change: Change) -> tuple[int, str]:
    night = Night(change)
    engineer = night.engineer()
    assert engineer.run().report is not None
    night.world.advance(200)
    return engineer.fuse.writes, digest(night.world)


def _cut(change: Change, number: int, cut: Cut) -> None:
    night = Night(change)
    with suppress(Killed):
        night.engineer(Fuse(number, cut)).run()
    outcome = night.run()
    place = (change.name, number, cut)
    assert outcome.plan.refusals == (), place
    assert outcome.report is None or outcome.report.errors == {}, place
    assert wrong_with(night) == [], place
    assert digest(night.world) == _whole(change)[1], place
    assert night.is_majority_kept, place


@pytest.mark.parametrize(
    ("change", "cut"),
    [
        pytest.param(
            change,
            cut,
            id=f"{change.name}, {cut.value}",
            marks=() if cut is Cut.KILLED_AFTER and change in _CUT_BY_DEFAULT else pytest.mark.long,
        )
        for change in CHANGES
        for cut in Cut
    ],
)
@pytest.mark.timeout(600)
def test_killed_at_every_step_it_goes_on(change: Change, cut: Cut) -> None:
    """The same end state as without the cut, and never refused after our own steps."""
    is_whole = cut is Cut.KILLED_AFTER and change in _CUT_BY_DEFAULT
    places = range(1, _whole(change)[0] + 1)
    for number in places if is_whole else sampled(places, _CUTS, (change.name, cut)):
        _cut(change, number, cut)


@pytest.mark.parametrize("name", ["cb1", "cb2", "cb3"])
def test_who_leaves_and_comes_back_is_listed_once(name: str) -> None:
    """Each server of three in turn, the leader and the founder among them."""
    change = Change(
        f"{name} leaves",
        5,
        5,
        lambda was: replace(was, leaving=(name, "cb5"), more={"dead_entries": "removed"}),
    )
    night = Night(change)
    assert night.run().plan.refusals == ()
    night.wanted = replace(night.wanted, leaving=(), first="cb4")
    assert night.run().plan.refusals == ()
    (cluster,) = night.world.clusters.values()
    assert len(cluster.peers) == len({peer.address for peer in cluster.peers}) == 5
    assert not any(peer.is_ghost for peer in cluster.peers)
    assert wrong_with(night) == []
    assert night.is_majority_kept


@pytest.mark.parametrize("change", CHANGES[1:4], ids=lambda change: change.name)
def test_no_server_is_reset_that_another_lists(change: Change) -> None:
    """By the edges alone, whatever order the steps come in."""
    night = Night(change)
    for order in (tuple, partial(sorted, key=attrgetter("identity"))):
        once = copy.deepcopy(night)
        outcome = once.engineer().run(order)
        assert outcome.report is not None
        steps = {step.identity: step for step in outcome.plan.steps}
        resets = [step for step in steps.values() if step.action.line == "xmpp reset"]
        assert len(resets) == 2
        departures: list[tuple[str, set[str]]] = []
        for reset in resets:
            before, waiting = set[str](), list(reset.needs)
            while waiting:
                before.add(name := waiting.pop())
                waiting += steps[name].needs - before
            assert f"{reset.host}/xmpp/cluster-left" in before
            departures.append((reset.host, before))
            assert any(name.endswith(f"/xmpp/{reset.host}-gone") for name in before)
        # One after the other: who goes second waits until the first is seen to be gone.
        (one, before_one), (two, before_two) = departures
        seen = [
            f"/xmpp/{two}-gone" in "".join(before_one),
            f"/xmpp/{one}-gone" in "".join(before_two),
        ]
        assert sorted(seen) == [False, True]
        (cluster,) = once.world.clusters.values()
        assert not any(peer.is_ghost for peer in cluster.peers)


def test_who_would_take_the_majority_away_does_not_leave() -> None:
    """Two of five are dead and nobody said so: after one more departure two of four would run."""

    def died(world: World) -> None:
        for name in ("cb4", "cb5"):
            world.boxes[name].is_powered = False
        world.settle()

    change = Change(
        "too many leave",
        5,
        5,
        lambda was: replace(
            was,
            servers=("cb1", "cb2", "cb3"),
            bridges=("cb1", "cb2", "cb3"),
            leaving=("cb2", "cb3"),
            more={"cluster": "wanted"},
        ),
        died,
    )
    night = Night(change)
    outcome = night.run()
    assert [one.rule for one in outcome.plan.refusals] == ["xmpp/majority"]
    assert night.written == []
