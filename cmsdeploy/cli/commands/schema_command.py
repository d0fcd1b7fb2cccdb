"""``schema inventory|playbook``: the JSON Schema, for an editor."""

from __future__ import annotations

import json

import click

from cmsdeploy.cli.console import Console

__all__ = ["command"]


@click.command("schema")
@click.argument("what", type=click.Choice(["inventory", "playbook"]))
def command(what: str) -> int:
    """Print the JSON Schema (draft 2020-12) of inventories or playbooks, for an editor."""
    from cmsdeploy.playbook.schema import SCHEMAS

    schema = json.dumps(SCHEMAS[what](), indent=2, sort_keys=True, ensure_ascii=False)
    Console().result(schema.splitlines())
    return 0
