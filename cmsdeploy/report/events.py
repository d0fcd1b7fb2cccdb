"""The JSON lines of ``apply --json``, and their schema: one shape, written down beside itself."""

from __future__ import annotations

from datetime import datetime, timezone

from cmsdeploy.model.event import Event, EventKind

__all__ = ["event_as_json", "schema"]


def event_as_json(
    event: Event, *, at: float, elapsed: float, number: int | None, of: int | None
) -> dict[str, object]:
    """One event. ``at`` is in seconds of UTC since 1970, ``elapsed`` since the command began;
    ``number`` of ``of`` is the place of its step in the plan, None where there is none."""
    moment = datetime.fromtimestamp(at, timezone.utc)
    return {
        "event": event.kind.value,
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "elapsed": round(elapsed, 4),
        "host": event.host,
        "step": event.step,
        "number": number,
        "of": of,
        "text": event.text,
        "seconds": None if event.seconds is None else round(event.seconds, 4),
    }


_TEXT: dict[str, object] = {"type": "string"}


def _number(meaning: str) -> dict[str, object]:
    return {"type": ["integer", "null"], "minimum": 1, "description": meaning}


def _line(meaning: str, **fields: dict[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "description": meaning,
        "required": list(fields),
        "additionalProperties": False,
        "properties": fields,
    }


def schema() -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of one line."""
    happened = _line(
        "Something happened.",
        event={"enum": [kind.value for kind in EventKind]},
        time={"type": "string", "format": "date-time", "description": "UTC."},
        elapsed={"type": "number", "minimum": 0, "description": "Seconds since the beginning."},
        host={"type": "string", "description": "The box; empty where the whole run is meant."},
        step={"type": "string", "description": "The id of the step in the plan, or empty."},
        number=_number("The place of the step in the plan."),
        of=_number("How many steps the plan has."),
        text={"type": "string", "description": "Redacted and printable."},
        seconds={"type": ["number", "null"], "description": "How long it took."},
    )
    plan = _line(
        "The plan, before anything is sent; its shape is that of `plan --json`.",
        event={"const": "plan"},
        plan={"type": "object", "required": ["version", "digest", "steps", "refusals"]},
    )
    spent = _line(
        "Where the time went, in seconds by box; after the last step.",
        event={"const": "time"},
        boxes={
            "type": "object",
            "additionalProperties": _line(
                "One box.",
                read={"type": "number"},
                write={"type": "number"},
                wait={"type": "number"},
            ),
        },
    )
    result = _line(
        "The last line: how it ended.",
        event={"const": "result"},
        exit_code={"type": "integer", "minimum": 0},
        lines={"type": "array", "items": _TEXT, "description": "What people get to read."},
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cmsdeploy apply --json, one line",
        "description": "Each line of standard output is one of these. No secret is in it.",
        "oneOf": [happened, plan, spent, result],
    }
