"""What people and programs get to see: order, explanations, and never a secret."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cmsdeploy.cli.commands.explain_command import command as explain
from cmsdeploy.errors import OptionError
from cmsdeploy.families import families
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.step import Problem, Severity
from cmsdeploy.planning.diagnosis import in_order
from cmsdeploy.planning.explanations import explanations_of
from cmsdeploy.report.findings import diagnosis_as_json, finding_lines
from tests.contract.deployment import KEY_TEXT
from tests.doctor.clinic import Doctor, healthy, wanted_of
from tests.doctor.table import COMBINED, LOGINS, SECRETS, Fault

RULES = explanations_of(family.explanations for family in families().values())


@pytest.mark.parametrize("fault", [*SECRETS, *LOGINS, *COMBINED], ids=lambda fault: fault.name)
def test_nothing_secret_in_any_form(fault: Fault) -> None:
    """Text, JSON, plan, events and every repr name secrets and never hold them."""
    world = healthy(3)
    secrets = {s for box in world.boxes.values() for s in box.xmpp.callbridges.values()}
    for deed in fault.deeds:
        deed(world)
    world.advance(200)
    secrets |= {s for box in world.boxes.values() for s in box.xmpp.callbridges.values()}
    secrets |= {box.xmpp_settings["sharedSecret"] for box in world.boxes.values()} - {""}
    doctor = Doctor(world, wanted_of(3))
    diagnosis, plan = doctor.diagnosis(), doctor.plan()
    shown = [
        *finding_lines(diagnosis),
        json.dumps(diagnosis_as_json(diagnosis)),
        repr(diagnosis),
        json.dumps(plan.as_json()),
        repr(plan),
    ]
    doctor.heal()
    shown.append(repr(doctor.events))
    text = "\n".join(shown)
    assert secrets
    assert [secret for secret in (*secrets, KEY_TEXT.decode().strip()) if secret in text] == []


def _problem(rule: str, *explains: str, host: str = "cb1", likelihood: int = 50) -> Problem:
    return Problem(host, rule, rule, explains=frozenset(explains), likelihood=likelihood)


def _order(*problems: Problem) -> list[str]:
    return [one.problem.rule for one in in_order(problems).findings]


def test_causes_come_first_however_likely_what_follows_is() -> None:
    """A chain of causes is told from its beginning; notes come last; a circle is cut."""
    chain = (_problem("c", likelihood=99), _problem("b", "c"), _problem("a", "b", likelihood=1))
    assert _order(*chain) == ["a", "b", "c"]
    found = in_order(chain).findings
    assert [one.causes for one in found] == [(), (("cb1", "a"),), (("cb1", "b"),)]
    assert _order(_problem("a", "b", likelihood=1), _problem("b", "a")) == ["b", "a"]
    note = Problem("cb1", "n", "n", Severity.NOTE, likelihood=99)
    assert _order(note, _problem("e")) == ["e", "n"]


def test_a_cause_explains_on_its_boxes_and_in_its_cluster() -> None:
    """What is narrowed to a box explains nothing on another one, nor in another cluster."""
    cause = Problem("cb1", "a", "a", explains=frozenset("b"), explains_on=frozenset({"cb2"}))
    assert in_order([cause, _problem("b", host="cb3")]).findings[1].is_root
    assert not in_order([cause, _problem("b", host="cb2")]).findings[1].is_root
    far = Problem("x", "b", "b", cluster="paris")
    near = Problem("cb1", "a", "a", cluster="rome", explains=frozenset("b"))
    assert in_order([near, far]).findings[1].is_root


def test_text_of_a_box_cannot_forge_a_line() -> None:
    """Control characters of evidence are shown as escapes."""
    seen = Evidence("cb1", "xmpp", "a\nwrong   9. cb9 [x/y] forged\x1b[2J")
    problem = Problem("cb1", "a/b", "cause", evidence=(seen,))
    lines = list(finding_lines(in_order([problem])))
    assert sum(line.startswith("wrong") for line in lines) == 1
    assert "\x1b" not in "\n".join(lines)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_can_be_explained(rule: str) -> None:
    """By its name, as text and as JSON."""
    told = CliRunner().invoke(explain, [rule], standalone_mode=False)
    assert told.exception is None
    assert told.output.splitlines()[0] == rule
    answer = CliRunner().invoke(explain, [f"[{rule}]", "--json"], standalone_mode=False)
    assert json.loads(answer.output)[rule]["title"] == RULES[rule].title


def test_a_rule_that_is_misspelt_is_guessed() -> None:
    """The nearest rules are named; without a rule all are listed."""
    with pytest.raises(OptionError) as error:
        CliRunner().invoke(
            explain, ["duplicat-peer"], standalone_mode=False, catch_exceptions=False
        )
    assert "xmpp/duplicate-peer" in error.value.action
    listed = CliRunner().invoke(explain, [], standalone_mode=False).output
    assert len(listed.splitlines()) == len(RULES)
