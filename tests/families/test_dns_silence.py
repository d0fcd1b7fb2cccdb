"""Name servers that show nothing of the zone: one flaw each, whatever else may be wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.families.dns.asked import query
from cmsdeploy.families.dns.facts import DnsState
from cmsdeploy.families.dns.refusals import refusals_of
from cmsdeploy.families.dns.view import flaws_at
from cmsdeploy.model.records import NameAnswer, Query, RecordSet
from tests.families.test_dns_strangers import OWN, SPEC

SERVER, VIEW = "10.0.0.53", "10.9.9.9"
ASKED = replace(SPEC, resolvers=(VIEW,))
_SOA = RecordSet("tptac9.com.", "SOA", 60, ("ns. h. 1 2 3 4 5",))
_ELSEWHERE = replace(_SOA, name="com.")


@pytest.mark.parametrize(
    ("answer", "rule", "text"),
    [
        (NameAnswer(trouble="it waits"), "dns/no-answer", "gives no answer: it waits"),
        (NameAnswer("REFUSED"), "dns/no-answer", "does not answer us (REFUSED): it knows no such"),
        (NameAnswer("YXRRSET"), "dns/no-answer", "refuses the question (YXRRSET)"),
        (NameAnswer("NXDOMAIN", True), "dns/not-authoritative", "holds no zone tptac9.com.: it is"),
        (NameAnswer("NOERROR", False, (_SOA,)), "dns/not-authoritative", "holds no zone"),
        (NameAnswer("NOERROR", True, (_ELSEWHERE,)), "dns/not-authoritative", "holds no zone"),
    ],
)
def test_a_server_of_the_zone_that_does_not_hold_it(
    answer: NameAnswer, rule: str, text: str
) -> None:
    """Nothing else is said of it, and a person is told what to look at."""
    asked = Query(SERVER, "tptac9.com.", "SOA")
    (seen,) = flaws_at(ASKED, DnsState({asked: answer}), SERVER)
    assert (seen.flaw.rule, seen.asked, seen.own) == (rule, asked, None)
    assert seen.flaw.text.startswith(text)
    assert seen.flaw.fix.startswith(("check its address", "name the servers of the zone in"))
    assert (seen.flaw.is_broken, seen.flaw.is_removable) == (False, False)
    (refusal,) = refusals_of(ASKED, DnsState({asked: answer}))
    assert (refusal.host, refusal.rule, refusal.cluster) == ("cb1", rule, "default")
    assert refusal.text == f"name server {SERVER} {seen.flaw.text}; {seen.flaw.fix}"


def test_a_view_need_not_hold_the_zone() -> None:
    """It is asked for the service itself, and found wanting only where it says nothing."""
    asked = query(ASKED, VIEW, OWN.name, "SRV")
    (silent,) = flaws_at(ASKED, DnsState({asked: NameAnswer("SERVFAIL")}), VIEW)
    assert (silent.flaw.rule, silent.asked) == ("dns/no-answer", asked)
    answers = {asked: NameAnswer("NOERROR", False, (OWN,))}
    rules = [seen.flaw.rule for seen in flaws_at(ASKED, DnsState(answers), VIEW)]
    assert "dns/not-authoritative" not in rules
    assert "dns/srv-missing" not in rules
