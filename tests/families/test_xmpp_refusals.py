"""Every refusal of family xmpp: when it comes, and that it says cause and next action."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import cmsdeploy.families.xmpp.refusals as refusals_module
from cmsdeploy.families import families
from cmsdeploy.families.xmpp.facts import Bridge, XmppState
from cmsdeploy.model.secret import UNKNOWN, Secret
from cmsdeploy.model.step import Refusal
from tests.contract.deployment import CERTIFICATE, Deployment

PEERS = ("10.0.0.1:5222", "10.0.0.2:5222", "10.0.0.3:5222")
MEMBER = XmppState(
    enabled=True,
    clustered=True,
    domain="tptac9.com",
    listen=frozenset("a"),
    key="node.key",
    certificate="node.cer",
    bundle="root.cer",
    trust="node.cer",
    bridges={name: Bridge("tptac9.com", Secret(name)) for name in ("cb1", "cb2", "cb3")},
    role="FOLLOWER",
    peers=PEERS,
    leader=PEERS[0],
)
OUTSIDE = replace(MEMBER, clustered=False, role=None, peers=(), leader=None)
STOPPED = replace(MEMBER, enabled=False, role=None, peers=(), leader=None)
LEADERLESS = replace(MEMBER, role="CANDIDATE", leader=None)
OF_TWO = replace(MEMBER, peers=PEERS[:2])
OTHER_PEERS = ("10.9.0.1:5222", "10.9.0.2:5222")


def with_old_certificate(state: XmppState) -> XmppState:
    """The same server with another certificate than the wanted one."""
    return replace(state, key="old.key", certificate="old.cer")


def asked(
    states: list[XmppState],
    wanted: Deployment | None = None,
    address: str | None = None,
    also: tuple[str, ...] = (),
) -> tuple[Refusal, ...]:
    """What the family says to these states of cb1, cb2 and cb3; ``also`` are servers left out."""
    wanted = wanted or Deployment()
    family = families()["xmpp"]
    desired = {}
    for host in wanted.servers:
        given = wanted.server(host) | ({"address": address} if address and host == "cb3" else {})
        given |= {"servers": [*wanted.servers, *also]} if also else {}
        desired[host] = family.spec(given, wanted.site(host))
    outcome = family.steps(desired, dict(zip(desired, states, strict=True)), frozenset())
    assert not outcome.steps or all(refusal.is_of_number for refusal in outcome.refusals)
    return outcome.refusals


ROWS: list[tuple[str, Callable[[], tuple[Refusal, ...]], list[str]]] = [
    ("xmpp/status-unreadable",
     lambda: asked([replace(OUTSIDE, enabled=UNKNOWN), OUTSIDE, OUTSIDE]), ["cb1"]),
    ("xmpp/callbridges-unreadable",
     lambda: asked([MEMBER, MEMBER, replace(MEMBER, bridges=UNKNOWN)]), ["cb3"]),
    ("xmpp/peers-unreadable",
     lambda: asked([MEMBER, replace(MEMBER, has_strange_peers=True), MEMBER]), ["cb2"]),
    ("xmpp/first-missing",
     lambda: asked([OUTSIDE], Deployment(("cb2",), first="cb1")), ["cb2"]),
    ("xmpp/servers-left-out",
     lambda: asked([OUTSIDE, OUTSIDE, OUTSIDE], also=("cb4",)), ["cb1"]),
    ("xmpp/two-servers", lambda: asked([OUTSIDE, OUTSIDE], Deployment(("cb1", "cb2"))), ["cb1"]),
    ("xmpp/duplicate-peer",
     lambda: asked([replace(MEMBER, peers=(*PEERS, PEERS[2])), MEMBER, MEMBER]), ["cb1"]),
    ("xmpp/two-clusters",
     lambda: asked([MEMBER, MEMBER, replace(MEMBER, peers=OTHER_PEERS, leader=OTHER_PEERS[0])]),
     ["cb3"]),
    ("xmpp/dead-peer", lambda: asked([MEMBER, MEMBER, OUTSIDE]), ["cb3"]),
    ("xmpp/membership-unclear",
     lambda: asked([MEMBER, MEMBER, STOPPED], address="cb3.example.com"), ["cb3"]),
    ("xmpp/live-domain",
     lambda: asked([MEMBER, *[replace(MEMBER, domain="other.com")] * 2]), ["cb2", "cb3"]),
    ("xmpp/live-listen",
     lambda: asked([MEMBER, *[replace(MEMBER, listen=frozenset("ab"))] * 2]), ["cb2", "cb3"]),
    ("xmpp/no-interface",
     lambda: asked([MEMBER, replace(MEMBER, listen=frozenset("b"), lacking=frozenset("a")),
                    replace(MEMBER, lacking=frozenset("a"))]), ["cb2"]),
    ("xmpp/majority",
     lambda: asked([with_old_certificate(OF_TWO), OF_TWO,
                    replace(OUTSIDE, bridges={})]), ["cb1"]),
    ("xmpp/no-leader", lambda: asked([LEADERLESS, OUTSIDE, OUTSIDE]), ["cb1"]),
    ("xmpp/nobody-runs", lambda: asked([OUTSIDE, STOPPED, OUTSIDE]), ["cb2"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "ask", "hosts"), ROWS, ids=[row[0] for row in ROWS])
def test_a_refusal_comes_when_it_should(
    rule: str, ask: Callable[[], tuple[Refusal, ...]], hosts: list[str]
) -> None:
    """The rule is named, on the box that it concerns, with a text that says what to do."""
    refused = ask()
    assert [refusal.host for refusal in refused if refusal.rule == rule] == hosts
    for refusal in refused:
        assert refusal.cluster == "default"
        assert len(refusal.text) > 40
        assert re.search(r"; |: |, ", refusal.text)


def test_advice_to_remove_a_peer_names_it() -> None:
    """Without the address, `xmpp cluster remove` takes out the very box that it is typed on."""
    (dead,) = asked([MEMBER, MEMBER, OUTSIDE])
    assert "xmpp cluster remove 10.0.0.3 (never without the address" in dead.text
    (twice,) = asked([replace(MEMBER, peers=(*PEERS, PEERS[2])), MEMBER, MEMBER])
    assert twice.text.endswith("xmpp cluster remove 10.0.0.3")


def test_every_refusal_has_a_row() -> None:
    """A new rule comes with a case."""
    text = Path(refusals_module.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'"(xmpp/[a-z-]+)"', text)) == {row[0] for row in ROWS}


@pytest.mark.parametrize(
    "states",
    [
        [MEMBER, MEMBER, MEMBER],
        [MEMBER, MEMBER, STOPPED],
        [STOPPED, MEMBER, MEMBER],
        [OUTSIDE, OUTSIDE, OUTSIDE],
        [STOPPED, OUTSIDE, OUTSIDE],
        [replace(MEMBER, trust=UNKNOWN, bundle=UNKNOWN), MEMBER, MEMBER],
        [replace(MEMBER, domain=UNKNOWN, listen=UNKNOWN), MEMBER, MEMBER],
        [with_old_certificate(MEMBER), MEMBER, MEMBER],
        [MEMBER, replace(MEMBER, domain="other.com"), MEMBER],
        [STOPPED, replace(MEMBER, domain="other.com"), MEMBER],
        [MEMBER, replace(STOPPED, domain="other.com"), MEMBER],
        [MEMBER, MEMBER, replace(MEMBER, listen=frozenset("ab"))],
        [replace(LEADERLESS, peers=PEERS[:1]), OUTSIDE, OUTSIDE],
    ],
)
def test_healthy_and_half_done_clusters_are_not_refused(states: list[XmppState]) -> None:
    """What our own cut runs leave behind, and what is well, is never refused."""
    assert asked(states) == ()


def test_a_lone_founder_may_change_its_certificate() -> None:
    """One server is the whole cluster: while it is stopped, a second look finds it again."""
    alone = with_old_certificate(replace(MEMBER, peers=PEERS[:1], role="LEADER"))
    assert asked([alone, OUTSIDE, OUTSIDE]) == ()
    assert [r.rule for r in asked([alone, STOPPED, OUTSIDE])] == ["xmpp/majority"]


def test_one_refusal_stops_its_own_cluster_only() -> None:
    """Two clusters in one task: the healthy one gets its steps."""
    family = families()["xmpp"]
    paris = Deployment(("cb1",), ("cb1",), cluster="paris")
    rome = Deployment(("cb2",), ("cb2",), cluster="rome")
    desired = {
        "cb1": family.spec(paris.server("cb1"), paris.site("cb1")),
        "cb2": family.spec(rome.server("cb2"), rome.site("cb2")),
    }
    observed = {"cb1": XmppState(), "cb2": family.blank(desired["cb2"])}
    outcome = family.steps(desired, observed, frozenset())
    assert {refusal.cluster for refusal in outcome.refusals} == {"paris"}
    assert {step.cluster for step in outcome.steps} == {"rome"}
    assert CERTIFICATE["key"] == desired["cb1"].key
