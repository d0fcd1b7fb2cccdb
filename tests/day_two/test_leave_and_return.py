"""remove-server.yml, then add-server.yml for the same box: it is listed once, whoever it is.

Three orders: a follower goes, the leader goes, and the founder goes, which by then leads no more.
Somebody may change his mind halfway: the first playbook is killed, and the second one is run.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import pytest

from cmsdeploy.lab import World
from tests.contract.deployment import names
from tests.contract.engineer import Outcome
from tests.contract.sampling import sampled
from tests.contract.wire import Cut, Fuse, Killed
from tests.day_two.bookings import SIZES, Booking, Night, cluster_of, left_over
from tests.day_two.shipped import Written

_ORDERS = ("a follower", "the leader", "the founder")
_FOUNDER = "cb1"
_SEED = 67717
# After how many writes of each departure a long run changes its mind (sampling.py).
_MOMENTS = 16


def _another_leads(world: World, size: int) -> None:
    """The founder was restarted once, and another leads since."""
    for line in ("xmpp disable", "xmpp enable"):
        world.boxes[_FOUNDER].execute(line)
        world.advance(60)
    assert _leader(world) != _FOUNDER


def _leader(world: World) -> str:
    (cluster,) = world.clusters.values()
    assert cluster.leader is not None
    return str(cluster.leader)


def _night(size: int) -> Night:
    return Night(Booking("leave and return", "remove-server", cluster_of, _another_leads), size)


def _leaving(night: Night, who: str) -> tuple[str, ...]:
    """The one in question and another, a follower if there is one: an odd number stays."""
    leader = _leader(night.world)
    followers = [name for name in names(night.size) if name not in (leader, _FOUNDER)]
    one = {"a follower": followers[0], "the leader": leader, "the founder": _FOUNDER}[who]
    others = [name for name in (*followers, leader) if name != one]
    return (one, others[0])


def _without(size: int, gone: tuple[str, ...], more: Mapping[str, object] | None = None) -> Written:
    words = {name: {"xmpp_state": "absent"} for name in gone}
    return replace(cluster_of(size), words=words, common=more or {}, is_undersized=size == 3)


def _applied(night: Night, playbook: str, written: Written, fuse: Fuse | None = None) -> Outcome:
    night.booking = replace(night.booking, playbook=playbook)
    night.written = written
    return night.run(fuse)


def _check_once(night: Night, place: object) -> None:
    (cluster,) = night.world.clusters.values()
    addresses = [peer.address for peer in cluster.peers]
    assert len(addresses) == len(set(addresses)) == night.size, place
    assert not any(peer.is_ghost for peer in cluster.peers), place
    assert left_over(night.engineer().afterwards()) == [], place
    assert night.is_majority_kept, place


@pytest.mark.parametrize("who", _ORDERS)
@pytest.mark.parametrize("size", [3, pytest.param(5, marks=pytest.mark.long)])
def test_who_leaves_and_returns_is_listed_once(size: int, who: str) -> None:
    """Both playbooks end verified, and a majority runs at every moment."""
    night = _night(size)
    gone = _leaving(night, who)
    outcome = _applied(night, "remove-server", _without(size, gone))
    assert outcome.plan.refusals == ()
    assert left_over(night.engineer().afterwards()) == []
    (cluster,) = night.world.clusters.values()
    assert {peer.box_name for peer in cluster.peers} == set(names(size)) - set(gone)
    stays = next(name for name in names(size) if name not in gone)
    back = replace(cluster_of(size), common={"xmpp_cluster_first": stays})
    assert _applied(night, "add-server", back).plan.refusals == ()
    _check_once(night, (size, who))


def _changed_mind(size: int, who: str, number: int) -> int:
    """Killed at that write, and everybody shall stay after all; give how many writes there were."""
    night = _night(size)
    fuse = Fuse(number, Cut.KILLED_AFTER)
    gone = _leaving(night, who)
    with suppress(Killed):
        _applied(night, "remove-server", _without(size, gone), fuse)
    outcome = _applied(night, "add-server", cluster_of(size))
    if [one.rule for one in outcome.plan.refusals] == ["xmpp/two-clusters"]:
        # The founder is stopped, and shows nobody that it has left: what was cut is ended first.
        assert _FOUNDER in gone
        assert size - len(gone) == 1
        assert "apply that one again" in outcome.plan.refusals[0].text
        assert _applied(night, "remove-server", _without(size, gone)).plan.refusals == ()
        outcome = _applied(night, "add-server", cluster_of(size))
    assert outcome.plan.refusals == (), (size, who, number, outcome.plan.refusals)
    assert outcome.report is None or outcome.report.errors == {}, (size, who, number)
    _check_once(night, (size, who, number))
    return fuse.writes


def _writes(size: int, who: str) -> int:
    night = _night(size)
    fuse = Fuse()
    _applied(night, "remove-server", _without(size, _leaving(night, who)), fuse)
    return fuse.writes


@pytest.mark.parametrize("who", _ORDERS)
def test_a_mind_that_is_changed_halfway(who: str) -> None:
    """One moment for each, the same one in every run."""
    number = random.Random(f"{_SEED} {who}").randint(1, _writes(3, who) - 1)
    _changed_mind(3, who, number)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("who", _ORDERS)
@pytest.mark.parametrize("size", SIZES)
def test_a_mind_that_is_changed_at_any_moment(size: int, who: str) -> None:
    """After writes of the departure, all along the way."""
    for number in sampled(range(1, _writes(size, who)), _MOMENTS, (size, who)):
        _changed_mind(size, who, number)


@pytest.mark.parametrize("size", [3, pytest.param(5, marks=pytest.mark.long)])
def test_the_founder_leaves_when_another_is_named(size: int) -> None:
    """Nobody named, and the first that stays is the one; named as who leaves, it is refused."""
    night = _night(size)
    gone = (_FOUNDER, f"cb{size}")
    refused = _applied(
        night, "remove-server", _without(size, gone, {"xmpp_cluster_first": _FOUNDER})
    )
    assert [one.rule for one in refused.plan.refusals] == ["xmpp/first-leaves"]
    assert night.sent == []
    named = _applied(night, "remove-server", _without(size, gone, {"xmpp_cluster_first": "cb2"}))
    assert named.plan.refusals == ()
    assert left_over(night.engineer().afterwards()) == []
    assert night.is_majority_kept
    (cluster,) = night.world.clusters.values()
    assert _FOUNDER not in {peer.box_name for peer in cluster.peers}
