"""``--list-hosts``, ``--list-tasks``, ``--list-tags``, ``--syntax-check``: look at a playbook and
do nothing else. Printed as ansible-playbook prints it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cmsdeploy.cli.options import Options
from cmsdeploy.errors import printable

if TYPE_CHECKING:
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.playbook import Play, Playbook, Task

__all__ = ["listed", "listing_options"]

F = TypeVar("F", bound=Callable[..., Any])
_LISTS = ("list_hosts", "list_tasks", "list_tags", "syntax_check")


def listing_options(function: F) -> F:
    """What looks at a playbook, and where it begins."""
    for option in reversed(
        (
            click.option("--start-at-task", metavar="NAME", help="Begin at this task."),
            click.option("--step", is_flag=True, help="Ask before each task is planned."),
            click.option("--list-hosts", is_flag=True, help="Only list the hosts of each play."),
            click.option("--list-tasks", is_flag=True, help="Only list the tasks that would run."),
            click.option("--list-tags", is_flag=True, help="Only list all tags."),
            click.option("--syntax-check", is_flag=True, help="Only check the playbook."),
        )
    ):
        function = option(function)
    return function


def listed(playbook: Path, given: Mapping[str, Any]) -> int | None:
    """Do what the options of ``given`` list; None where they ask for no list."""
    asked = frozenset(name for name in _LISTS if given.get(name))
    if not asked:
        return None
    from cmsdeploy import playbook as playbooks
    from cmsdeploy.cli.job import load_site

    is_alone = asked == {"syntax_check"} and not _names_inventory(given)
    named = {**given, "inventory": (os.devnull,)} if is_alone else given
    options = Options.of(named)
    inventory = None if is_alone else load_site(options, playbook.absolute().parent).inventory
    extra = options.extra_variables(options.keyring()) if is_alone else None
    book = playbooks.load(playbook, inventory, extra=extra)
    lines = ["", f"playbook: {printable(str(playbook), 500)}"]
    if inventory is not None and asked != {"syntax_check"}:
        lines += _plays(book, inventory, options, asked)
    options.console.result(lines)
    return 0


def _names_inventory(given: Mapping[str, Any]) -> bool:
    known = given.get("inventory") or os.environ.get("CMSDEPLOY_INVENTORY")
    return bool(known) or Path("inventory.yml").exists()


def _plays(
    book: Playbook, inventory: Inventory, options: Options, asked: frozenset[str]
) -> Iterator[str]:
    from cmsdeploy import playbook as playbooks

    limit = None if options.limit is None else inventory.limit(options.limit)
    hosts = playbooks.list_hosts(book, inventory)
    # A list of tags is there to show all of them.
    every = ("all", "never") if "list_tags" in asked else ()
    tasks = playbooks.list_tasks(
        book, tags=options.tags or every, skip_tags=options.skip_tags, start_at=options.start_at
    )
    for number, play in enumerate(playbooks.as_listed(book, inventory).plays):
        of_play = [host for host in hosts[number][1] if limit is None or host in limit]
        yield from _play(number, play, of_play, tasks[number][1], asked)


def _play(
    number: int, play: Play, hosts: list[str], tasks: tuple[Task, ...], asked: frozenset[str]
) -> Iterator[str]:
    pattern = ",".join(str(node.value) for node in play.hosts)
    name = printable(play.name, 200)
    yield from ("", f"  play #{number + 1} ({printable(pattern, 200)}): {name}\t{_tags(play.tags)}")
    if "list_hosts" in asked:
        yield f"    pattern: {[printable(str(node.value), 200) for node in play.hosts]}"
        yield f"    hosts ({len(hosts)}):"
        yield from (f"      {host}" for host in hosts)
    if "list_tasks" in asked:
        yield "    tasks:"
        yield from (f"      {printable(task.title, 200)}\t{_tags(task.tags)}" for task in tasks)
    if "list_tags" in asked:
        yield f"      TASK {_tags(frozenset(tag for task in tasks for tag in task.tags))}"


def _tags(tags: frozenset[str]) -> str:
    return f"TAGS: [{', '.join(sorted(tags))}]"
