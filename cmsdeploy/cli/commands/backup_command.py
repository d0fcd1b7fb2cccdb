"""``backup [PATTERN…] -o DIR``: the backup of each box, fetched and seen to be whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.options import Options, common_options
from cmsdeploy.errors import OptionError, printable

if TYPE_CHECKING:
    from cmsdeploy.errors import CmsdeployError
    from cmsdeploy.executor.backup import Backup
    from cmsdeploy.inventory import Inventory

__all__ = ["command"]


@click.command("backup")
@common_options
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("backups"),
    help="Folder of the files, private to you (backups).",
)
@click.option(
    "--deadline",
    type=click.FloatRange(1, 86400),
    default=300.0,
    help="Seconds that a box may take for its backup (300).",
)
@click.argument("patterns", metavar="[PATTERN]...", nargs=-1)
def command(patterns: tuple[str, ...], out: Path, deadline: float, **given: object) -> int:
    """Make a backup on the boxes of each PATTERN (all), fetch it, and see that it is whole.

    A backup holds every key, secret and password of its box in clear. Nothing is deleted on a box.
    """
    from cmsdeploy.cli import backups
    from cmsdeploy.cli.job import load_site
    from cmsdeploy.cli.places import state_folder
    from cmsdeploy.executor.backup import Order
    from cmsdeploy.executor.journal import new_journal
    from cmsdeploy.executor.lock import locked
    from cmsdeploy.model.event import Event, EventKind

    options = Options.of(given)
    site = load_site(options)
    hosts = [site.host(name) for name in _selected(site.inventory, patterns)]
    for line in backups.left_notes(out):
        options.console.note(line)
    state, name = state_folder(), backups.backup_name()
    sessions = {host.name: site.open_session(host) for host in hosts}
    with (
        locked(hosts, state / "locks", "backup") as lock,
        new_journal(state / "journal", lock) as journal,
    ):
        journal(Event(EventKind.RUN_STARTED, text=name))
        try:
            made = backups.back_up_all(sessions, Order(out, name, deadline), journal, options.forks)
        finally:
            for session in sessions.values():
                session.close()
        journal(Event(EventKind.RUN_ENDED))
    code, wrong = backups.error_lines(made)
    for line in wrong:
        options.console.error(line)
    rows = backups.table(made)
    if options.is_json:
        options.console.result(json.dumps(_as_json(host, one)) for host, one in made.items())
    else:
        options.console.result(rows)
    if rows:
        options.console.note(backups.WARNING)
    return code


def _selected(inventory: Inventory, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """All that the patterns mean together, each box once. Raises ``OptionError`` for one that only
    takes away: among several it would stand for all the others, as it does alone."""
    for pattern in patterns:
        if len(patterns) > 1 and pattern.startswith(("!", "&")):
            raise OptionError(
                f"{printable(pattern, 60)!r} is a pattern of its own here",
                "join it to the one that it narrows: 'all:!cb3'",
            )
    named = (inventory.select(pattern) for pattern in patterns or ("all",))
    return tuple(dict.fromkeys(name for names in named for name in names))


def _as_json(host: str, found: Backup | CmsdeployError) -> dict[str, object]:
    from cmsdeploy.errors import CmsdeployError

    if isinstance(found, CmsdeployError):
        return {"host": host, "path": None, "bytes": None, "seconds": None, "error": str(found)}
    seconds = round(found.seconds, 3)
    path = str(found.path)
    return {"host": host, "path": path, "bytes": found.size, "seconds": seconds, "error": None}
