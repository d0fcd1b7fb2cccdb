"""What is asked of a box costs the same in a small lab and a large one: operations are counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from cmsdeploy.lab import Box, Lab, World
from cmsdeploy.lab.dns import NameService, Zone
from cmsdeploy.lab.dns_resolver import ServiceResolver
from cmsdeploy.lab.wire.clock import Clock
from cmsdeploy.lab.wire.faults import Faults
from cmsdeploy.lab.wire.talk import Desk
from tests.counting import operations

from .material import XMPP_SETTINGS, configure, copy_secrets, join, said

_SERVERS = 3
_CLUSTERS = (2, 20)
_LAST = "c1.example-cb2"
# Longer than the clock of the wire takes to look at the time again.
_PAUSE_SECONDS = 0.006


def _fleet(clusters: int) -> World:
    world = World(checks_certificates=False)
    _fill(world, clusters)
    return world


def _fill(world: World, clusters: int) -> None:
    """Clusters of three that are up; every call bridge is logged in but those of the last one."""
    names = [f"c{number}.example" for number in range(clusters)]
    world.resolver = ServiceResolver(NameService([Zone(name) for name in names]))
    for name in names:
        boxes = [world.add_box(f"{name}-cb{number}") for number in range(_SERVERS)]
        for box in boxes:
            configure(box)
            said(box, f"xmpp domain {name}")
        first, *others = boxes
        said(first, *(f"xmpp callbridge add {box.name}" for box in boxes))
        said(first, "xmpp cluster enable", "xmpp cluster initialize", "xmpp enable")
        for box in others:
            join(box, first)
        for box in boxes if name != names[-1] else []:
            _log_in(box, name)


def _log_in(box: Box, domain: str) -> None:
    secret = box.xmpp.callbridges[box.name]
    where = f"{box.address}:5223"
    form = {"domain": domain, "sharedSecret": secret, "serverAddressOverride": where}
    assert box.api("PUT", XMPP_SETTINGS, {"uniqueName": box.name, **form}).status == 200


def _asked(world: World) -> list[Callable[[], object]]:
    """What a deployment asks, of boxes of the last cluster; the others only are there."""
    *_, first, second, third = world.boxes.values()
    lines = ("xmpp", "xmpp disable", "xmpp listen a", "xmpp enable", "xmpp cluster status")
    return [
        *(partial(said, third, line) for line in lines),
        lambda: said(third, "xmpp cluster remove", "xmpp disable", "xmpp reset"),
        lambda: said(third, "xmpp listen a", f"xmpp domain {first.xmpp.domain}"),
        lambda: copy_secrets(first, third),
        lambda: said(third, "xmpp cluster enable", "xmpp certs node.key node.cer root.cer"),
        lambda: said(third, "xmpp cluster trust node.cer"),
        lambda: said(third, "xmpp enable", f"xmpp cluster join {second.address}"),
        lambda: _log_in(third, str(first.xmpp.domain)),
        lambda: third.api("GET", XMPP_SETTINGS),
        lambda: third.write_file("some.cer", b"x"),
        third.status_page,
    ]


def _costs(clusters: int) -> list[int]:
    """Operations of each request, as the wire carries it out; time has passed before each."""
    world = _fleet(clusters)
    clock, lock = Clock(world), threading.RLock()
    desk = Desk([*world.boxes.values()][-1], Faults(lambda _: None, lambda: None), lock, clock)
    costs = []
    time.sleep(_PAUSE_SECONDS)
    desk.do(lambda: None)
    for act in _asked(world):
        time.sleep(_PAUSE_SECONDS)
        costs.append(operations(partial(desk.do, act)))
    return costs


def test_a_request_costs_the_same_in_a_large_lab() -> None:
    """Ten times as many clusters: every line that looked at each of them would run ten times."""
    # What is done once for all is done in the first run.
    _, few, many = (_costs(clusters) for clusters in (_CLUSTERS[0], *_CLUSTERS))
    assert many == few


def test_names_are_found_without_a_look_at_every_zone_and_box() -> None:
    """The first look sorts them; from then on they are where they belong."""
    costs = []
    for clusters in _CLUSTERS:
        world = _fleet(clusters)
        assert isinstance(world.resolver, ServiceResolver)
        server = world.resolver.service.primary
        last = list(world.boxes)[-1]
        assert world.resolve(last) is world.boxes[last]
        costs.append(operations(partial(world.resolve, last)))
        costs.append(operations(partial(server.answer, "x.c0.example.", "A")))
        costs.append(operations(partial(world.add_box, "new")))
    assert costs[:3] == costs[3:]


def test_who_takes_the_lock_may_change_anything() -> None:
    """Afterwards all boxes look: one cluster loses its leader, a box of another one is asked."""
    lab = Lab([], checks_certificates=False)
    with lab.lock:
        _fill(lab.world, 2)
    desk = Desk(lab.world.boxes[_LAST], Faults(lambda _: None, lambda: None), lab.message_lock,
                Clock(lab.world))  # fmt: skip
    for is_cut_off in (True, False):
        time.sleep(_PAUSE_SECONDS)
        desk.do(lambda: None)
        with lab.lock:
            leader = lab.world.clusters[1].leader
            assert leader is not None
            lab.world.boxes[leader].is_cut_off = is_cut_off
        desk.do(lambda: said(desk.box, "version"))
        with lab.message_lock:
            assert (lab.world.clusters[1].leader == leader) is not is_cut_off
