"""Findings that are one to a person: one rule, one cause and one fix, on many boxes.

Programs get every finding by itself (``--json``). Here only the words are put together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cmsdeploy.planning.diagnosis import Finding

__all__ = ["Grouped", "grouped"]

# Stands for each of the boxes in words that are the same but for the name of the box.
_BOX = "<box>"


@dataclass(frozen=True)
class Grouped:
    """``findings`` with their common words; of a single finding these are its own. ``hosts`` are
    the boxes, each once."""

    findings: tuple[Finding, ...]
    text: str
    fix: str

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.problem.host for one in self.findings))


def grouped(findings: Sequence[Finding]) -> tuple[Grouped, ...]:
    """``findings`` put together, each group where its first finding stood.

    Words are the same over boxes where only the name of the box differs. Over files and the like
    they may differ in one more word, on the very same boxes.
    """
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        alike.setdefault((*_kind(finding), _template(finding, finding.problem.text)), []).append(
            finding
        )
    groups = [_group(each) for each in alike.values()]
    wider: dict[tuple[object, ...], list[Grouped]] = {}
    for one in groups:
        wider.setdefault((*_kind(one.findings[0]), one.hosts), []).append(one)
    return tuple(new for each in wider.values() for new in _over_words(each))


def _kind(finding: Finding) -> tuple[object, ...]:
    problem = finding.problem
    causes = frozenset(rule for _, rule in finding.causes)
    fix = _template(finding, problem.fix) if finding.is_root else ""
    return (problem.rule, problem.cluster, problem.severity, causes, problem.risk, fix)


def _template(finding: Finding, text: str) -> str:
    own = re.escape(finding.problem.host)
    return re.sub(rf"(?<![\w.-]){own}(?![\w-])", _BOX, text)


def _group(findings: list[Finding]) -> Grouped:
    first = findings[0]
    problem = first.problem
    if len({one.problem.host for one in findings}) == 1:
        return Grouped(tuple(findings), problem.text, problem.fix)
    texts = {one.problem.text for one in findings}
    fixes = {one.problem.fix for one in findings}
    return Grouped(
        tuple(findings),
        problem.text if len(texts) == 1 else _template(first, problem.text),
        problem.fix if len(fixes) == 1 else _template(first, problem.fix),
    )


def _over_words(groups: list[Grouped]) -> list[Grouped]:
    """Groups of the same boxes whose sentences differ in one word, always the same one."""
    found: list[tuple[list[Grouped], int | None]] = []
    for group in groups:
        words = group.text.split()
        for number, (members, place) in enumerate(found):
            others = members[0].text.split()
            if len(words) != len(others):
                continue
            pairs = enumerate(zip(words, others, strict=True))
            different = [at for at, (one, other) in pairs if one != other]
            if len(different) == 1 and place in (None, *different):
                found[number] = ([*members, group], different[0])
                break
        else:
            found.append(([group], None))
    return [_joined(members, place) for members, place in found]


def _joined(members: list[Grouped], place: int | None) -> Grouped:
    if place is None:
        return members[0]
    words = members[0].text.split()
    own = dict.fromkeys(one.text.split()[place] for one in members)
    words[place] = ", ".join(own)
    findings = tuple(finding for one in members for finding in one.findings)
    return Grouped(findings, " ".join(words), members[0].fix)
