"""``schema events|inventory|playbook|verify``: the JSON Schema, for an editor or a program."""

from __future__ import annotations

import json

import click

from cmsdeploy.cli.console import Console

__all__ = ["command"]


@click.command("schema")
@click.argument("what", type=click.Choice(["events", "inventory", "playbook", "verify"]))
def command(what: str) -> int:
    """Print the JSON Schema (draft 2020-12) of inventories, playbooks, verify --json, or of a
    line of apply --json (events)."""
    from cmsdeploy.playbook.schema import SCHEMAS
    from cmsdeploy.report.events import schema as of_events
    from cmsdeploy.report.verified import schema as of_verify

    made = {**SCHEMAS, "events": of_events, "verify": of_verify}[what]()
    schema = json.dumps(made, indent=2, sort_keys=True, ensure_ascii=False)
    Console().result(schema.splitlines())
    return 0
