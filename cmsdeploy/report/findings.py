"""Findings of a diagnosis, and rules at length, as lines of text and as JSON. No colour in here."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from cmsdeploy.errors import printable
from cmsdeploy.model.finding import Explanation
from cmsdeploy.model.step import Problem, Severity
from cmsdeploy.planning.diagnosis import Diagnosis, Finding

__all__ = ["diagnosis_as_json", "explanation_lines", "finding_lines", "rule_lines"]

_INDENT = " " * 9
# Boxes of one cluster mostly say the same; a person needs to see it a few times, not fifty.
_MOST_EVIDENCE = 6


def finding_lines(diagnosis: Diagnosis, width: int = 100) -> Iterator[str]:
    """Every finding with box, rule, cause, evidence, risk and fix; what follows from another one in
    two lines."""
    for number, finding in enumerate(diagnosis.findings, start=1):
        problem = finding.problem
        word = "wrong  " if problem.severity is Severity.ERROR else "note   "
        yield f"{word} {number}. {problem.host} [{problem.rule}] {printable(problem.text)}"
        if finding.is_root:
            yield from _at_length(problem, width)
        else:
            causes = dict.fromkeys(f"{host} [{rule}]" for host, rule in finding.causes)
            yield from _part("follows", f"from {', '.join(causes)}", width)
        yield ""


def _at_length(problem: Problem, width: int) -> Iterator[str]:
    evidence = problem.evidence
    for one in evidence[:_MOST_EVIDENCE]:
        where = f"{one.host}> {one.command}: " if one.command else f"{one.host}: "
        yield from _part("seen", where + one.seen, width)
    if len(evidence) > _MOST_EVIDENCE:
        yield from _part("seen", f"and {len(evidence) - _MOST_EVIDENCE} more like it", width)
    if problem.risk:
        yield from _part("risk", problem.risk, width)
    if problem.fix:
        yield from _part("fix", problem.fix, width)


def _part(word: str, text: str, width: int) -> Iterator[str]:
    first = f"{_INDENT}{word:<8}"
    yield from textwrap.wrap(
        printable(text),
        max(width, 40),
        initial_indent=first,
        subsequent_indent=" " * len(first),
        # A command line that is broken at a hyphen cannot be copied.
        break_on_hyphens=False,
        break_long_words=False,
    )


def diagnosis_as_json(diagnosis: Diagnosis) -> list[dict[str, object]]:
    """The findings in order, for programs."""
    return [_as_json(finding) for finding in diagnosis.findings]


def _as_json(finding: Finding) -> dict[str, object]:
    problem = finding.problem
    return {
        "rule": problem.rule,
        "host": problem.host,
        "cluster": problem.cluster,
        "severity": problem.severity.value,
        "cause": problem.text,
        "evidence": [
            {"host": one.host, "command": one.command, "seen": one.seen} for one in problem.evidence
        ],
        "risk": problem.risk,
        "fix": problem.fix,
        "is_repairable": bool(problem.asks),
        "follows_from": [{"host": host, "rule": rule} for host, rule in finding.causes],
    }


def explanation_lines(rule: str, told: Explanation, width: int = 100) -> Iterator[str]:
    """One rule at length."""
    yield rule
    yield f"  {told.title}"
    parts: Sequence[tuple[str, str]] = (
        ("", told.meaning),
        ("How it shows", told.seen),
        ("What it costs", told.cost),
        ("What to do", told.repair),
        ("Known from", told.source),
    )
    for heading, text in parts:
        if text:
            yield ""
            yield from ([f"  {heading}"] if heading else [])
            indent = "    " if heading else "  "
            yield from textwrap.wrap(
                text,
                max(width, 40),
                initial_indent=indent,
                subsequent_indent=indent,
                break_on_hyphens=False,
                break_long_words=False,
            )


def rule_lines(rules: Mapping[str, Explanation]) -> Iterator[str]:
    """All rules, one line each."""
    longest = max(map(len, rules), default=0)
    for rule, told in rules.items():
        yield f"{rule:<{longest}}  {told.title}"
