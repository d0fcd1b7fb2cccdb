"""Certificates that are over, or that a peer does not trust, seen by handshake and file."""

from __future__ import annotations

from dataclasses import replace

from cmsdeploy.families import families
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.seen import understand_seen
from cmsdeploy.model.action import Handshake, Reply
from cmsdeploy.model.handshake import Upgrade
from cmsdeploy.model.step import Problem
from cmsdeploy.planning.diagnosis import Diagnosis
from tests.contract.renewing import deployed, generation, local
from tests.doctor.clinic import Doctor

COUNT = 3


def _diagnosis(world_change: str = "") -> Diagnosis:
    world = deployed(COUNT)
    if world_change:
        content = local(f"{world_change}-old.cer").content
        assert isinstance(content, bytes)
        world.boxes["cb2"].write_file("trust-old.cer", content)
    world.advance(200)
    wanted = generation("old", COUNT)
    return Doctor(world, wanted, ("pki", "xmpp", "dns", "callbridge")).diagnosis()


def _rules(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    return [(one.problem.rule, one.problem.host) for one in diagnosis.findings]


def test_a_cluster_that_trusts_itself_gives_no_finding() -> None:
    """Real certificates, one for each server, and a trust file with all of them."""
    assert _rules(_diagnosis()) == []


def test_a_trust_file_without_the_others_is_found() -> None:
    """The box is named, and whom it does not trust."""
    first = _diagnosis("cb2").findings[0].problem
    assert (first.rule, first.host) == ("xmpp/peer-untrusted", "cb2")
    assert "cb1 (certificate" in first.text
    assert "cb3 (certificate" in first.text


def _expired(moment: float) -> tuple[Problem, ...]:
    look = Handshake("10.0.0.1", 5222, "tptac9.com", Upgrade("xmpp", "<stream>", "x"))
    pem = local("cb1-old.cer").content
    assert isinstance(pem, bytes)
    text = f"Valid until : 2026-08-13 07:00:00 UTC\n{pem.decode()}"
    seen = understand_seen({look: Reply(text, moment=moment)})
    family = families()["xmpp"]
    wanted = generation("old", 1)
    spec = replace(family.spec(wanted.server("cb1"), wanted.site("cb1")), look=look)
    state = XmppState(enabled=True, clustered=True, bridges={}, seen=seen)
    return tuple(family.problems({"cb1": spec}, {"cb1": state}))


def test_a_certificate_is_over_when_its_last_moment_has_passed() -> None:
    """By our clock, at the moment of the look; a look that nobody timed judges nothing."""
    last = 1786604400.0  # 2026-08-13 07:00:00 UTC
    found = [problem.rule for problem in _expired(last + 1)]
    assert "xmpp/certificate-expired" in found
    for moment in (last - 1, 0.0):
        assert "xmpp/certificate-expired" not in [one.rule for one in _expired(moment)]
