"""The certificate in service: when it counts as seen, stale or set, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.renewal import change_refusals
from cmsdeploy.families.xmpp.seen import Seen
from cmsdeploy.families.xmpp.service import in_service, is_set, is_stale
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.model.handshake import Handshake
from cmsdeploy.model.secret import UNKNOWN, Unknown
from tests.contract.deployment import Deployment
from tests.families.test_xmpp_refusals import MEMBER

NEW, OLD = "a" * 64, "b" * 64
WANTED = Deployment(seen_at="{address}:5222")


def _spec(leaf: str = NEW) -> XmppSpec:
    spec: XmppSpec = families()["xmpp"].spec(WANTED.server("cb1"), WANTED.site("cb1"))
    return replace(spec, leaf=leaf)


def _state(
    presented: str | Unknown, on_box: str = "", certificate: str | Unknown = ""
) -> XmppState:
    name = _spec().certificate
    files = {name: (on_box,)} if on_box else {}
    return XmppState(
        enabled=True, certificate=name if certificate == "" else certificate,
        seen=Seen(presented=presented, files=files),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("leaf", "state", "stale", "set_up", "holds"),
    [
        (NEW, _state(NEW, NEW), False, True, True),
        (NEW, _state(OLD, NEW), True, True, False),
        (NEW, _state(OLD, OLD), True, False, False),
        (NEW, _state(UNKNOWN, NEW), False, True, False),
        (NEW, _state(OLD, NEW, UNKNOWN), True, True, False),
        (NEW, _state(OLD, "", UNKNOWN), True, False, False),
        (NEW, _state(OLD, NEW, "other.cer"), True, False, True),
        ("", _state(OLD, NEW), True, True, False),
        ("", _state(OLD), False, True, True),
        (NEW, replace(_state(NEW), seen=None), False, True, False),
    ],
)
def test_a_certificate_in_service(
    leaf: str, state: XmppState, stale: bool, set_up: bool, holds: bool
) -> None:
    """Wanted is what the site has, else what the file on the box holds; unknown proves nothing."""
    spec = _spec(leaf)
    assert spec.look is not None
    assert (is_stale(spec, state), is_set(spec, state)) == (stale, set_up)
    assert in_service(spec, state, spec.look).holds(state) is holds


def test_it_is_told_as_a_sentence_and_waited_for() -> None:
    """With its fingerprint and its place; afterwards it is seen, for a later task too."""
    spec, state = _spec(), replace(_state(OLD, OLD), certificate=_spec().certificate)
    look = spec.look
    assert isinstance(look, Handshake)
    rung = in_service(spec, state, look, "seen-again")
    assert (rung.name, rung.source, rung.evidence) == ("seen-again", "TAC 214618", (look,))
    assert rung.is_closing
    assert str(rung.why).startswith("the server presents ")
    assert str(rung.why).endswith(" in service")
    assert f"{look.place} presents " in rung.action.line
    after = rung.then(state)
    assert after.seen is not None
    assert (after.seen.presented, after.seen.files[spec.certificate]) == (NEW, (NEW,))
    assert rung.holds(after)
    blind = replace(state, seen=None)
    assert rung.then(blind) is blind


@pytest.mark.parametrize(
    ("leaf", "state", "is_refused"),
    [
        (NEW, _state(OLD, OLD), True),
        (NEW, _state(UNKNOWN, OLD), True),
        # What the server goes on to present is the wanted one: an upload here was cut.
        (NEW, _state(NEW, OLD), False),
        (NEW, _state(OLD, NEW), False),
        (NEW, _state(OLD), False),
        (NEW, _state(OLD, OLD, "other.cer"), False),
        ("", _state(OLD, OLD), False),
    ],
)
def test_other_content_under_a_name_in_use_is_refused(
    leaf: str, state: XmppState, is_refused: bool
) -> None:
    """Of each server that runs with it, in words that tell both apart."""
    member = replace(MEMBER, seen=state.seen, certificate=state.certificate)
    others = {host: replace(_spec(leaf), host=host, look=None) for host in WANTED.servers}
    group = Group("default", others, dict.fromkeys(others, member))
    name = _spec().certificate
    said = {refusal.host: refusal.text for refusal in change_refusals(group)}
    text = (
        f"{name} is in use, and on the box it is bbbbbbbb, here aaaaaaaa; give the new files new"
        " names: they are then taken into use one server at a time"
    )
    assert said == (dict.fromkeys(others, text) if is_refused else {})


def test_two_certificates_that_are_looked_at_in_one_place() -> None:
    """One of them would be taken for the other: each but the first is told of the first."""
    specs = {host: replace(_spec(""), host=host) for host in WANTED.servers}
    specs["cb2"] = replace(specs["cb2"], look=None)
    (refusal,) = change_refusals(Group("default", specs, dict.fromkeys(specs, MEMBER)))
    look = specs["cb1"].look
    assert look is not None
    assert (refusal.host, refusal.rule) == ("cb3", "xmpp/seen-at-one-place")
    assert refusal.text == (
        f"its certificate is looked at where that of cb1 is ({look.place}); give each host an"
        " xmpp_address of its own and leave xmpp_seen_at out, or give each an xmpp_seen_at with a"
        " port of its own, or none"
    )
