"""What the settings of a call bridge are found to be, and which rung repairs each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.families.callbridge.calls import LOG
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.news import Connection, News
from cmsdeploy.families.callbridge.setting_findings import setting_findings
from cmsdeploy.families.callbridge.spec import CallbridgeSpec
from cmsdeploy.model.secret import UNKNOWN

SPEC = CallbridgeSpec("default", "cb1", "tptac9.com", "")
WELL = CallbridgeState(has_api=True, name="cb1", domain="tptac9.com", server_address="")
TURNED_AWAY = replace(WELL, news=News(Connection.FAILING, "Authentication failure"))
LOST = replace(WELL, news=News(Connection.FAILING, "DNS error"))
SHOWN = frozenset({"callbridge/alarm", "callbridge/log"})
MISLED = SHOWN | {"callbridge/dns-error"}


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (WELL, []),
        (replace(WELL, name=UNKNOWN, domain=UNKNOWN, server_address=UNKNOWN), []),
        (replace(WELL, name=""), [("login-missing", 85, SHOWN, True)]),
        (replace(WELL, name="cb9"), [("name-differs", 85, SHOWN, True)]),
        (replace(WELL, domain="a"), [("domain-differs", 85, MISLED, True)]),
        (replace(WELL, server_address="b"), [("server-differs", 85, MISLED, True)]),
        (replace(WELL, name="cb9", domain="a"),
         [("name-differs", 85, SHOWN, True), ("domain-differs", 85, MISLED, True)]),
        (TURNED_AWAY, [("secret-differs", 75, SHOWN, True)]),
        # With another login it is no wonder.
        (replace(TURNED_AWAY, name="cb9"), [("name-differs", 85, SHOWN, True)]),
        (replace(TURNED_AWAY, news=News(Connection.QUIET, "auth")), []),
        (LOST, [("dns-error", 60, SHOWN, False)]),
        (replace(LOST, has_api=False), [("dns-error", 60, SHOWN, False)]),
        (replace(TURNED_AWAY, has_api=False), []),
    ],
)  # fmt: skip
def test_each_finding_has_its_rank_and_its_repair(
    state: CallbridgeState, found: list[tuple[str, int, frozenset[str], bool]]
) -> None:
    """What it explains is so on this host only; a login is set by one rung, DNS by none here."""
    problems = list(setting_findings("box", SPEC, state))
    assert [
        (one.rule, one.likelihood, one.explains, one.asks, one.explains_on, one.cluster, one.host)
        for one in problems
    ] == [
        (f"callbridge/{rule}", rank, explains,
         (("box", "callbridge", "login"),) if is_set else (), frozenset({"box"}), "default", "box")
        for rule, rank, explains, is_set in found
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "text", "fix"),
    [
        (LOST, "box finds no XMPP server of tptac9.com by DNS",
         "from the box: dns lookup SRV _xmpp-component._tcp.tptac9.com; then: cmsdeploy dns check"),
        (replace(LOST, domain=UNKNOWN), "box finds no XMPP server of tptac9.com by DNS",
         "from the box: dns lookup SRV _xmpp-component._tcp.tptac9.com; then: cmsdeploy dns check"),
        (replace(LOST, server_address="b.com", has_api=False),
         "box finds no XMPP server b.com by DNS",
         "from the box: dns lookup A b.com; then: cmsdeploy dns check"),
    ],
)  # fmt: skip
def test_whoever_finds_nobody_is_told_what_to_ask(
    state: CallbridgeState, text: str, fix: str
) -> None:
    """What the box asks for, which is not always what it should ask for."""
    (problem,) = setting_findings("box", SPEC, state)
    assert (problem.text, problem.fix) == (text, fix)
    assert [(one.command, one.seen) for one in problem.evidence] == [(LOG.line, "DNS error")]
