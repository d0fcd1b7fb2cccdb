"""Certificates that servers show each other: which are over, and which a member does not trust."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.seen import Seen
from cmsdeploy.families.xmpp.symptoms import LOGINS, SYMPTOMS
from cmsdeploy.families.xmpp.trust_findings import trust_findings
from cmsdeploy.model.secret import UNKNOWN, Unknown
from tests.contract.deployment import Deployment

ONE, TWO = "1" * 64, "2" * 64
WANTED = Deployment(("cb1", "cb2"), seen_at="{address}:5222")
SPECS = {host: families()["xmpp"].spec(WANTED.server(host), WANTED.site(host)) for host in
         WANTED.servers}  # fmt: skip
LOOKS = {host: spec.look.line for host, spec in SPECS.items()}
TRUST = SPECS["cb1"].trust


def _state(
    presented: str | Unknown, *trusted: str, file: str | Unknown = TRUST, is_over: bool = False
) -> XmppState:
    """Its trust file is ``file``, and read where it holds anything."""
    files = {TRUST: trusted} if trusted else {}
    return XmppState(
        enabled=True, trust=file,
        seen=Seen(presented, until="Jan  1 2020" if is_over else "", files=files, is_over=is_over),
    )  # fmt: skip


BLIND = replace(_state(ONE), seen=None)
UNTRUSTED = [("xmpp/peer-untrusted", "cb1", 86)]
OVER = [("xmpp/certificate-expired", "cb1", 88)]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (_state(ONE, ONE, TWO), _state(TWO, ONE, TWO), []),
        (_state(ONE, ONE), _state(TWO, ONE, TWO), UNTRUSTED),
        (_state(ONE, ONE, file=UNKNOWN), _state(TWO, ONE, TWO), UNTRUSTED),
        # What nobody could read or see speaks against nobody.
        (_state(ONE), _state(TWO, ONE, TWO), []),
        (_state(ONE, ONE, file="other.cer"), _state(TWO, ONE, TWO), []),
        (_state(ONE, ONE), _state(UNKNOWN, ONE, TWO), []),
        (_state(ONE, ONE), replace(_state(TWO), seen=None), []),
        (BLIND, _state(TWO, TWO), []),
        # A server need not trust itself.
        (_state(ONE, TWO), _state(TWO, ONE, TWO), []),
        (_state(ONE, ONE, TWO, is_over=True), _state(TWO, ONE, TWO), OVER),
        (_state(ONE, ONE, is_over=True), _state(TWO, ONE, TWO), [*OVER, *UNTRUSTED]),
    ],
)
def test_each_finding_and_its_rank(
    first: XmppState, second: XmppState, found: list[tuple[str, str, int]]
) -> None:
    """Both explain why a cluster has no leader and logins fail, on every host."""
    group = Group("default", SPECS, {"cb1": first, "cb2": second})
    problems = list(trust_findings(group))
    assert [(one.rule, one.host, one.likelihood) for one in problems] == found
    explained = SYMPTOMS | LOGINS | {"xmpp/cut-off", "xmpp/no-leader"}
    assert all((one.explains, one.cluster) == (explained, "default") for one in problems)
    blind = {host: replace(spec, look=None) for host, spec in SPECS.items()}
    assert list(trust_findings(replace(group, specs=blind))) == []


def test_both_are_told_with_what_was_seen() -> None:
    """The file that lacks it, and the port that presents it."""
    states = {"cb1": _state(ONE, ONE, is_over=True), "cb2": _state(TWO, ONE, TWO)}
    over, untrusted = trust_findings(Group("default", SPECS, states))
    assert over.text == "the certificate that cb1 presents is over since Jan  1 2020"
    assert [(one.host, one.command, one.seen) for one in over.evidence] == [
        ("cb1", LOOKS["cb1"], "Valid until Jan  1 2020"),
    ]  # fmt: skip
    assert untrusted.text == (
        f"cb1 does not trust cb2 (certificate 22222222): {TRUST} does not hold what is presented"
        " there"
    )
    assert [(one.host, one.command, one.seen) for one in untrusted.evidence] == [
        ("cb1", f"get {TRUST}", "holds 11111111"),
        ("cb2", LOOKS["cb2"], "certificate 22222222"),
    ]
