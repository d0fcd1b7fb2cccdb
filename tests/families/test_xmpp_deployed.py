"""A member as the inventory has it, and one that has to be taken down: for plans without a look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.xmpp.deployed import deployed, is_old, to_be_rebuilt
from cmsdeploy.families.xmpp.facts import Bridge
from cmsdeploy.families.xmpp.spec import Rebuild, XmppSpec
from cmsdeploy.model.secret import SecretRef
from tests.contract.deployment import Deployment

WANTED = Deployment(bridges=("cb1",), absent=("old",), cluster="paris")
SERVERS = ("cb1", "cb2", "cb3", "cb4")


def _spec(host: str = "cb2", first: str = "cb2", servers: tuple[str, ...] = SERVERS) -> XmppSpec:
    spec: XmppSpec = families()["xmpp"].spec(WANTED.server(host), WANTED.site(host))
    return replace(spec, servers=servers, first=first, gone=("10.9.9.9",))


def test_a_member_is_as_wanted() -> None:
    """With every setting, every call bridge, and those that shall go: they are still there."""
    spec = _spec()
    state = deployed(spec)
    assert (state.enabled, state.clustered, state.role) == (True, True, "LEADER")
    assert (state.domain, state.listen) == (spec.domain, frozenset(spec.listen))
    assert (state.key, state.certificate, state.bundle, state.trust) == (
        spec.key, spec.certificate, spec.bundle, spec.trust,
    )  # fmt: skip
    assert state.bridges == {
        name: Bridge(spec.domain, SecretRef(f"callbridge/paris/{name}")) for name in ("cb1", "old")
    }
    assert state.peers == (*(f"{server}:5222" for server in SERVERS), "10.9.9.9:5222")
    assert state.leader == "cb2:5222"
    assert state.addresses == {"cb2", spec.address}
    assert (state.seen is None) is (spec.look is None)


@pytest.mark.parametrize(
    ("host", "first", "servers", "role", "leader"),
    [
        ("cb1", "cb2", SERVERS, "FOLLOWER", "cb2:5222"),
        ("cb1", "elsewhere", SERVERS, "LEADER", "cb1:5222"),
        ("cb2", "elsewhere", SERVERS, "FOLLOWER", "cb1:5222"),
        ("cb2", "cb2", (), "LEADER", "cb2:5222"),
    ],
)
def test_the_first_server_leads(
    host: str, first: str, servers: tuple[str, ...], role: str, leader: str
) -> None:
    """Or the first one that is listed, where the first is none of them."""
    state = deployed(_spec(host, first, servers))
    assert (state.role, state.leader) == (role, leader)


@pytest.mark.parametrize(
    ("host", "is_growing", "old"),
    [("cb4", True, False), ("cb3", True, True), ("cb4", False, True), ("cb9", False, False)],
)
def test_who_is_new_in_a_growing_cluster(host: str, is_growing: bool, old: bool) -> None:
    """The first three are taken for members, and list each other alone."""
    spec = replace(_spec(), host=host, is_growing=is_growing)
    assert is_old(spec) is old
    listed = [peer for peer in deployed(spec).peers if not peer.startswith("10.")]
    assert len(listed) == (3 if is_growing else 4)


def test_a_member_that_is_founded_anew() -> None:
    """On a change it has no domain yet; a lost one sees no leader, and has its domain."""
    changed = to_be_rebuilt(replace(_spec(), rebuild=Rebuild.ON_CHANGE))
    assert (changed.domain, changed.role) == ("", "LEADER")
    others = [one for one in Rebuild if one is not Rebuild.ON_CHANGE]
    for rebuild in others:
        lost = to_be_rebuilt(replace(_spec(), rebuild=rebuild))
        assert (lost.role, lost.leader, lost.domain) == ("CANDIDATE", None, _spec().domain)
