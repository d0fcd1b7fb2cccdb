"""What a diagnosis says of a box that could not be read, and of what is no fault of a box."""

from __future__ import annotations

import pytest

from cmsdeploy.errors import (
    DeadlineError,
    DeviceError,
    HostError,
    IdentityError,
    UnreachableError,
)
from cmsdeploy.families import families
from cmsdeploy.model.step import Severity
from cmsdeploy.planning.diagnosis import diagnose, in_order
from cmsdeploy.planning.look import HostLook, blank_look
from cmsdeploy.planning.numbers import number_note
from tests.contract.deployment import Deployment
from tests.contract.registration import stages_of


def _refused_channel() -> HostError:
    error = UnreachableError("it opens no channel", "wait")
    error.__cause__ = DeviceError("no more sessions")
    return error


@pytest.mark.parametrize(
    ("error", "rule"),
    [
        (IdentityError("another key", "look"), "host/identity"),
        (UnreachableError("no route", "look"), "unreachable"),
        (_refused_channel(), "host/refuses"),
        (DeadlineError("nothing came", "look"), "host/silent"),
        (DeviceError("it says no", "look"), "host/refuses"),
    ],
)
def test_a_box_that_cannot_be_read_comes_first(error: HostError, rule: str) -> None:
    """By the kind of error; its cause is the evidence, its action the fix."""
    stages = stages_of(Deployment(cluster="paris"), ("xmpp",))
    look = {**blank_look(stages, families()), "cb2": HostLook(error=error)}
    first = diagnose(stages, look, families()).findings[0].problem
    assert (first.host, first.rule, first.cluster) == ("cb2", rule, "paris")
    assert (first.text, first.fix, first.likelihood) == (error.cause, error.action, 100)
    assert [(one.host, one.command, one.seen) for one in first.evidence] == [
        ("cb2", "", error.cause)
    ]


def test_a_box_of_no_task_has_no_cluster() -> None:
    """It is told all the same."""
    stages = stages_of(Deployment(), ("xmpp",))
    look = {**blank_look(stages, families()), "cb9": HostLook(error=UnreachableError("off"))}
    found = diagnose(stages, look, families()).findings
    assert [one.problem.cluster for one in found if one.problem.host == "cb9"] == [""]


def test_notes_come_last_and_change_no_verdict() -> None:
    """What is no fault of a box."""
    note = number_note("cb1", "default", "two servers", "use three")
    diagnosis = in_order([]).with_notes([note, note])
    told = [one.problem for one in diagnosis.findings]
    assert [(one.text, one.fix) for one in told] == [(note.text, "use three")] * 2
    assert all("`undersized`" in one.risk for one in told)
    assert diagnosis.is_healthy
    assert diagnosis.asks == frozenset()
    assert all(one.problem.severity is Severity.NOTE for one in diagnosis.findings)
    assert all(one.is_root for one in diagnosis.findings)
