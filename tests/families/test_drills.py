"""Which server a drill stops, whom it asks then, and when there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.xmpp.drill import drills
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.model.drill import Drill
from tests.contract.deployment import Deployment
from tests.families.test_xmpp_refusals import LEADERLESS, MEMBER, OF_TWO, OUTSIDE, PEERS, STOPPED

LEADER = replace(MEMBER, role="LEADER", addresses=frozenset({"10.0.9.9"}))
AT_CB2, AT_CB3 = (replace(MEMBER, leader=peer) for peer in PEERS[1:])
TWO_RUN, _DOCTOR = (replace(OF_TWO, role="LEADER"), OF_TWO), "look with: cmsdeploy doctor"


def _drill(*states: XmppState) -> Drill:
    wanted = Deployment(("cb1", "cb2", "cb3")[: len(states)])
    family = families()["xmpp"]
    desired = {host: family.spec(wanted.server(host), wanted.site(host)) for host in wanted.servers}
    (found,) = drills(desired, dict(zip(desired, states, strict=True)))
    return found


@pytest.mark.parametrize(
    ("states", "host", "against"),
    [
        ((LEADER, MEMBER, MEMBER), "cb1", ""),
        ((AT_CB2, replace(AT_CB2, role="LEADER"), AT_CB2), "cb2", ""),
        ((AT_CB3, AT_CB3, replace(AT_CB3, role="LEADER")), "cb3", ""),
        ((MEMBER, LEADER, LEADER), "cb1", f"2 leaders are seen, and one is stopped; {_DOCTOR}"),
        ((MEMBER, MEMBER, LEADERLESS), "cb1", f"0 leaders are seen, and one is stopped; {_DOCTOR}"),
        ((MEMBER, LEADER, STOPPED), "cb2",
         f"not every server of the cluster runs in it; {_DOCTOR}"),
        ((*TWO_RUN, OUTSIDE), "cb1", f"not every server of the cluster runs in it; {_DOCTOR}"),
        (TWO_RUN, "cb1", "2 servers run, and without one of them there is no majority; a drill"
         " needs three"),
    ],
)  # fmt: skip
def test_the_leader_is_stopped(states: tuple[XmppState, ...], host: str, against: str) -> None:
    """Where exactly one leads and the others are a majority without it."""
    found = _drill(*states)
    assert (found.host, found.against) == (host, against)


def test_what_has_to_become_true() -> None:
    """Another leads, as each of the others sees it; then all is as before, the stopped one too."""
    elsewhere = replace(LEADER, leader="10.0.8.8:5222")
    assert _drill(elsewhere, MEMBER, MEMBER).names == {"cb1", "10.0.0.1", "10.0.8.8", "10.0.9.9"}
    found = _drill(LEADER, MEMBER, MEMBER)
    assert found.names == {"cb1", "10.0.0.1", "10.0.9.9"}
    assert (found.stop.line, found.start.line) == ("xmpp disable", "xmpp enable")
    assert (list(found.taken_over), list(found.restored)) == (["cb2", "cb3"], ["cb1", "cb2", "cb3"])
    seen = (MEMBER, AT_CB2, LEADERLESS)
    for sentence in found.taken_over.values():
        assert [one for one in seen if sentence.holds(one)] == [AT_CB2]
    for sentence in found.restored.values():
        assert [one for one in (*seen, OF_TWO, STOPPED) if sentence.holds(one)] == [MEMBER, AT_CB2]
