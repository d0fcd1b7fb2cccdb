"""The JSON Schemas of a plan and of a diagnosis: what ``plan --json`` and ``doctor --json`` print.

One document each, at the end. Only ``apply`` prints lines as it goes (``events``): it is the only
command of which a program has to know more than the answer while it runs.
"""

from __future__ import annotations

from cmsdeploy.model.plan import PLAN_VERSION
from cmsdeploy.model.step import Risk

__all__ = ["diagnosis_schema", "plan_schema"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: dict[str, object] = {"type": "string"}
_ACTIONS = ["command", "upload", "call", "update", "wait", "manual", "local", "pause"]
Schema = dict[str, object]


def plan_schema() -> Schema:
    """Of ``plan --json``, ``render --format json``, and of ``plan`` in a saved plan."""
    return {"$schema": _DRAFT, "title": "cmsdeploy plan --json", **_plan()}


def diagnosis_schema() -> Schema:
    """Of ``doctor --json``, with boxes and with logs."""
    found = _record(
        "Something that is wrong, or that should be known; causes come first.",
        rule=_said("The id; `cmsdeploy explain` tells more."),
        host=_said("The box; of a log the name in its prompt, or empty."),
        cluster=_TEXT,
        severity={"enum": ["error", "note"]},
        cause=_said("One sentence."),
        evidence=_list(
            "What it rests on.",
            _record("Something that was seen.", host=_TEXT, command=_TEXT, seen=_TEXT),
        ),
        risk=_said("What it costs to leave it."),
        fix=_said("What to do next."),
        is_repairable={
            "type": "boolean",
            "description": "Whether `doctor --fix` has steps for it.",
        },
        follows_from=_list("The findings of which this is a consequence.", _named()),
    )
    optional: Schema = {
        "exit_code": {"enum": [0, 2, 4, 6], "description": "Of boxes, not of logs."},
        "not_seen": _list("Of logs: what they do not show.", _TEXT),
        "plan": {"description": "With --fix: the repair.", **_plan()},
    }
    whole = _record(
        "What is wrong and why. No secret is in it.",
        optional,
        version={"const": 1},
        is_healthy={"type": "boolean"},
        findings=_list("Causes first.", found),
    )
    return {"$schema": _DRAFT, "title": "cmsdeploy doctor --json", **whole}


def _plan() -> Schema:
    answer = _record(
        "A question of the box, and the name of the secret that answers it.",
        prompt=_TEXT,
        secret=_TEXT,
    )
    limit = {"type": "object", "description": "Only where the play has one."}
    step = _record(
        "One action on one box.",
        {"failure_limit": limit},
        id=_said("host/family/name, unique in the plan."),
        host=_TEXT,
        cluster=_TEXT,
        family=_TEXT,
        action={"enum": _ACTIONS},
        line=_said("As it is sent, or as a person would say it."),
        answers=_list("What is typed when the box asks.", answer),
        why=_said("The sentence that is true afterwards."),
        risk={"enum": [risk.value for risk in Risk]},
        needs=_list("Ids of steps that come before.", _TEXT),
        makes={"type": ["string", "null"], "description": "The name of a secret that it makes."},
        source=_said("The document that asks for it."),
    )
    return _record(
        "What would be done, in an order that respects every need. No secret is in it.",
        version={"const": PLAN_VERSION},
        digest={"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        hosts=_list("In order of the inventory.", _TEXT),
        facts={
            "type": "object",
            "description": "What it rests on, by host and family.",
            "additionalProperties": {"type": "object"},
        },
        refusals=_list(
            "Why a cluster is left alone.",
            _record("One reason.", host=_TEXT, rule=_TEXT, text=_TEXT),
        ),
        steps=_list("In order.", step),
    )


def _named() -> Schema:
    return _record("A finding, by box and rule.", host=_TEXT, rule=_TEXT)


def _said(meaning: str) -> Schema:
    return {**_TEXT, "description": meaning}


def _list(meaning: str, items: Schema) -> Schema:
    return {"type": "array", "description": meaning, "items": items}


def _record(meaning: str, optional: Schema | None = None, **fields: object) -> Schema:
    """An object with all of ``fields``; those of ``optional`` may be there."""
    return {
        "type": "object",
        "description": meaning,
        "required": list(fields),
        "additionalProperties": False,
        "properties": {**fields, **(optional or {})},
    }
