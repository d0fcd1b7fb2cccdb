"""``inventory``: what the inventory says, as ansible-inventory prints it."""

from __future__ import annotations

import json
from typing import Any

import click

from cmsdeploy.cli.job import load_site
from cmsdeploy.cli.options import Options, common_options
from cmsdeploy.errors import OptionError

__all__ = ["command"]


@click.command("inventory")
@common_options
@click.option("--list", "is_list", is_flag=True, help="Everything, as JSON.")
@click.option("--host", "host", help="The variables of one host, as JSON.")
@click.option("--graph", "is_graph", is_flag=True, help="The tree of groups.")
def command(is_list: bool, host: str | None, is_graph: bool, **given: Any) -> int:
    """Show hosts, groups and variables. Secrets are not shown."""
    from cmsdeploy.inventory import as_graph, as_host, as_list

    if is_list + bool(host) + is_graph != 1:
        raise OptionError("say what to show", "give one of --list, --host NAME, --graph")
    options = Options.of(given)
    inventory = load_site(options).inventory
    if is_graph:
        options.console.result(as_graph(inventory).splitlines())
    else:
        shown = as_list(inventory) if is_list else as_host(inventory, str(host))
        options.console.result([json.dumps(shown, indent=4, sort_keys=True, default=str)])
    return 0
