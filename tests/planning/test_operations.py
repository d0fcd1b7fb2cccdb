"""Planning for many clusters costs each of them the same: operations are counted, never seconds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmarks.planning_alone import planning
from cmsdeploy.model.plan import Plan
from cmsdeploy.report.board import Board
from cmsdeploy.report.difference import difference_lines
from cmsdeploy.report.graph import graph_of
from cmsdeploy.report.graph_dot import plan_dot
from cmsdeploy.report.graph_lanes import lanes
from cmsdeploy.report.graph_mermaid import plan_mermaid
from cmsdeploy.report.html import PlanReport, html_report
from cmsdeploy.report.runbook import runbook
from cmsdeploy.report.text import plan_lines
from tests.counting import operations

# Beside the true growth: names that hash differently, and what is done once for all.
_ALLOWED = 0.005


def _is_straight(few: int, some: int, many: int) -> bool:
    """Whether twice as many more clusters take twice as many more operations: anything that asks
    every host about every other would take four times as many."""
    return abs((many - some) / (2 * (some - few)) - 1) <= _ALLOWED


def test_no_step_of_planning_grows_faster_than_the_clusters(tmp_path: Path) -> None:
    """From tasks to stages to an ordered plan with its proofs."""
    counts = [operations(planning(tmp_path, clusters)) for clusters in (10, 20, 40)]
    assert _is_straight(*counts), counts


_TELLINGS: dict[str, Callable[[Plan], object]] = {
    "text": lambda plan: list(plan_lines(plan)),
    "json": Plan.as_json,
    "difference": lambda plan: list(difference_lines(plan, {})),
    "board": lambda plan: Board(dict.fromkeys(plan.hosts, ""), plan.steps),
    "lanes": lambda plan: lanes(graph_of(plan)),
    "dot": lambda plan: plan_dot(graph_of(plan)),
    "mermaid": lambda plan: plan_mermaid(graph_of(plan)),
    "runbook": lambda plan: runbook(plan, title="A night"),
    "page": lambda plan: html_report(PlanReport(plan, "A night")),
}


@pytest.mark.parametrize("telling", _TELLINGS)
def test_telling_a_plan_grows_no_faster_than_the_plan(telling: str, tmp_path: Path) -> None:
    """Each way of showing it; a look at all steps for each box would be found here."""
    tell = _TELLINGS[telling]
    plans = [planning(tmp_path, clusters)() for clusters in (2, 4, 8)]
    tell(plans[0])  # what is loaded and compiled on first use is not a box's
    counts = [operations(partial(tell, plan)) for plan in plans]
    assert _is_straight(*counts), counts
