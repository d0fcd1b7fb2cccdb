"""How a login and a raw gate are told: rules, reasons and witnesses as people read them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.news import Connection, News
from cmsdeploy.families.callbridge.rules import login_in_words, problems_of
from cmsdeploy.model.action import Command, Reply
from cmsdeploy.model.step import Problem, Refusal, Severity
from cmsdeploy.model.version import Version
from cmsdeploy.planning.gate import UNKNOWN_VERSION, version_refusal
from cmsdeploy.planning.stage import Permission, Stage
from tests.contract.deployment import Deployment

FAMILIES = families()
WANTED = Deployment()
LOGIN = FAMILIES["callbridge"].spec(WANTED.bridge("cb1"), WANTED.site("cb1"))
SET = CallbridgeState(True, "cb1", WANTED.domain, "")


@pytest.mark.parametrize(
    ("state", "words", "rules"),
    [
        (replace(SET, name=""), "has no XMPP login set", ["callbridge/unseen"]),
        (
            replace(SET, domain="other"),
            "does not have the wanted XMPP login",
            ["callbridge/unseen"],
        ),
        (
            replace(SET, has_api=False, domain="other", has_alarm=False),
            "is logged in (no XMPP alarm)",
            [],
        ),
        (SET, "does not show whether it is logged in", ["callbridge/unseen"]),
        (replace(SET, has_alarm=False), "is logged in (no XMPP alarm)", []),
        (replace(SET, has_alarm=True), "is not logged in (XMPP alarm)", ["callbridge/alarm"]),
        (
            replace(SET, news=News(Connection.FAILING, "auth")),
            "is not logged in (log: auth)",
            ["callbridge/log"],
        ),
        (
            replace(SET, news=News(Connection.FAILING), has_alarm=True),
            "is not logged in (log: disconnected)",
            ["callbridge/log", "callbridge/alarm"],
        ),
        (
            replace(SET, news=News(Connection.HELD, "cb2")),
            "is logged in (log: connected to cb2)",
            [],
        ),
        (replace(SET, news=News(Connection.HELD)), "is logged in (log: connected)", []),
        (replace(SET, news=News(Connection.QUIET)), "is logged in (log: no failure any more)", []),
    ],
)
def test_a_login_is_told_with_its_witness(
    state: CallbridgeState, words: str, rules: list[str]
) -> None:
    """The surest witness first; and each has its rule."""
    assert login_in_words(LOGIN, state) == words
    assert [one.rule for one in problems_of("cb1", LOGIN, state)] == rules


def test_the_evidence_of_a_failed_login() -> None:
    """The reason that the log gives, or that it gives none; and the name of the secret."""

    def told(detail: str) -> Problem:
        state = replace(SET, news=News(Connection.FAILING, detail))
        return next(iter(problems_of("cb1", LOGIN, state)))

    assert told("auth").text == (
        "the log of the box says that cb1 is not logged in: auth (callbridge/cb1)"
    )
    (evidence,) = told("").evidence
    assert evidence.seen == "disconnected, no reason is given, in the last minute"
    unseen = next(iter(problems_of("cb1", LOGIN, SET)))
    assert (unseen.severity, unseen.cluster) == (Severity.NOTE, "default")


def test_a_gate_that_only_looks_refuses_and_has_no_step() -> None:
    """With the line by which anybody can look; where it is met there is nothing at all."""
    family = FAMILIES["mmp"]
    said = {key: value for key, value in WANTED.gate("cb1").items() if key in ("read", "shows")}
    spec = family.spec(said, WANTED.site("cb1"))
    read = Command.of("ntp", "server", "list")
    for text, refusals in (
        ("10.0.0.123\n", ()),
        ("none\n", (Refusal(
            "cb1", "mmp/gate",
            "`ntp server list` does not show '10.0.0.123'; look with: ntp server list", "default",
        ),)),
    ):  # fmt: skip
        state = family.state({read: Reply(text)})
        outcome = family.steps({"cb1": spec}, {"cb1": state}, frozenset())
        assert outcome.steps == ()
        assert outcome.refusals == refusals
        problems = family.problems({"cb1": spec}, {"cb1": state})
        assert [one.text for one in problems] == [one.text for one in refusals]


def test_the_gate_of_versions_says_which_and_why() -> None:
    """The version, the family, and what became of it; unknown may be allowed by its word."""
    stage = Stage("xmpp", "t", {"cb1": None}, {"cb1": "paris"})
    assert version_refusal(stage, "cb1", Version(2, 9), FAMILIES) is None
    outside = version_refusal(stage, "cb1", Version(3, 0), FAMILIES)
    reason = FAMILIES["xmpp"].versions.reason
    assert outside == Refusal(
        "cb1", "version/outside", f"CMS 3.0.0 is outside what 'xmpp' is for: {reason}", "paris"
    )
    unknown = version_refusal(stage, "cb1", None, FAMILIES)
    assert unknown is not None
    assert (unknown.rule, unknown.cluster) == ("version/unknown", "paris")
    assert f"allow: [{UNKNOWN_VERSION}]" in unknown.text
    allowed = Stage("xmpp", "t", {"cb1": None}, {"cb1": "paris"},
                    permission=Permission(exceptions=frozenset({UNKNOWN_VERSION})))  # fmt: skip
    assert version_refusal(allowed, "cb1", None, FAMILIES) is None
