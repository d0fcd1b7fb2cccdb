"""How boxes stand, as the template of the HTML report wants it: tables, secrets, findings.

A secret appears as a fingerprint under a key that this process made and forgets: equal ones are
equal secrets within one report, and nothing can be guessed from them afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.errors import printable
from cmsdeploy.model.cell import Cell
from cmsdeploy.model.step import Problem
from cmsdeploy.planning.tables import Table
from cmsdeploy.report.grouped import Grouped

__all__ = ["group_values", "problem_values", "table_values"]

_LONGEST = 10_000
_DIGITS = 8
# Boxes of one cluster mostly say the same; a person needs to see it a few times, not fifty.
_MOST_EVIDENCE = 12


def _shown(text: str) -> str:
    return printable(text, _LONGEST)


def table_values(table: Table) -> dict[str, object]:
    """A table. A place of which a box shows nothing is empty."""
    rows = [
        {
            "name": _shown(row),
            "cells": [_cell(table.cells.get((row, column))) for column in table.columns],
        }
        for row in table.rows
    ]
    return {
        "name": _shown(table.name),
        "cluster": _shown(table.cluster),
        "is_by_box": table.is_by_box,
        "has_secrets": any(cell.secret is not None for cell in table.cells.values()),
        "columns": [_shown(column) for column in table.columns],
        "rows": rows,
    }


def _cell(cell: Cell | None) -> Mapping[str, object]:
    if cell is None:
        return {"text": "", "is_wrong": False, "mark": ""}
    mark = "" if cell.secret is None else cell.secret.fingerprint().hex()[:_DIGITS]
    return {"text": _shown(cell.text), "is_wrong": cell.is_wrong, "mark": mark}


def problem_values(problem: Problem) -> dict[str, object]:
    """A problem."""
    return {
        "box": _shown(problem.host),
        "rule": _shown(problem.rule),
        "weight": problem.severity.value,
        "text": _shown(problem.text),
        "risk": _shown(problem.risk),
        "fix": _shown(problem.fix),
        "causes": [],
        "evidence": _evidence(problem),
        "more": 0,
    }


def _evidence(problem: Problem) -> list[str]:
    return [
        _shown(": ".join(filter(None, (one.host, one.command, one.seen))))
        for one in problem.evidence
    ]


def group_values(group: Grouped) -> dict[str, object]:
    """What is the same on several boxes is one entry that names them; of what follows from another
    finding only that is said, because the cause has the rest."""
    first = group.findings[0]
    causes = dict.fromkeys(
        f"{host} [{rule}]" for one in group.findings for host, rule in one.causes
    )
    evidence = dict.fromkeys(
        line for one in group.findings for line in _evidence(one.problem) if first.is_root
    )
    more = len(evidence) - _MOST_EVIDENCE
    return {
        **problem_values(first.problem),
        "box": ", ".join(map(_shown, group.hosts)),
        "text": _shown(group.text),
        "risk": _shown(first.problem.risk) if first.is_root else "",
        "fix": _shown(group.fix) if first.is_root else "",
        "causes": [_shown(each) for each in causes],
        "evidence": list(evidence)[:_MOST_EVIDENCE],
        "more": max(more, 0),
    }
