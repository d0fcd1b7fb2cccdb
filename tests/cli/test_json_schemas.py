"""What programs read: every answer has the shape that is published for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from cmsdeploy.cli import main
from cmsdeploy.families import families
from cmsdeploy.planning.diagnosis import diagnose
from cmsdeploy.report.findings import diagnosis_as_json
from cmsdeploy.report.json_schemas import diagnosis_schema, plan_schema
from tests.contract.engineer import Engineer
from tests.day_two.changes import CHANGES, Change, Night
from tests.doctor.table import FAULTS

PROJECT = Path(__file__).parents[2]
LOG = """cb1> xmpp cluster status
State: LEADER
List of peers
10.0.0.1:5222 (Leader)
10.0.0.2:5222
10.0.0.2:5222
"""


def faults(schema: dict[str, object], answer: object) -> list[str]:
    """What is wrong with an answer; through JSON, as a program gets it."""
    judge = Draft202012Validator(schema)
    return [error.message for error in judge.iter_errors(json.loads(json.dumps(answer)))]


@pytest.mark.parametrize("name", ["doctor", "plan"])
def test_what_is_published_is_in_use(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """cmsdeploy schema NAME > docs/schema/NAME.json"""
    assert main(["schema", name]) == 0
    shown = capsys.readouterr().out
    assert shown == (PROJECT / "docs" / "schema" / f"{name}.json").read_text(encoding="utf-8")
    Draft202012Validator.check_schema(json.loads(shown))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: str(change.name))
def test_plans(change: Change) -> None:
    """Over boxes as they are, with secrets, waits and refusals."""
    plan = Night(change).engineer().plan().plan
    assert faults(plan_schema(), plan.as_json()) == []


def test_a_rendering(capsys: pytest.CaptureFixture[str]) -> None:
    """The same shape."""
    playbook, inventory = PROJECT / "playbooks/site.yml", PROJECT / "inventories/tac-213479"
    assert main(["render", str(playbook), "-i", str(inventory), "--format", "json"]) == 0
    assert faults(plan_schema(), json.loads(capsys.readouterr().out)) == []


def test_findings_of_boxes() -> None:
    """Of every fault of the doctor's table, one after the other."""
    still = Change("nothing", 3, 3, lambda was: was)
    rules = set()
    for fault in FAULTS[:12]:
        engineer: Engineer = Night(still, fault).engineer()
        stages = engineer.stages()
        found = diagnosis_as_json(diagnose(stages, engineer.look(stages).look, families()))
        answer = {"version": 1, "is_healthy": False, "findings": found, "exit_code": 2}
        assert faults(diagnosis_schema(), answer) == [], fault.name
        rules |= {each["rule"] for each in found}
    assert len(rules) > 8


def test_findings_of_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what the log does not show."""
    log = tmp_path / "night.log"
    log.write_text(LOG)
    assert main(["doctor", "--from-log", str(log), "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["findings"]
    assert faults(diagnosis_schema(), answer) == []


def test_what_is_missing_or_new_is_found() -> None:
    """A program may rely on every field, and on there being no other."""
    plan = Night(CHANGES[0]).engineer().plan().plan.as_json()
    assert faults(plan_schema(), {**plan, "more": 1})
    assert faults(plan_schema(), {key: plan[key] for key in plan if key != "digest"})
    step = {**plan["steps"][0], "action": "guess"}
    assert faults(plan_schema(), {**plan, "steps": [step]})
    assert faults(diagnosis_schema(), {"version": 1, "is_healthy": True})
