"""No secret in anything that people, files or other programs get to see."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from html import unescape
from pathlib import Path

import pytest

from cmsdeploy.errors import SecretShownError
from cmsdeploy.executor.journal import Journal
from cmsdeploy.lab import SWITCHES
from cmsdeploy.report.graph import graph_of
from cmsdeploy.report.graph_dot import plan_dot
from cmsdeploy.report.graph_mermaid import plan_mermaid
from cmsdeploy.report.html import PlanReport, html_report
from cmsdeploy.report.html_run import run_report
from cmsdeploy.report.run import Moment, run_of
from cmsdeploy.session.redaction import MASK
from tests.contract.deployment import KEY_TEXT, Deployment
from tests.contract.engineer import Engineer, Outcome, blank_world
from tests.contract.names import KEY_BYTES
from tests.contract.wire import Cut, Fuse

# Echo on is the switch that could bring a secret into a reply; the rest shows it by design.
SWITCHED = [
    ("add-secret-echo", "on"),
    ("add-secret-reply", "record"),
    ("callbridge-add-reply", "line"),
    ("callbridge-add-reply", "record"),
    ("api-shows-secret", "yes"),
]


def _renderings(outcome: Outcome, journal: Path) -> str:
    """Everything that a run gives away, in one text."""
    with Journal(journal) as listener:
        for told in outcome.events:
            listener(told)
    plan = outcome.plan
    texts = [
        json.dumps(plan.as_json()),
        repr(plan),
        repr(outcome),
        journal.read_text(),
        *(f"{step!r} {step.action!r} {step.action.line} {step.why}" for step in plan.steps),
        *outcome.comparison.summary,
        *(repr(problem) for problem in outcome.comparison.problems),
        *(
            f"{error} {error!r}"
            for error in (outcome.report.errors if outcome.report else {}).values()
        ),
    ]
    return "\n".join(texts)


def _pages(outcome: Outcome) -> tuple[str, ...]:
    """The HTML reports of the plan and of the run, and the pictures, as somebody reads them."""
    comparison = outcome.comparison
    plan = PlanReport(
        outcome.plan, "x", standing=tuple(comparison.summary), problems=tuple(comparison.problems)
    )
    now = datetime(2026, 3, 1, tzinfo=timezone.utc)
    run = run_of(Moment(now, one.kind, one.host, one.step, one.text) for one in outcome.events)
    graph = graph_of(outcome.plan)
    pages = (html_report(plan), run_report(run, title="x"), plan_dot(graph), plan_mermaid(graph))
    return tuple(map(unescape, pages))


def _secrets(engineer: Engineer) -> set[str]:
    made = {
        secret for box in engineer.world.boxes.values() for secret in box.xmpp.callbridges.values()
    }
    return made | {KEY_TEXT.decode().strip(), base64.b64encode(KEY_BYTES).decode()}


@pytest.mark.parametrize(("switch", "position"), SWITCHED)
def test_a_whole_run_shows_no_secret(switch: str, position: str, tmp_path: Path) -> None:
    """Plans, steps, events, journal and problems name secrets and never hold them."""
    assert position in SWITCHES[switch].positions
    wanted = Deployment()
    engineer = Engineer(blank_world(wanted, {switch: position}), wanted)
    outcome = engineer.run()
    text = "\n".join([_renderings(outcome, tmp_path / "journal.jsonl"), *_pages(outcome)])
    assert len(_secrets(engineer)) == 5
    assert [secret for secret in _secrets(engineer) if secret in text] == []
    assert "callbridge/cb1" in text


def test_a_box_that_shows_the_secret_stops_the_run() -> None:
    """Unless the play allows it by name: then a new look decides, as after any lost reply."""
    wanted = Deployment()
    engineer = Engineer(
        blank_world(wanted, {"add-secret-echo": "on"}), wanted, are_shown_secrets_allowed=False
    )
    report = engineer.run().report
    assert report is not None
    assert report.errors
    for error in report.errors.values():
        assert isinstance(error, SecretShownError)
        assert "make a new secret" in error.action
        assert "shown-secrets" in error.action


def test_failing_runs_show_no_secret(tmp_path: Path) -> None:
    """The words of an error are redacted, wherever the wire was cut."""
    wanted = Deployment()
    for number in range(1, 58, 2):
        engineer = Engineer(blank_world(wanted), wanted, fuse=Fuse(number, Cut.LOST_BEFORE))
        outcome = engineer.run()
        # A page costs more than a run; two of them show how they tell a failure.
        pages = _pages(outcome) if number in (15, 45) else ()
        text = "\n".join([_renderings(outcome, tmp_path / f"{number}.jsonl"), *pages])
        assert [secret for secret in _secrets(engineer) if secret in text] == []


def test_a_saved_plan_of_a_live_cluster_shows_no_secret() -> None:
    """The facts of a plan hold no secret and no digest of one: two secrets, one digest."""
    digests = set()
    for seed in (1, 2):
        wanted = Deployment()
        world = blank_world(wanted)
        world.secrets.seed = seed
        Engineer(world, wanted).run()
        more = Deployment(bridges=("cb1", "cb2", "cb3", "cb4"), servers=wanted.servers)
        world.add_box("cb4", more.address("cb4"))
        digests.add(Engineer(world, more).plan().plan.digest)
    assert len(digests) == 1


def test_what_is_typed_is_in_no_log_of_a_box() -> None:
    """A box logs every command line (TAC 221776): no secret is a word of one."""
    wanted = Deployment()
    engineer = Engineer(blank_world(wanted), wanted)
    engineer.run()
    logs = "\n".join(box.syslog() for box in engineer.world.boxes.values())
    assert "xmpp callbridge add-secret cb1" in logs
    assert [secret for secret in _secrets(engineer) if secret in logs] == []
    assert MASK not in logs
