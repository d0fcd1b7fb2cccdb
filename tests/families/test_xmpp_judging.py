"""A cluster that is founded anew: judged whole, and climbed by every server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.ladder import climb
from cmsdeploy.families.xmpp.departures import departure_refusals
from cmsdeploy.families.xmpp.deployed import to_be_rebuilt
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.judging import judged
from cmsdeploy.families.xmpp.spec import XmppSpec
from tests.contract.deployment import Deployment
from tests.families.test_xmpp_refusals import LEADERLESS, MEMBER, OF_TWO, OUTSIDE, PEERS, STOPPED

WANTED = Deployment()


def _group(rebuild: str) -> Group:
    specs: dict[str, XmppSpec] = {}
    for host in WANTED.servers:
        parameters = {**WANTED.server(host), "rebuild": rebuild}
        spec = families()["xmpp"].spec(parameters, WANTED.site(host))
        specs[host] = replace(spec, servers=WANTED.servers)
    return Group("default", specs, {host: to_be_rebuilt(spec) for host, spec in specs.items()})


@pytest.mark.parametrize("rebuild", ["on-change", "broken", "asked"])
def test_a_cluster_is_founded_anew(rebuild: str) -> None:
    """All are reset, one initializes, the others join; the group is the one that is foreseen."""
    verdict = judged(_group(rebuild))
    assert not verdict.is_refused
    steps, _ = climb(verdict.ladders)
    lines = [(step.host, step.action.line) for step in steps]
    for host in WANTED.servers:
        assert (host, "xmpp reset") in lines
    assert ("cb1", "xmpp cluster initialize") in lines
    assert [line for _, line in lines if line.startswith("xmpp cluster join")] == [
        "xmpp cluster join 10.0.0.1"
    ] * 2


def test_a_cluster_that_is_not_to_be_founded_anew_is_not() -> None:
    """Without the word no server is reset."""
    verdict = judged(_group("never"))
    steps, _ = climb(verdict.ladders)
    assert "xmpp reset" not in {step.action.line for step in steps}


def test_too_few_would_be_left() -> None:
    """With the numbers that a person has to count by: two are listed that nobody knows."""
    specs = dict(_group("never").specs)
    specs["cb3"] = replace(specs["cb3"], is_leaving=True)
    member = replace(MEMBER, peers=(*MEMBER.peers, "10.0.0.8:5222", "10.0.0.9:5222"))
    group = Group("default", specs, dict.fromkeys(specs, member))
    (refusal,) = (one for one in departure_refusals(group) if one.rule == "xmpp/majority")
    assert (refusal.host, refusal.cluster) == ("cb3", "default")
    assert refusal.text == (
        "when it leaves, 2 of 4 servers are left, and more than half are needed; bring back the"
        " others first (3 are known here)"
    )


AMONG_NOBODY = replace(LEADERLESS, role=None, peers=())


@pytest.mark.parametrize(
    ("first", "is_refused"),
    [(LEADERLESS, True), (STOPPED, True), (AMONG_NOBODY, False), (OUTSIDE, False)],
)
def test_a_cluster_that_nobody_sees_may_be_there(first: XmppState, is_refused: bool) -> None:
    """Where one leads a cluster of its own; a founder that runs among nobody has left its own."""
    specs = _group("never").specs
    wished = {host: replace(spec, is_cluster_wanted=True) for host, spec in specs.items()}
    alone = replace(MEMBER, role="LEADER", leader=PEERS[1], peers=PEERS[1:2])
    group = Group("default", wished, {"cb1": first, "cb2": alone, "cb3": OUTSIDE})
    found = [one.host for one in departure_refusals(group) if one.rule == "xmpp/two-clusters"]
    assert found == ["cb2"] * is_refused


def test_nobody_sees_off_a_server_that_nobody_lists() -> None:
    """One that leaves and is outside already is waited for by none of the others."""
    specs = dict(_group("never").specs)
    specs["cb3"] = replace(specs["cb3"], is_leaving=True)
    listed = {
        "outside": {"cb1": OF_TWO, "cb2": OF_TWO, "cb3": OUTSIDE},
        "inside": dict.fromkeys(specs, MEMBER),
    }
    gone = {
        word: [
            (ladder.host, rung.why)
            for ladder in judged(Group("default", specs, states)).ladders
            for rung in ladder.rungs
            if rung.name.endswith("-gone")
        ]
        for word, states in listed.items()
    }
    why = "cb3 (10.0.0.3:5222) is no longer listed here"
    assert gone == {"outside": [], "inside": [("cb1", why), ("cb2", why)]}
