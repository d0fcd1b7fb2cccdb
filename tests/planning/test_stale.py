"""Which fact has moved between two plans, in the words that a person is told."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cmsdeploy.errors import RefusedError, StalePlanError
from cmsdeploy.model.action import Command
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Refusal, Severity, Step
from cmsdeploy.planning.guard import check_plan_holds, check_same_plan, moved_fact
from cmsdeploy.planning.numbers import number_note

Facts = Mapping[str, Mapping[str, object]]
_SINCE = "cb1 has changed since the plan was made: xmpp: "
ROWS: list[tuple[Facts, Facts, str | None]] = [
    ({}, {}, None),
    ({"cb1": {"xmpp": {"a": 1}}}, {"cb1": {"xmpp": {"a": 1}}}, None),
    ({"cb1": {"xmpp": {"a": 1}}}, {}, None),
    ({"cb1": {"xmpp": {"a": "x", "b": 1}}}, {"cb1": {"xmpp": {"a": "y", "b": 1}}},
     f"{_SINCE}a was x, is y"),
    ({"cb1": {"xmpp": {"b": "", "a": []}}}, {"cb1": {"xmpp": {"b": "z", "a": ["y"]}}},
     f"{_SINCE}a was empty, is ['y']; b was empty, is z"),
    ({"cb1": {"xmpp": {"a": "x"}}}, {"cb1": {"xmpp": {"b": "x"}}},
     f"{_SINCE}a was x, is empty; b was empty, is x"),
    ({}, {"cb1": {"xmpp": "2.9"}}, f"{_SINCE}it was empty, is 2.9"),
    ({"cb1": {"xmpp": "2.9"}}, {"cb1": {"xmpp": None}}, f"{_SINCE}it was 2.9, is empty"),
    ({"cb1": {"xmpp": {"a": 1}}}, {"cb1": {"xmpp": "2.9"}}, f"{_SINCE}it was {{'a': 1}}, is 2.9"),
    ({"cb0": {"a": 1}, "cb1": {"b": 1, "xmpp": "1"}},
     {"cb0": {"a": 1}, "cb1": {"b": 1, "xmpp": "2"}}, f"{_SINCE}it was 1, is 2"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "is_now", "said"), ROWS)
def test_the_first_fact_that_moved_is_named(was: Facts, is_now: Facts, said: str | None) -> None:
    """Host, family, field, what it was and what it is."""
    assert moved_fact(was, is_now) == said


def _plan(why: str = "", facts: Facts | None = None) -> Plan:
    step = Step("cb1/xmpp/enable", "cb1", "xmpp", Command.of("xmpp"), why, cluster="paris")
    return Plan(("cb1",), (step,), facts=facts or {})


def test_another_plan_is_stale_with_what_moved_or_without() -> None:
    """Equal plans hold; the next action is a new look."""
    check_same_plan(_plan(), _plan())
    for approved, now, cause in (
        (_plan(), _plan("why"), "the same facts now give another plan: inventory, playbook or"
         " secrets have changed"),
        (_plan(facts={"cb1": {"xmpp": "1"}}), _plan(facts={"cb1": {"xmpp": "2"}}),
         f"{_SINCE}it was 1, is 2"),
    ):  # fmt: skip
        with pytest.raises(StalePlanError) as caught:
            check_same_plan(approved, now)
        assert caught.value.cause == cause
        assert caught.value.action == "make a new plan and look at it again"


def test_a_step_in_a_refused_cluster_is_named() -> None:
    """The last look before the first command; another cluster's refusal is no reason."""
    plan = _plan()
    elsewhere = Plan(plan.hosts, plan.steps, (Refusal("cb9", "a/b", "no", "rome"),))
    check_plan_holds(elsewhere)
    with pytest.raises(RefusedError) as caught:
        check_plan_holds(Plan(plan.hosts, plan.steps, (Refusal("cb1", "a/b", "no", "paris"),)))
    assert caught.value.cause == "cb1/xmpp/enable is in a cluster that is refused"
    assert caught.value.action == "plan again"


def test_a_number_of_servers_is_a_note_to_those_who_only_look() -> None:
    """It fails nothing, and says who would refuse it."""
    note = number_note("cb1", "paris", "two servers", "use three")
    assert (note.host, note.rule, note.cluster) == ("cb1", "inventory/servers", "paris")
    assert (note.severity, note.fix) == (Severity.NOTE, "use three")
    assert note.text == "two servers; plan and apply refuse it"
    assert [(one.host, one.command, one.seen) for one in note.evidence] == [
        ("cb1", "", "two servers")
    ]
