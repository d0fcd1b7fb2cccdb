"""What programs get while an apply runs: every line has the published shape."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from cmsdeploy.cli.console import Console
from cmsdeploy.cli.entry import main
from cmsdeploy.cli.progress import Progress
from cmsdeploy.model.action import Command
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Step
from cmsdeploy.report.events import schema

PROJECT = Path(__file__).parents[2]
STEP = Step("cb1/x/y", "cb1", "x", Command.of("thing", "on"), "it runs", cluster="paris")


def test_every_kind_of_event_has_the_shape(capsys: pytest.CaptureFixture[str]) -> None:
    """With the place of its step, and null where it has none."""
    progress = Progress(Console(), 0, is_json=True)
    plan = Plan(("cb1",), (STEP,))
    with progress.carrying_out(plan):
        for kind in EventKind:
            progress(Event(kind, "cb1", STEP.identity, "text", 0.5))
        progress(Event(EventKind.RUN_ENDED))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    lines.append({"event": "plan", "plan": plan.as_json()})
    lines.append(progress.spent_as_json())
    lines.append({"event": "result", "exit_code": 0, "lines": []})
    judge = Draft202012Validator(schema())
    for line in lines:
        judge.validate(line)
    assert len(lines) == len(EventKind) + 4
    assert (lines[0]["number"], lines[0]["of"]) == (1, 1)
    assert lines[len(EventKind)]["number"] is None
    assert lines[0]["time"].endswith("Z")


def test_what_is_missing_or_new_is_no_line() -> None:
    """A program may rely on every field, and on there being no other."""
    judge = Draft202012Validator(schema())
    whole = {"event": "result", "exit_code": 0, "lines": []}
    assert judge.is_valid(whole)
    assert not judge.is_valid({**whole, "more": 1})
    assert not judge.is_valid({"event": "result", "exit_code": 0})


def test_the_published_schema_is_the_one_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    """cmsdeploy schema events > docs/schema/events.json"""
    assert main(["schema", "events"]) == 0
    published = (PROJECT / "docs" / "schema" / "events.json").read_text(encoding="utf-8")
    assert capsys.readouterr().out == published
