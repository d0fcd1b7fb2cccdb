"""What ``verify --json`` prints, and its schema: one shape, written down once beside itself."""

from __future__ import annotations

from collections.abc import Sequence

from cmsdeploy.planning.compare import Comparison
from cmsdeploy.planning.promises import Promise, Verdict
from cmsdeploy.planning.tables import Table
from cmsdeploy.report.tables import table_as_json

__all__ = ["VERIFIED_VERSION", "schema", "verified_as_json"]

VERIFIED_VERSION = 1


def verified_as_json(
    comparison: Comparison,
    tables: Sequence[Table],
    promised: Sequence[Promise],
    differences: Sequence[str],
    exit_code: int,
) -> dict[str, object]:
    """The whole answer. ``differences`` are the lines that people read."""
    return {
        "version": VERIFIED_VERSION,
        "exit_code": exit_code,
        "summary": list(comparison.summary),
        "tables": [table_as_json(table) for table in tables],
        "promises": [
            {
                "cluster": each.cluster,
                "host": each.host,
                "name": each.name,
                "verdict": each.verdict.value,
                "text": each.text,
            }
            for each in promised
        ],
        "refusals": comparison.plan.as_json()["refusals"],
        "problems": [
            {
                "host": problem.host,
                "cluster": problem.cluster,
                "rule": problem.rule,
                "severity": problem.severity.value,
                "text": problem.text,
            }
            for problem in comparison.problems
        ],
        "differences": list(differences),
    }


_TEXT: dict[str, object] = {"type": "string"}


def _record(meaning: str, **fields: dict[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "description": meaning,
        "required": list(fields),
        "additionalProperties": False,
        "properties": fields,
    }


def _list(meaning: str, items: dict[str, object]) -> dict[str, object]:
    return {"type": "array", "description": meaning, "items": items}


def schema() -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of that answer."""
    promise = _record(
        "A sentence or a rule, judged for one box.",
        cluster=_TEXT,
        host=_TEXT,
        name=_TEXT,
        verdict={"enum": [verdict.value for verdict in Verdict]},
        text={"type": "string", "description": "Why it is not kept; else empty."},
    )
    refusal = _record("Why a cluster was not judged.", host=_TEXT, rule=_TEXT, text=_TEXT)
    problem = _record(
        "What is wrong between boxes.",
        host=_TEXT,
        cluster=_TEXT,
        rule=_TEXT,
        severity={"enum": ["error", "note"]},
        text=_TEXT,
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cmsdeploy verify --json",
        **_record(
            "How the boxes stand to what a playbook promises. No secret is in it.",
            version={"const": VERIFIED_VERSION},
            exit_code={"enum": [0, 2, 4, 6, 7]},
            summary=_list("Sentences for people.", _TEXT),
            tables=_list("What the boxes show.", _table()),
            promises=_list("Every sentence of every box.", promise),
            refusals=_list("What speaks against judging a cluster.", refusal),
            problems=_list("What the families call wrong.", problem),
            differences=_list("Lines for people: sentences that are not true.", _TEXT),
        ),
    }


def _table() -> dict[str, object]:
    cell = _record(
        "What one place of a table shows.",
        text=_TEXT,
        wrong={"type": "boolean", "description": "It is not as wanted, or differs in its row."},
        host={"type": "string", "description": "The box that it was seen on."},
    )
    row = _record(
        "A box, or the name of the matrix's row.",
        name=_TEXT,
        cells={"type": "object", "description": "By column.", "additionalProperties": cell},
    )
    return _record(
        "By box (`boxes`), or a matrix.",
        name=_TEXT,
        cluster=_TEXT,
        columns=_list("In order.", _TEXT),
        rows=_list("In order of the inventory.", row),
    )
