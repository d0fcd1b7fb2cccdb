"""The report of a plan as one HTML file: how things stand, pictures, every command, the evidence.

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
from cmsdeploy.model.step import Problem, Risk
from cmsdeploy.report.graph import graph_of
from cmsdeploy.report.graph_lanes import lanes
from cmsdeploy.report.graph_svg import svg
from cmsdeploy.report.graph_topology import Cluster, topology
from cmsdeploy.report.html_page import page, picture_words
from cmsdeploy.report.procedure import Procedure, Writing

__all__ = ["TEMPLATE", "PlanReport", "html_report", "problem_values"]

TEMPLATE = "report.html.j2"
_LONGEST = 10_000
# A picture of more steps than this is not looked at on a page; `graph` draws it into a file.
_MOST_DRAWN = 600


def _shown(text: str) -> str:
    return printable(text, _LONGEST)


_PLAIN = Writing(_shown, _shown, _shown)


@dataclass(frozen=True)
class PlanReport:
    """What is told of a plan. ``clusters`` are for the picture; ``standing`` says in sentences how
    things stand, ``problems`` what is wrong. All three are empty for blank boxes."""

    plan: Plan
    title: str
    clusters: tuple[Cluster, ...] = ()
    standing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def html_report(report: PlanReport, *, language: str = "en", search: Sequence[Path] = ()) -> str:
    """Give ``report`` as HTML. ``search`` are the site's own template folders; ours come last.

    Raises ``OptionError`` for a language that we do not have and ``InputError`` for a template
    that cannot be read.
    """
    plan = report.plan
    view = Procedure.of(plan, _PLAIN)
    say = picture_words(language, search)
    is_drawn = 0 < len(plan.steps) <= _MOST_DRAWN
    variables: dict[str, object] = {
        "title": _shown(report.title),
        "digest": plan.digest,
        "is_blank": not plan.facts,
        "counts": list(_counts(report)),
        "boxes": [view.box(host) for host in plan.hosts],
        "order": [view.step(step) for step in plan.steps],
        "secrets": [view.secret(reference) for reference in view.references()],
        "refusals": [
            {"box": _shown(each.host), "rule": _shown(each.rule), "text": _shown(each.text)}
            for each in plan.refusals
        ],
        "topology": svg(topology(report.clusters, say), is_alone=False) if report.clusters else "",
        "lanes": svg(lanes(graph_of(plan), say), is_alone=False) if is_drawn else "",
        "standing": [_shown(line) for line in report.standing],
        "problems": [problem_values(problem) for problem in report.problems],
        "facts": [{"box": _shown(host), "text": _facts(plan.facts[host])} for host in plan.facts],
    }
    return page(TEMPLATE, variables, language=language, search=search)


def _counts(report: PlanReport) -> Iterator[dict[str, object]]:
    plan = report.plan
    risks = Counter(step.risk for step in plan.steps)
    numbers = {
        "steps": len(plan.steps),
        "boxes": len(plan.hosts),
        "clusters": len(report.clusters) or len({step.cluster for step in plan.steps}),
        "disruptive": risks[Risk.DISRUPTIVE],
        "destructive": risks[Risk.DESTRUCTIVE],
        "refusals": len(plan.refusals),
        "problems": len(report.problems),
    }
    for name, number in numbers.items():
        is_bad = number > 0 and name in ("destructive", "refusals", "problems")
        is_careful = number > 0 and name == "disruptive"
        if number or name not in ("refusals", "problems"):
            yield {"name": name, "number": number, "is_bad": is_bad, "is_careful": is_careful}


def problem_values(problem: Problem) -> dict[str, object]:
    """A problem as the template wants it."""
    return {
        "box": _shown(problem.host),
        "rule": _shown(problem.rule),
        "weight": problem.severity.value,
        "text": _shown(problem.text),
        "fix": _shown(problem.fix),
        "evidence": [
            _shown(": ".join(filter(None, (one.host, one.command, one.seen))))
            for one in problem.evidence
        ],
    }


def _facts(seen: Mapping[str, object]) -> str:
    lines = json.dumps(seen, indent=2, ensure_ascii=False, sort_keys=True, default=str)
    return "\n".join(_shown(line) for line in lines.splitlines())
