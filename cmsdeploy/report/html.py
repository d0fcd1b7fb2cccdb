"""The report of a plan, of a verification or of a diagnosis as one HTML file: how things stand,
pictures, every command, the evidence.

What stands in the document is the template's affair (``report.html.j2``). It escapes every value
where it stands; here values are only made printable.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.errors import printable
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Problem, Risk, Severity
from cmsdeploy.planning.diagnosis import Finding
from cmsdeploy.planning.tables import Table
from cmsdeploy.report.catalogue import catalogue
from cmsdeploy.report.evidence import run_values
from cmsdeploy.report.graph import graph_of
from cmsdeploy.report.graph_lanes import lanes
from cmsdeploy.report.graph_svg import svg
from cmsdeploy.report.graph_topology import Cluster, topology
from cmsdeploy.report.grouped import grouped
from cmsdeploy.report.html_page import page, picture_words
from cmsdeploy.report.html_standing import group_values, problem_values, table_values
from cmsdeploy.report.procedure import Procedure, Writing
from cmsdeploy.report.run import Run

__all__ = ["KINDS", "TEMPLATE", "PlanReport", "html_report"]

TEMPLATE = "report.html.j2"
KINDS = ("plan", "verify", "doctor")
_LONGEST = 10_000
# A picture of more steps than this is not looked at on a page; `graph` draws it into a file.
_MOST_DRAWN = 600


def _shown(text: str) -> str:
    return printable(text, _LONGEST)


def _lines(*lines: str) -> str:
    return "\n".join(map(_shown, lines))


@dataclass(frozen=True)
class PlanReport:
    """What is told of a plan. ``clusters`` are for the picture; ``standing`` says in sentences how
    things stand, ``tables`` what the boxes show, ``problems`` what is wrong and ``findings`` why.
    All five are empty for blank boxes. ``kind`` is one of ``KINDS``; ``run`` is what became of the
    plan, None before."""

    plan: Plan
    title: str
    clusters: tuple[Cluster, ...] = ()
    standing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    tables: tuple[Table, ...] = ()
    findings: tuple[Finding, ...] = ()
    kind: str = "plan"
    run: Run | None = None

    @property
    def wrong(self) -> tuple[Problem, ...]:
        """What is wrong, and what should be known."""
        return (*self.problems, *(finding.problem for finding in self.findings))


def html_report(report: PlanReport, *, language: str = "en", search: Sequence[Path] = ()) -> str:
    """Give ``report`` as HTML. ``search`` are the site's own template folders; ours come last.

    Raises ``OptionError`` for a language that we do not have and ``InputError`` for a template
    that cannot be read.
    """
    plan = report.plan
    words = catalogue(language, "report", search)
    view = Procedure.of(plan, Writing(_shown, _shown, _lines, words.say), report.run)
    say = picture_words(words)
    is_drawn = 0 < len(plan.steps) <= _MOST_DRAWN
    variables: dict[str, object] = {
        "title": _shown(report.title),
        "digest": plan.digest,
        "is_blank": not plan.facts,
        "counts": list(_counts(report)),
        "boxes": [view.box(host) for host in plan.hosts],
        "order": [view.step(step) for step in plan.steps],
        "secrets": [view.secret(reference) for reference in view.references()],
        "refusals": [view.refusal(each) for each in plan.refusals],
        "topology": svg(topology(report.clusters, say), is_alone=False) if report.clusters else "",
        "lanes": svg(lanes(graph_of(plan), say), is_alone=False) if is_drawn else "",
        "standing": [_shown(line) for line in report.standing],
        "kind": report.kind,
        "run": run_values(report.run),
        "tables": [table_values(table) for table in report.tables],
        "problems": [
            *(problem_values(problem) for problem in report.problems),
            *(group_values(group) for group in grouped(report.findings)),
        ],
        "facts": [{"box": _shown(host), "text": _facts(plan.facts[host])} for host in plan.facts],
    }
    return page(TEMPLATE, variables, words, search)


def _counts(report: PlanReport) -> Iterator[dict[str, object]]:
    plan = report.plan
    risks = Counter(step.risk for step in plan.steps)
    numbers = {
        "steps": len(plan.steps),
        "boxes": len(plan.hosts),
        "clusters": len(report.clusters) or len({step.cluster for step in plan.steps}),
        "disruptive": risks[Risk.DISRUPTIVE],
        "destructive": risks[Risk.DESTRUCTIVE],
        "outage": risks[Risk.OUTAGE],
        "refusals": len(plan.refusals),
        "problems": sum(each.severity is Severity.ERROR for each in report.wrong),
        "notes": sum(each.severity is Severity.NOTE for each in report.wrong),
    }
    for name, number in numbers.items():
        is_bad = number > 0 and name in ("destructive", "outage", "refusals", "problems")
        is_careful = number > 0 and name == "disruptive"
        is_of_steps = name in ("steps", "disruptive", "destructive")
        if number or (name in ("boxes", "clusters") or (is_of_steps and report.kind == "plan")):
            yield {"name": name, "number": number, "is_bad": is_bad, "is_careful": is_careful}


def _facts(seen: Mapping[str, object]) -> str:
    lines = json.dumps(seen, indent=2, ensure_ascii=False, sort_keys=True, default=str)
    return "\n".join(_shown(line) for line in lines.splitlines())
