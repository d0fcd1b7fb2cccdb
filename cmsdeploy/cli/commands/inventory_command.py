"""``inventory``: what the inventory says, as ansible-inventory prints it."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cmsdeploy.cli.job import load_site
from cmsdeploy.cli.options import Options, common_options
from cmsdeploy.errors import OptionError

if TYPE_CHECKING:
    from cmsdeploy.inventory.explaining import Explanation

__all__ = ["command"]


@click.command("inventory")
@common_options
@click.option("--list", "is_list", is_flag=True, help="Everything, as JSON.")
@click.option("--host", "host", help="The variables of one host, as JSON.")
@click.option("--graph", "is_graph", is_flag=True, help="The tree of groups.")
@click.option("--explain", metavar="VAR", help="With --host: which value of VAR won, and where.")
@click.option("--playbook-dir", type=click.Path(path_type=Path), help="Its group_vars count too.")
def command(
    is_list: bool,
    host: str | None,
    is_graph: bool,
    explain: str | None,
    playbook_dir: Path | None,
    **given: Any,
) -> int:
    """Show hosts, groups and variables. Secrets are not shown."""
    from cmsdeploy.inventory import as_graph, as_host, as_list

    if explain is not None and host is None:
        raise OptionError("--explain needs a host", "give --host NAME too")
    if is_list + (host is not None) + is_graph != 1:
        raise OptionError("say what to show", "give one of --list, --host NAME, --graph")
    # One answer and the process ends: the collector would only walk large inventories in vain.
    gc.disable()
    options = Options.of(given)
    inventory = load_site(options, playbook_dir).inventory
    if is_graph:
        options.console.result(as_graph(inventory).splitlines())
    elif explain is not None:
        from cmsdeploy.inventory.explaining import explained

        found = explained(inventory, str(host), explain)
        lines = [_as_json(found.as_data())] if options.is_json else list(_explanation(found))
        options.console.result(lines)
    else:
        shown = as_list(inventory) if is_list else as_host(inventory, str(host))
        options.console.result([_as_json(shown)])
    return 0


def _as_json(shown: object) -> str:
    return json.dumps(shown, indent=4, sort_keys=True, default=str)


def _explanation(found: Explanation) -> Iterator[str]:
    won, *lost = found.said
    yield f"{found.name} of {found.host} is {_in_line(found.means)}"
    yield f"  won   {won.layer}, {won.origin}: {_in_line(won.value)}"
    for one in lost:
        yield f"  lost  {one.layer}, {one.origin}: {_in_line(one.value)}"


def _in_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, default=str)
