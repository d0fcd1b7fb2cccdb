"""A tied world settles around the box that was touched, and ends where a whole look ends."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping

import pytest

from cmsdeploy.lab import World
from cmsdeploy.lab.dns import Row

from .fleets import (
    DOMAINS,
    SERVERS,
    Deed,
    add_cluster,
    blank_world,
    log_in_to,
    random_deed,
    random_fleet,
    say,
    shown,
    type_secrets,
    update_names,
)


def _typed(name: str, *lines: str) -> Deed:
    """Lines typed on a box."""
    return lambda world: [say(world.boxes[name], line) for line in lines]


def _by_somebody(deed: Deed) -> Deed:
    """What somebody does who takes the lock of a lab."""

    def done(world: World) -> object:
        world.untie()
        answer = deed(world)
        world.ties = None
        return answer

    return done


def _time(seconds: float) -> Deed:
    """Time that passes, as the clock of the wire has it."""

    def passed(world: World) -> None:
        world.advance(seconds)
        world.tie()

    return passed


def _bridge(name: str, override: str = "", domain: str = DOMAINS[0]) -> Deed:
    return lambda world: log_in_to(world.boxes[name], domain, override)


def _retry(seconds: float) -> Deed:
    return lambda world: setattr(world.timing, "login_retry", seconds)


# Each is a case that random deeds meet too seldom. Two clusters of one domain: c0, then c1.
_SCENES: dict[str, tuple[Deed, ...]] = {
    "a member is taken out by another, and its own call bridge uses it alone": (
        _bridge("c0b2", "localhost"),
        _time(1.0),
        _typed("c0b0", "xmpp cluster remove 10.0.0.3"),
    ),
    "a node that the leader does not reach joins, and the majority is gone": (
        _typed("c1b0", "xmpp cluster remove"),
        _typed("c0b2", "xmpp disable"),
        _by_somebody(lambda world: world.network.cut("cable", ("c0b0", "c1b0"))),
        _time(1.0),
        _typed("c1b0", "xmpp cluster join 10.0.0.2"),
    ),
    "the primary of a database leaves": (
        _typed("c0b0", "database cluster initialize"),
        _typed("c0b1", "database cluster join 10.0.0.1"),
        _typed("c0b2", "database cluster join 10.0.0.1"),
        _typed("c0b0", "database cluster remove"),
    ),
    "a third node joins a database whose primary is down": (
        _typed("c0b0", "database cluster initialize"),
        _typed("c0b1", "database cluster join 10.0.0.1"),
        lambda world: world.boxes["c0b0"].power_off(),
        _typed("c0b2", "database cluster join 10.0.0.2"),
    ),
    "a box takes the name that a call bridge looks for": (
        _bridge("c0b3", "new-name"),
        _typed("c0b1", "hostname new-name", "reboot"),
    ),
    "somebody makes call bridges patient": (
        _typed("c0b0", "xmpp callbridge del c0b3"),
        _typed("c0b1", "xmpp callbridge del c0b3"),
        _typed("c0b2", "xmpp callbridge del c0b3"),
        _time(50.0),
        _by_somebody(_retry(10.0)),
        _time(1.0),
        lambda world: type_secrets(world.boxes["c0b1"], ["c0b3"]),
        _time(4.0),
        _time(6.0),
    ),
}


@pytest.mark.parametrize("scene", _SCENES)
def test_rare_scenes_end_alike(scene: str) -> None:
    """Each matters to boxes that are not touched, and hardly tied to the one that is."""
    _play(_two_clusters(), *_SCENES[scene])


def test_a_server_comes_into_the_domain_that_a_call_bridge_waits_for() -> None:
    """It need not be one of the servers that the call bridge knew."""
    world = _two_clusters({"settings-while-enabled": "accepted"})
    away, back = (f"xmpp domain {domain}" for domain in reversed(DOMAINS))
    deeds = [_typed(f"c{n}b{m}", away) for n in range(2) for m in range(SERVERS)]
    _play(world, *deeds, _time(1.0), _typed("c0b2", back), lambda one: one.login("c0b3"))
    assert world.boxes["c0b3"].link.state == "registered"


def test_an_update_of_dns_is_seen_by_who_waits_for_it() -> None:
    """No box is touched by it."""
    world = _two_clusters(is_named=True)
    name = f"c0b0.{DOMAINS[0]}."
    gone, back = Row(name, "A", "ANY", 0, None), Row(name, "A", "IN", 60, "10.0.0.1")
    _play(
        world,
        _bridge("c0b3", name),
        lambda one: update_names(one, gone),
        _bridge("c0b3", ""),
        _bridge("c0b3", name),
        _time(1.0),
        lambda one: update_names(one, back),
        _typed("c1b0", "version"),
        lambda one: one.login("c0b3"),
    )


def test_logins_that_outlive_their_server_are_looked_at_by_all() -> None:
    """They end by time, and no queue knows when."""
    world = _two_clusters({"disable-drops-logins": "no"})
    _play(world, *(_typed(f"c0b{m}", "xmpp disable") for m in range(3)), *[_time(30.0)] * 4)


def test_boxes_are_found_by_the_host_name_that_they_have_now() -> None:
    """Before the boot, by the old one; where two share a name, the first one is found."""
    world = _two_clusters()
    found = []
    for line in ("version", "hostname c1b0", "reboot"):
        say(world.boxes["c0b1"], line)
        found.append([box and box.name for box in map(world.resolve, ("c0b1", "c1b0", "10.0.0.2"))])
    assert found == [["c0b1", "c1b0", "c0b1"]] * 2 + [["c0b1", "c0b1", "c0b1"]]


def _two_clusters(switches: Mapping[str, str] | None = None, *, is_named: bool = False) -> World:
    world = blank_world({"database-asks": "no", **(switches or {})}, is_named=is_named)
    for number in range(2):
        add_cluster(world, f"c{number}", DOMAINS[0])
    return world


def _play(whole: World, *deeds: Deed) -> None:
    """Do the same to a world and to a tied one, and look after each deed."""
    whole.settle()
    tied = copy.deepcopy(whole)
    tied.tie()
    for deed in deeds:
        whole.ties = None
        assert deed(tied) == deed(whole)
        whole.ties = None
        assert shown(tied) == shown(whole)


def _compare(seed: int, deeds: int) -> None:
    """Random fleets, random deeds: after each one, both worlds say and show the same."""
    chance = random.Random(seed)
    whole = random_fleet(chance, 3, is_named=seed % 2 == 1)
    whole.settle()
    tied = copy.deepcopy(whole)
    tied.tie()
    around = 0
    for _ in range(deeds):
        deed = random_deed(chance, whole)
        assert deed(tied) == deed(whole)
        assert shown(tied) == shown(whole)
        around += tied.ties is not None
        if chance.random() < 0.05:
            tied = copy.deepcopy(tied)
        if tied.ties is None and chance.random() < 0.7:
            # As the clock of the wire does.
            tied.advance(0.005)
            whole.advance(0.005)
            tied.tie()
    assert around > 0.6 * deeds or whole.switches["disable-drops-logins"] == "no"
    tied.untie()
    whole.settle()
    assert shown(tied) == shown(whole)


@pytest.mark.parametrize("seed", range(20))
def test_a_look_around_one_box_ends_where_a_whole_look_ends(seed: int) -> None:
    """Random clusters up, down, cut, joined, reset, and time that passes."""
    _compare(seed, 80)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 400))
def test_long_lives_end_alike_too(seed: int) -> None:
    """The same with more of everything."""
    _compare(seed, 200)
