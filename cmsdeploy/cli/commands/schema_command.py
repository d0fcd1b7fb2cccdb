"""``schema WHAT``: the JSON Schema, for an editor or a program."""

from __future__ import annotations

import json

import click

from cmsdeploy.cli.console import Console

__all__ = ["command"]


_NAMES = ("doctor", "events", "inventory", "plan", "playbook", "verify")


@click.command("schema")
@click.argument("what", type=click.Choice(_NAMES))
def command(what: str) -> int:
    """Print the JSON Schema (draft 2020-12) of inventories and playbooks, of what plan, verify and
    doctor print with --json, or of a line of apply --json (events)."""
    from cmsdeploy.playbook.schema import SCHEMAS
    from cmsdeploy.report.events import schema as of_events
    from cmsdeploy.report.json_schemas import diagnosis_schema, plan_schema
    from cmsdeploy.report.verified import schema as of_verify

    answers = {"doctor": diagnosis_schema, "plan": plan_schema, "verify": of_verify}
    made = {**SCHEMAS, **answers, "events": of_events}[what]()
    schema = json.dumps(made, indent=2, sort_keys=True, ensure_ascii=False)
    Console().result(schema.splitlines())
    return 0
