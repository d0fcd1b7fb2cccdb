"""Which certificate a server presents, and who is whose peer by it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cmsdeploy.lab import Box, World
from cmsdeploy.lab.presenting import presented
from cmsdeploy.lab.watching import Watch

from .material import configure, issued, said, states, three_nodes


def _shown(box: Box) -> bytes:
    found = presented(box)
    return b"" if found is None else found.certificate


def _renewed(box: Box, name: str = "renewed") -> bytes:
    """Write another pair over the one in use."""
    pair = issued(name, "Test Root")
    box.write_file("node.key", pair.key)
    box.write_file("node.cer", pair.certificate)
    return pair.certificate


def test_a_file_that_is_changed_is_served_after_the_next_start() -> None:
    """DOC TAC-214618: the service has to be restarted; every kind of start will do."""
    box = World().add_box("cb1")
    configure(box)
    assert presented(box) is None
    said(box, "xmpp enable")
    old = _shown(box)
    new = _renewed(box)
    assert _shown(box) == old != new
    said(box, "xmpp enable")
    assert _shown(box) == old
    said(box, "xmpp restart")
    assert _shown(box) == new
    newer = _renewed(box, "newer")
    box.power_off()
    assert presented(box) is None
    box.power_on()
    assert _shown(box) == newer


def test_a_server_that_keeps_its_old_certificate() -> None:
    """The trouble that makes a renewal a renewal in name only."""
    box = World().add_box("cb1")
    configure(box)
    said(box, "xmpp enable")
    old = _shown(box)
    box.xmpp_trouble.keeps_old = True
    _renewed(box)
    said(box, "xmpp restart")
    assert _shown(box) == old
    box.xmpp_trouble.is_closed = True
    assert presented(box) is None


@pytest.mark.parametrize(("checked", "is_peer"), [("yes", False), ("no", True)])
def test_a_member_whose_certificate_is_not_trusted(checked: str, is_peer: bool) -> None:
    """trust-checked-while-running: it runs, and counts for nobody; nor do the others for it."""
    world = three_nodes({"trust-checked-while-running": checked})
    _renewed(world.boxes["cb2"])
    assert states(world) == ["State: LEADER", "State: FOLLOWER", "State: FOLLOWER"]
    said(world.boxes["cb2"], "xmpp restart")
    second = "State: FOLLOWER" if is_peer else "State: CANDIDATE"
    assert states(world) == ["State: LEADER", second, "State: FOLLOWER"]


@pytest.mark.parametrize(
    ("switches", "majority"),
    [({}, [True, False]), ({"trust-checked-while-running": "no"}, [True, True])],
)
def test_the_record_of_a_world(switches: Mapping[str, str], majority: list[bool]) -> None:
    """Who runs and trusts each other, who takes logins, who lost one: at every moment."""
    world = three_nodes(switches)
    world.watch = watch = Watch()
    for name in ("cb2", "cb3"):
        _renewed(world.boxes[name], name)
        said(world.boxes[name], "xmpp restart")
    ends = [watch.moments[0], watch.moments[-1]]
    assert [all(one.has_majority for one in watch.moments[:2]), ends[1].has_majority] == majority
    assert {len(one.refusing) for one in watch.moments} == ({0, 1, 3} if not switches else {0, 1})
    assert (ends[1].lost == ()) == majority[1]
