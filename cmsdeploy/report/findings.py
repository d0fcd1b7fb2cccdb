"""Findings of a diagnosis, and rules at length, as lines of text and as JSON. No colour in here."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from cmsdeploy.errors import printable
from cmsdeploy.model.explanation import Explanation
from cmsdeploy.model.step import Severity
from cmsdeploy.planning.diagnosis import Diagnosis, Finding
from cmsdeploy.report.grouped import Grouped, grouped

__all__ = ["by_hand_lines", "diagnosis_as_json", "explanation_lines", "finding_lines", "rule_lines"]

_INDENT = " " * 9
# Boxes of one cluster mostly say the same; a person needs to see it a few times, not fifty.
_MOST_EVIDENCE = 6
_MOST_BOXES = 2


def finding_lines(diagnosis: Diagnosis, width: int = 100) -> Iterator[str]:
    """Every finding with box, rule, cause, evidence, risk and fix; what follows from another one in
    two lines. What is the same on several boxes is one entry that names them."""
    for number, group in enumerate(grouped(diagnosis.findings), start=1):
        first = group.findings[0]
        problem, hosts = first.problem, group.hosts
        word = "wrong  " if problem.severity is Severity.ERROR else "note   "
        where = hosts[0] if len(hosts) == 1 else f"{len(hosts)} boxes"
        yield f"{word} {number}. {where} [{problem.rule}] {printable(group.text)}"
        if len(hosts) > 1:
            yield from _part("boxes", ", ".join(hosts), width)
        if first.is_root:
            yield from _at_length(group, width)
        else:
            causes = dict.fromkeys(
                f"{host} [{rule}]" for one in group.findings for host, rule in one.causes
            )
            yield from _part("follows", f"from {', '.join(causes)}", width)
        yield ""


def by_hand_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What is left to a person, one line for each rule and fix, with all boxes."""
    boxes: dict[tuple[str, str], list[str]] = {}
    for group in grouped(findings):
        boxes.setdefault((group.findings[0].problem.rule, group.fix), []).extend(group.hosts)
    for (rule, fix), hosts in boxes.items():
        yield f"by hand {', '.join(dict.fromkeys(hosts))} [{rule}] {printable(fix)}"


def _at_length(group: Grouped, width: int) -> Iterator[str]:
    evidence = list(
        dict.fromkeys(one for finding in group.findings for one in finding.problem.evidence)
    )
    boxes = group.hosts[:_MOST_BOXES]
    own = [one for one in evidence if one.host in boxes] if len(group.hosts) > 1 else evidence
    shown = (own or evidence)[:_MOST_EVIDENCE]
    for one in shown:
        where = f"{one.host}> {one.command}: " if one.command else f"{one.host}: "
        yield from _part("seen", where + one.seen, width)
    if len(evidence) > len(shown):
        yield from _part("seen", f"and {len(evidence) - len(shown)} more like it", width)
    problem = group.findings[0].problem
    if problem.risk:
        yield from _part("risk", problem.risk, width)
    if group.fix:
        yield from _part("fix", group.fix, width)


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
