"""A change that nobody has rolled out yet is no fault, and a repair beside it is only a repair."""

from __future__ import annotations

import pytest

from cmsdeploy.lab import World
from cmsdeploy.model.action import Manual
from tests.contract.renewing import deployed, generation
from tests.doctor import faults
from tests.doctor.clinic import Doctor

COUNT = 3
_FAMILIES = ("pki", "xmpp", "dns", "callbridge")


def _pending(world: World) -> Doctor:
    """The inventory asks for the certificates of generation new."""
    world.advance(200)
    return Doctor(world, generation("new", COUNT), _FAMILIES)


def _found(doctor: Doctor) -> list[tuple[str, str]]:
    return [(one.problem.rule, one.problem.host) for one in doctor.diagnosis().findings]


def test_a_renewal_that_waits_is_no_fault() -> None:
    """It is told as what differs, and nothing is asked for; the old certificate is in service as
    it should be, because no new one lies on the box."""
    doctor = _pending(deployed(COUNT))
    assert {rule for rule, _ in _found(doctor)} == {"plan/differs"}
    assert doctor.plan().is_empty
    assert doctor.plan().refusals == ()


def test_new_files_on_the_box_are_no_fault_before_they_are_set() -> None:
    """The first play of a renewal was carried out, and the second was not."""
    world = deployed(COUNT)
    for name in world.boxes:
        content = generation("new", COUNT).reads(f"{name}-new.cer", None).content
        assert isinstance(content, bytes)
        world.boxes[name].write_file(f"{name}-new.cer", content)
    assert {rule for rule, _ in _found(_pending(world))} == {"plan/differs"}


def test_a_secret_is_repaired_while_a_renewal_waits() -> None:
    """Two commands and no wait for a certificate that nobody sets; the rest is told."""
    world = deployed(COUNT)
    faults.secret_is_missing(world)
    doctor = _pending(world)
    assert _found(doctor)[0] == ("xmpp/secret-missing", "cb2")
    plan = doctor.plan()
    assert plan.refusals == ()
    steps = [step for step in plan.steps if not isinstance(step.action, Manual)]
    lines = [(step.host, step.action.line) for step in steps if step.family == "xmpp"]
    assert lines == [("cb2", "xmpp callbridge add-secret cb3")]
    report = doctor.heal()
    assert report is not None
    assert report.errors == {}
    world.advance(200)
    assert {rule for rule, _ in _found(doctor)} == {"plan/differs"}


@pytest.mark.parametrize("deed", [faults.member_is_stopped, faults.all_are_stopped])
def test_servers_are_started_while_a_renewal_waits(deed: object) -> None:
    """They start with the certificate that they have."""
    world = deployed(COUNT)
    assert callable(deed)
    deed(world)
    doctor = _pending(world)
    report = doctor.heal()
    assert report is not None
    assert report.errors == {}
    world.advance(200)
    assert {rule for rule, _ in _found(doctor)} == {"plan/differs"}
