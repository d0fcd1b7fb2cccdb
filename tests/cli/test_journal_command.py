"""``journal show``: what a run did, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cmsdeploy.cli import main
from cmsdeploy.executor.journal import Journal
from cmsdeploy.model.event import Event, EventKind
from tests.transport.environment import environment


def _written(folder: Path, *events: Event) -> Path:
    path = folder / "journal" / "20200101T000000.000000Z-1.jsonl"
    with Journal(path) as journal:
        for event in events:
            journal(event)
    return path


SENT = Event(EventKind.STEP_INTENDED, "cb1", "cb1/xmpp/enable", "xmpp enable")


def test_the_newest_run_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name; in words, and as one event a line."""
    done = Event(EventKind.STEP_DONE, "cb1", "cb1/xmpp/enable", "SUCCESS \x1b[31m", 0.5)
    _written(tmp_path, Event(EventKind.RUN_STARTED), SENT, done, Event(EventKind.RUN_ENDED))
    with environment(CMSDEPLOY_STATE=str(tmp_path)):
        assert main(["journal", "show"]) == 0
        said = capsys.readouterr().out
        assert main(["journal", "show", "--json"]) == 0
    assert "step-done        cb1/xmpp/enable SUCCESS \\x1b[31m  (0.50 s)" in said
    assert "next:" not in said
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert events == ["run-started", "step-intended", "step-done", "run-ended"]


def test_what_nobody_knows_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that was killed in a step, and a torn end: exit code 2, and what to do."""
    path = _written(tmp_path, Event(EventKind.RUN_STARTED), SENT)
    assert main(["journal", "show", str(path)]) == 0
    said = capsys.readouterr().out
    assert "unknown cb1: cb1/xmpp/enable may be done or not" in said
    assert "the run has no end" in said
    assert "next: cmsdeploy plan" in said
    path.write_bytes(path.read_bytes() + b'{"at": ')
    assert main(["journal", "show", str(path)]) == 2
    assert "line 3 is torn" in capsys.readouterr().out


def test_no_journal_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3."""
    with environment(CMSDEPLOY_STATE=str(tmp_path)):
        assert main(["journal", "show"]) == 3
    assert "there is no journal" in capsys.readouterr().err


def test_a_look_that_found_nothing_to_do_is_no_killed_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An apply over boxes that are as wanted carries nothing out; nobody killed it."""
    path = tmp_path / "state" / "look.jsonl"
    with Journal(path) as journal:
        journal(Event(EventKind.HOST_READ, "cb1"))
    assert main(["journal", "show", str(path)]) == 0
    said = capsys.readouterr().out
    assert "nothing was carried out" in said
    assert "has no end" not in said
