"""Wanted against observed: gates, limits, clusters that stand apart, and stale plans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.errors import RefusedError, StalePlanError, UnreachableError
from cmsdeploy.families import families
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Refusal, Risk
from cmsdeploy.planning.compare import Comparison, compare
from cmsdeploy.planning.guard import check_plan_holds, check_same_plan
from cmsdeploy.planning.look import HostLook, Look, blank_look
from cmsdeploy.planning.stage import Permission, Stage
from tests.contract.deployment import CERTIFICATE, Deployment, names
from tests.contract.engineer import Engineer, blank_world
from tests.contract.registration import stages_of
from tests.promises.numbers import counted

PARIS = Deployment(("cb1", "cb2", "cb3"), ("cb1",), cluster="paris")
ROME = Deployment(("cb4", "cb5", "cb6"), ("cb4",), cluster="rome")
NEW = {**CERTIFICATE, "key": "new.key", "cert": "new.cer", "trust": "new.cer"}


def blank(stages: list[Stage]) -> Look:
    """Boxes out of the carton that were really seen."""
    look = blank_look(stages, families())
    return {host: replace(seen, is_blank=False, version=V295) for host, seen in look.items()}


V295 = families()["xmpp"].versions.first


def planned(stages: list[Stage], look: Look, limit: frozenset[str] | None = None) -> Comparison:
    """The comparison with all families."""
    return compare(stages, look, families(), limit)


@pytest.mark.parametrize(
    ("version", "rule"),
    [
        ("2.2.5", None),
        ("2.9.5", None),
        ("2.10", None),
        ("2.1", None),
        ("2.0", "version/outside"),
        ("1.9", "version/outside"),
        ("3.0", "version/outside"),
        ("3.8", "version/outside"),
        ("3.12.1", "version/outside"),
    ],
)
def test_the_version_is_the_first_fact(version: str, rule: str | None) -> None:
    """Outside a family's range nothing but `version` is sent, and the refusal says why."""
    wanted = Deployment()
    engineer = Engineer(blank_world(wanted, version=version), wanted, ("xmpp",))
    plan = engineer.plan().plan
    assert {refusal.rule for refusal in plan.refusals} == ({rule} if rule else set())
    assert bool(plan.steps) is (rule is None)
    if rule:
        asked = {entry.text for box in engineer.world.boxes.values() for entry in box.audit}
        assert asked == {"version"}
        assert all("CMS" in refusal.text for refusal in plan.refusals)
    counted("H10", "versions planned for, or refused after `version` alone")


@pytest.mark.parametrize("is_allowed", [True, False])
def test_a_version_that_is_not_understood_has_to_be_allowed(is_allowed: bool) -> None:
    """Garbage is no version; a play may go on by saying so."""
    exceptions = frozenset(["unknown-version"] if is_allowed else [])
    wanted = Deployment(permission=Permission(frozenset(Risk), exceptions))
    stages = stages_of(wanted, ("xmpp",))
    look = {host: replace(seen, version=None) for host, seen in blank(stages).items()}
    plan = planned(stages, look).plan
    assert {refusal.rule for refusal in plan.refusals} == (
        set() if is_allowed else {"version/unknown"}
    )
    assert bool(plan.steps) is is_allowed
    counted("H10", "positions of a play towards a version that is none")


def test_an_unreachable_box_stops_its_own_cluster_only() -> None:
    """The other cluster gets all of its steps."""
    stages = [*stages_of(PARIS, ("xmpp",)), *stages_of(ROME, ("xmpp",))]
    look = blank(stages)
    broken = {**look, "cb2": HostLook(error=UnreachableError("no route to cb2"))}
    plan = planned(stages, broken).plan
    assert plan.refusals == (Refusal("cb2", "unreachable", "no route to cb2", "paris"),)
    assert {step.cluster for step in plan.steps} == {"rome"}
    alone = planned(stages_of(ROME, ("xmpp",)), look).plan
    assert plan.steps == alone.steps


def test_a_refusal_of_a_later_stage_takes_the_earlier_steps_away() -> None:
    """A cluster that something speaks against gets no step at all."""
    stages = stages_of(PARIS)
    look = dict(blank(stages))
    states = dict(look["cb3"].states)
    states["xmpp"] = families()["xmpp"].state({})
    look["cb3"] = replace(look["cb3"], states=states)
    plan = planned(stages, look).plan
    assert {refusal.rule for refusal in plan.refusals} == {
        "xmpp/status-unreadable",
        "xmpp/callbridges-unreadable",
    }
    assert plan.steps == ()


def test_what_is_not_safe_needs_permission() -> None:
    """A play that does not allow a disruption gets a refusal that names line, reason and remedy."""
    wanted = Deployment()
    world = blank_world(wanted)
    Engineer(world, wanted).run()
    changed = replace(wanted, certificate=NEW, permission=Permission())
    plan = Engineer(world, changed).plan().plan
    assert {refusal.rule for refusal in plan.refusals} == {"permission/disruptive"}
    assert plan.steps == ()
    assert all("xmpp disable" in r.text and "allow: [disruptive]" in r.text for r in plan.refusals)


