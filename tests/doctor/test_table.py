"""Forty faults and more in clusters of three and of five: the first finding, and the repair."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from cmsdeploy.model.cluster import DEFAULT_CLUSTER
from cmsdeploy.model.step import Severity
from cmsdeploy.planning.diagnosis import Diagnosis
from tests.contract.deployment import CERTIFICATE
from tests.contract.engineer import digest, written
from tests.contract.sampling import sampled
from tests.contract.wire import Cut, Fuse, Killed
from tests.doctor.clinic import Doctor, healthy, wanted_of
from tests.doctor.said import gaps
from tests.doctor.shipped import site_tasks
from tests.doctor.table import CLUSTER, FAULTS, SECRETS, Fault

SIZES = (3, 5)
# How many repairs one after the other a person may have to ask for.
_PATIENCE = 3
# Beside the repairs that are cut at every write, a long run cuts the others at so many.
_CUTS = 6


def _ill(fault: Fault, count: int, *switches: tuple[str, str]) -> Doctor:
    world = healthy(count, *switches)
    for deed in fault.deeds:
        deed(world)
    world.advance(200)
    for box in world.boxes.values():
        box.audit.clear()
    return Doctor(world, wanted_of(count))


def _wrong(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    return [
        (one.problem.rule, one.problem.host)
        for one in diagnosis.findings
        if one.problem.severity is Severity.ERROR
    ]


def _healed(doctor: Doctor) -> Iterator[str]:
    """Repair until there is nothing to do; say what went wrong."""
    for _ in range(_PATIENCE):
        report = doctor.heal()
        doctor.world.advance(200)
        if report is None:
            return
        if report.errors:
            yield f"the repair fails: {report.errors}"
    yield "the repair does not come to an end"


def test_the_table_is_as_long_as_promised() -> None:
    """Forty faults, each once, combinations of two among them."""
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40
    assert any(len(fault.deeds) == 2 for fault in FAULTS)


@pytest.mark.parametrize("count", SIZES)
def test_a_healthy_cluster_gives_no_finding(count: int) -> None:
    """What is well is not spoken of, and there is nothing to repair."""
    doctor = Doctor(healthy(count), wanted_of(count))
    assert doctor.diagnosis().findings == ()
    assert doctor.plan().is_empty


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_first_finding_names_cause_and_box(fault: Fault, count: int) -> None:
    """The cause comes before what follows from it, with evidence, risk and fix; nothing is sent
    that writes; and the repair heals all that can be healed from here."""
    doctor = _ill(fault, count)
    first, *others = doctor.diagnosis().findings
    assert (first.problem.rule, first.problem.host) in fault.causes
    for one in (first, *others):
        assert list(gaps(one.problem, doctor.world.boxes, DEFAULT_CLUSTER)) == [], one.problem
    assert first.is_root
    assert first.problem.evidence or first.problem.rule.startswith("version/")
    assert first.problem.risk
    assert first.problem.fix
    assert written(doctor.world) == {name: [] for name in doctor.world.boxes}
    assert list(_healed(doctor)) == []
    assert (_wrong(doctor.diagnosis()) == []) is fault.is_healed


def test_repairs_are_made_by_the_tasks_of_the_shipped_playbook() -> None:
    """One task of the cluster that changes, and two after it that prove."""
    tasks = [(said, is_check) for family, said, is_check in site_tasks() if family == "xmpp"]
    assert [is_check for _, is_check in tasks] == [False, True, True]
    assert ["seen_at" in said for said, _ in tasks] == [True, False, True]


@pytest.mark.parametrize("fault", CLUSTER, ids=lambda fault: fault.name)
def test_one_task_alone_plans_the_same_repair(fault: Fault) -> None:
    """What a task under ``check_mode`` sees or refuses changes nothing in a repair."""
    doctor = _ill(fault, 3)
    lines = [(step.host, step.action.line) for step in doctor.plan().steps]
    doctor.is_alone = True
    assert [(step.host, step.action.line) for step in doctor.plan().steps] == lines
    assert bool(lines) is fault.is_healed


@pytest.mark.parametrize("fault", [*SECRETS, *CLUSTER], ids=lambda fault: fault.name)
def test_no_repair_resets_a_server(fault: Fault) -> None:
    """``xmpp reset`` is never sent, and an entry is never taken off the list on its own server."""
    doctor = _ill(fault, 3)
    for step in doctor.plan().steps:
        assert "reset" not in step.action.line
        if step.action.line.startswith("xmpp cluster remove "):
            address = step.action.line.split()[-1]
            assert doctor.world.boxes[step.host].address != address


def test_a_repair_leaves_alone_what_nobody_asked_for() -> None:
    """New certificates of the inventory wait for their rollout; they are told, and not planned."""
    doctor = _ill(SECRETS[5], 3)
    new = {**CERTIFICATE, "key": "new.key", "cert": "new.cer", "trust": "new.cer"}
    doctor.wanted = replace(doctor.wanted, certificate=new)
    rules = [one.problem.rule for one in doctor.diagnosis().findings]
    assert rules[0] == "xmpp/secret-differs"
    assert "plan/differs" in rules
    lines = [step.action.line for step in doctor.plan().steps if step.family == "xmpp"]
    assert lines == ["xmpp callbridge del cb3", "xmpp callbridge add-secret cb3"]


@pytest.mark.parametrize("number", [2, 3, 8])
def test_nobody_joins_before_the_dead_entry_is_gone(number: int) -> None:
    """By the edges alone, whatever order the steps come in: joining first lists it twice."""
    steps = {step.identity: step for step in _ill(CLUSTER[number], 3).plan().steps}
    (join,) = [one for one in steps.values() if one.action.line.startswith("xmpp cluster join")]
    (gone,) = [one for one in steps.values() if one.action.line.startswith("xmpp cluster remove 1")]
    waiting, needed = [join], set[str]()
    while waiting:
        new = waiting.pop().needs - needed
        needed |= new
        waiting += [steps[name] for name in new]
    assert gone.identity in needed
    assert gone.host != join.host


@pytest.mark.parametrize(
    "cut",
    [
        Cut.KILLED_AFTER,
        *(pytest.param(cut, marks=pytest.mark.long) for cut in Cut if cut is not Cut.KILLED_AFTER),
    ],
)
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(one, marks=() if one in (*SECRETS[3:5], *CLUSTER) else pytest.mark.long)
        for one in (*SECRETS, *CLUSTER)
        if one.is_healed
    ],
    ids=lambda fault: fault.name,
)
def test_a_repair_that_is_cut_goes_on(fault: Fault, cut: Cut) -> None:
    """Killed at every write, looked at again and repaired again: the same end, nothing twice."""
    start = _ill(fault, 3)
    whole = Doctor(copy.deepcopy(start.world), start.wanted)
    assert list(_healed(whole)) == []
    is_whole = cut is Cut.KILLED_AFTER and fault in (*SECRETS[3:5], *CLUSTER)
    places = range(1, whole.fuse.writes + 1)
    for number in places if is_whole else sampled(places, _CUTS, (fault.name, cut)):
        world = copy.deepcopy(start.world)
        with suppress(Killed):
            Doctor(world, start.wanted, fuse=Fuse(number, cut)).heal()
        world.advance(200)
        second = Doctor(world, start.wanted)
        assert list(_healed(second)) == [], number
        assert _wrong(second.diagnosis()) == [], number
        assert digest(world) == digest(whole.world), number


# What no source shows about the commands of a repair; one position a line that is not the default.
DOUBTS = (
    ("remove-asks", "yes"),
    ("join-asks", "yes"),
    ("cluster-reply", "silent"),
    ("duplicate-peers-count", "no"),
    ("candidate-word", "FOLLOWER"),
    ("cluster-status-when-alone", "follower"),
    ("cluster-status-when-alone", "failure"),
    ("cluster-status-when-disabled", "settings"),
    ("cluster-status-without-majority", "all-peers"),
    ("callbridge-add-needs-running", "yes"),
    ("callbridge-del-reply", "success"),
    ("xmpp-status-layout", "unpadded"),
    ("remove-of-another", "unknown-command"),
)
# Where the box does not know the command that takes an entry off, a person has to help.
_NEEDS_REMOVAL = ("xmpp/duplicate-peer", "xmpp/dead-peer", "xmpp/two-clusters")


@pytest.mark.parametrize("doubt", DOUBTS, ids="=".join)
@pytest.mark.parametrize(
    "number", [0, 8, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 5, 9, 10))]
)
def test_a_repair_ends_well_or_in_words(number: int, doubt: tuple[str, str]) -> None:
    """Whatever the boxes do that nobody has proved: healed, or the box's own words, no loop."""
    fault = CLUSTER[number]
    doctor = _ill(fault, 3, doubt)
    rule, host = fault.causes[0]
    first = doctor.diagnosis().findings[0].problem
    assert (first.rule, first.host) == (rule, host)
    said = list(_healed(doctor))
    if doubt == ("remove-of-another", "unknown-command") and rule in _NEEDS_REMOVAL:
        assert any("incorrect number of parameters" in line for line in said)
    else:
        assert said == []
        assert _wrong(doctor.diagnosis()) == []
