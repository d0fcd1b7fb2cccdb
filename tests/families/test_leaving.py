"""A server that leaves its cluster, and a call bridge that logs in no more, rung by rung."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmsdeploy.families import families
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.ladder import rungs as login_rungs
from cmsdeploy.families.ladder import Ladder, Rung, climb
from cmsdeploy.families.xmpp.facts import Bridge, XmppState
from cmsdeploy.families.xmpp.ladder import rungs as server_rungs
from cmsdeploy.families.xmpp.place import Farewell, Place
from cmsdeploy.model.secret import UNKNOWN, SecretRef
from cmsdeploy.model.step import Risk, Step
from tests.contract.deployment import Deployment
from tests.families.test_ladders import LOGINS, SERVERS, assert_law_6

FAMILIES = families()
WANTED = Deployment()
MEMBER = XmppState(
    enabled=True, clustered=True, domain="tptac9.com", listen=frozenset("a"), key="node.key",
    certificate="node.cer", bundle="root.cer", trust="node.cer", role="FOLLOWER", is_member=True,
    bridges={"cb1": Bridge("tptac9.com", SecretRef("callbridge/cb1"))},
    peers=("10.0.0.1:5222", "10.0.0.2:5222"), leader="10.0.0.2:5222", expected_peers=1,
)  # fmt: skip
OTHER = Farewell("cb2", "10.0.0.2:5222", (("cb2", "cluster-left"),))


def _climbed(state: XmppState, place: Place) -> tuple[tuple[Step, ...], XmppState]:
    spec = FAMILIES["xmpp"].spec(WANTED.server("cb1"), WANTED.site("cb1"))
    steps, after = climb(
        [Ladder("cb1", "xmpp", "default", state, list(server_rungs(spec, state, place)))]
    )
    found: XmppState = after["cb1"]
    return tuple(steps), found


def _ladder(state: XmppState, rung: Rung[XmppState]) -> Ladder[XmppState]:
    return Ladder("cb1", "xmpp", "default", state, [rung])


@settings(derandomize=True, max_examples=200, deadline=None)
@given(SERVERS, st.booleans())
def test_the_rungs_of_a_server_that_leaves(state: XmppState, is_purged: bool) -> None:
    """Law 6, over states that no box may ever have."""
    place = Place(is_leaving=True, is_purged=is_purged, farewells=(OTHER,))
    spec = FAMILIES["xmpp"].spec(WANTED.server("cb1"), WANTED.site("cb1"))
    assert_law_6(list(server_rungs(spec, state, place)), state)


def test_a_server_that_is_given_up_is_as_new_and_names_nothing() -> None:
    """TAC 217062: stopped, reset, then certificates and domain; only the reset destroys."""
    place = Place(is_leaving=True, is_purged=True)
    gone = replace(MEMBER, is_member=False, clustered=False, peers=(), leader=None, role=None)
    steps, after = _climbed(gone, place)
    assert [(step.action.line, step.risk) for step in steps] == [
        ("xmpp disable", Risk.DISRUPTIVE),
        ("xmpp reset", Risk.DESTRUCTIVE),
        ("xmpp certs none", Risk.SAFE),
        ("xmpp domain none", Risk.SAFE),
    ]
    assert (after.key, after.certificate, after.bundle, after.domain) == ("", "", "", "")
    assert (after.bridges, after.listen, after.clustered) == ({}, frozenset(), False)
    assert _climbed(after, place)[0] == ()
    kept, _ = _climbed(gone, replace(place, is_purged=False))
    assert [step.action.line for step in kept] == ["xmpp disable", "xmpp reset"]


def test_what_is_taken_out_wants_the_server_stopped() -> None:
    """Each by itself, whichever others are left out: a running server has to have a domain."""
    spec = FAMILIES["xmpp"].spec(WANTED.server("cb1"), WANTED.site("cb1"))
    state = replace(MEMBER, is_member=False)
    given = {
        rung.name: [step.action.line for step in climb([_ladder(state, rung)])[0]]
        for rung in server_rungs(spec, state, Place(is_leaving=True, is_purged=True))
        if rung.name.endswith("-none")
    }
    assert given == {
        "certs-none": ["xmpp disable", "xmpp certs none"],
        "domain-none": ["xmpp disable", "xmpp domain none"],
    }


def test_what_a_box_does_not_show_is_not_taken_out_again() -> None:
    """Unknown stays unknown, and asks for no command that would be sent for ever."""
    hidden = replace(
        MEMBER, is_member=False, enabled=False, clustered=UNKNOWN, listen=UNKNOWN, domain=UNKNOWN,
        key=UNKNOWN, certificate=UNKNOWN,
    )  # fmt: skip
    steps, after = _climbed(hidden, Place(is_leaving=True, is_purged=True))
    assert [step.action.line for step in steps] == ["xmpp reset"]
    assert (after.clustered, after.listen) == (UNKNOWN, UNKNOWN)


def test_a_member_leaves_before_it_is_reset() -> None:
    """It sees who left before it off, leaves by itself, and is stopped when the others know."""
    place = Place(
        is_leaving=True, farewells=(OTHER,), goes_on=(2, 3), leave_after=(("cb2", "x"),),
        reset_after=(("cb3", "cb1-gone"),),
    )  # fmt: skip
    steps, after = _climbed(MEMBER, place)
    lines = [step.action.line for step in steps]
    assert lines[-3:] == ["xmpp cluster remove", "xmpp disable", "xmpp reset"]
    assert lines[0] == "wait until 10.0.0.2:5222 is no longer listed"
    leaving = next(step for step in steps if step.action.line == "xmpp cluster remove")
    assert "2 of the 3 others go on, a majority is 2" in leaving.why
    assert leaving.risk is Risk.DISRUPTIVE
    assert after.peers == ()


LOGIN = replace(WANTED, absent_logins=("cb1",))


@settings(derandomize=True, max_examples=100, deadline=None)
@given(LOGINS)
def test_the_rung_of_a_login_that_goes(state: CallbridgeState) -> None:
    """Law 6 where a call bridge shall log in nowhere."""
    spec = FAMILIES["callbridge"].spec(LOGIN.bridge("cb1"), LOGIN.site("cb1"))
    assert_law_6(list(login_rungs(spec, state, frozenset())), state)


@pytest.mark.parametrize(
    ("has_api", "kind", "is_pending"), [(True, "call", False), (False, "manual", True)]
)
def test_a_login_goes_by_the_api_or_by_hand(has_api: bool, kind: str, is_pending: bool) -> None:
    """By hand nobody sees that it is done, so the next look has to."""
    spec = FAMILIES["callbridge"].spec(LOGIN.bridge("cb1"), LOGIN.site("cb1"))
    state = CallbridgeState(has_api, "cb1", "tptac9.com", "10.0.0.9", True)
    (rung,) = login_rungs(spec, state, frozenset())
    assert not rung.holds(state)
    assert (rung.action.kind, rung.risk) == (kind, Risk.DISRUPTIVE)
    assert bool(rung.evidence) is has_api
    after = rung.then(state)
    assert (after.name, after.domain, after.server_address) == ("", "", "")
    assert (after.has_alarm, after.is_pending) == (False, is_pending)
    half = replace(state, name="")
    assert not rung.holds(half)


def test_a_call_bridge_that_nobody_has_looked_at() -> None:
    """It has no login; who shall have none is taken to have the one that is named."""
    family, blank = FAMILIES["callbridge"], CallbridgeState(True, "", "", "", has_alarm=False)
    assert family.blank(family.spec(WANTED.bridge("cb1"), WANTED.site("cb1"))) == blank
    leaving = family.spec(LOGIN.bridge("cb1"), LOGIN.site("cb1"))
    assert family.blank(leaving) == replace(blank, name="cb1", domain="tptac9.com")