def test_a_limit_restricts_what_is_written_and_never_what_is_read() -> None:
    """The facts of all hosts are in the plan; the steps are those of the limit."""
    stages = stages_of(PARIS, ("pki",))
    plan = planned(stages, blank(stages), frozenset({"cb2"})).plan
    assert set(plan.facts) == {"cb1", "cb2", "cb3"}
    assert {step.host for step in plan.steps} == {"cb2"}


def test_a_limit_that_leaves_out_what_is_needed_is_refused() -> None:
    """The second server cannot join a cluster that nobody founds."""
    stages = stages_of(PARIS, ("xmpp",))
    plan = planned(stages, blank(stages), frozenset({"cb2"})).plan
    assert {refusal.rule for refusal in plan.refusals} == {"limit/needed"}
    assert plan.steps == ()
    assert any("cb1/xmpp/agreed" in refusal.text for refusal in plan.refusals)


def test_a_secret_that_no_host_has_is_refused_at_the_first_look() -> None:
    """A login without the servers in the play: refused before anything is written."""
    stages = stages_of(PARIS, ("callbridge",))
    plan = planned(stages, blank(stages)).plan
    assert [refusal.rule for refusal in plan.refusals] == ["secret/unfound"]
    assert "callbridge/paris/cb1" in plan.refusals[0].text
    assert plan.steps == ()
    assert planned(stages, blank_look(stages, families())).plan.refusals == ()


def test_a_task_that_only_checks_makes_no_step() -> None:
    """What it would have to change is drift; the tasks behind it do not build on it."""
    stages = [replace(stage, is_check=True) for stage in stages_of(PARIS, ("pki", "xmpp"))]
    comparison = planned(stages, blank(stages))
    assert comparison.plan.is_empty
    assert {step.family for step in comparison.drift} == {"pki", "xmpp"}


def test_a_check_behind_its_own_task_finds_no_drift() -> None:
    """A check that follows the change in the same plan sees what the change will have done."""
    stages = stages_of(PARIS)
    checks = [replace(stage, is_check=True, play=9) for stage in stages]
    assert planned([*stages, *checks], blank(stages)).drift == ()


def test_two_tasks_of_one_family_have_different_identities() -> None:
    """The second task is numbered, and builds on the first."""
    stages = stages_of(PARIS, ("mmp",))
    other = families()["mmp"].spec(
        {**PARIS.gate("cb1"), "shows": "something else"}, PARIS.site("cb1")
    )
    second = replace(stages[0], desired=dict.fromkeys(stages[0].desired, other), play=1)
    plan = planned([*stages, second], blank(stages)).plan
    identities = [step.identity for step in plan.steps]
    assert len(identities) == len(set(identities)) == 6
    assert sum(identity.endswith("~2") for identity in identities) == 3


def test_a_stale_plan_names_the_fact_that_moved() -> None:
    """Host, family, field, what it was and what it is."""
    stages = stages_of(PARIS, ("xmpp",))
    look = dict(blank(stages))
    approved = planned(stages, look).plan
    check_same_plan(approved, planned(stages, look).plan)
    state = replace(look["cb2"].states["xmpp"], domain="other.com")
    look["cb2"] = replace(look["cb2"], states={"xmpp": state})
    with pytest.raises(StalePlanError) as error:
        check_same_plan(approved, planned(stages, look).plan)
    assert "cb2 has changed since the plan was made: xmpp: domain was empty, is other.com" in str(
        error.value
    )


def test_a_plan_that_moved_without_a_fact_is_stale_too() -> None:
    """The playbook is another one."""
    stages = stages_of(PARIS, ("xmpp",))
    look = blank(stages)
    approved = planned(stages, look).plan
    other = stages_of(replace(PARIS, bridges=("cb1", "cb9")), ("xmpp",))
    with pytest.raises(StalePlanError, match="inventory, playbook or secrets have changed"):
        check_same_plan(approved, planned(other, look).plan)


def test_a_vanished_version_is_named() -> None:
    """An upgrade between plan and apply is a fact that moved."""
    stages = stages_of(PARIS, ("pki",))
    look = blank(stages)
    later = {host: replace(seen, version=None) for host, seen in look.items()}
    approved, now = planned(stages, look).plan, planned(stages, later).plan
    with pytest.raises(StalePlanError, match="cb1 has changed since the plan was made: version"):
        check_same_plan(approved, now)


def test_a_plan_with_steps_in_a_refused_cluster_is_not_carried_out() -> None:
    """The last look before the first command."""
    stages = stages_of(PARIS, ("pki",))
    plan = planned(stages, blank(stages)).plan
    check_plan_holds(plan)
    wrong = Plan(plan.hosts, plan.steps, (Refusal("cb1", "rule", "text", "paris"),))
    with pytest.raises(RefusedError):
        check_plan_holds(wrong)


@pytest.mark.parametrize("servers", [1, 3, 5])
def test_a_rendering_needs_no_box(servers: int) -> None:
    """From blank boxes: every command, no fact, no refusal, the same digest each time."""
    wanted = Deployment(tuple(names(servers)), tuple(names(servers)))
    stages = stages_of(wanted)
    first, second = (planned(stages, blank_look(stages, families())).plan for _ in range(2))
    assert first.refusals == ()
    assert first.facts == {}
    assert first.digest == second.digest
    gates = {"clock", "database"}
    assert {step.family for step in first.steps} == set(families()) - gates
