"""``import HOST… -o DIR``: live boxes become an inventory, a playbook and a list of files."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from cmsdeploy.cli.job import load_site
from cmsdeploy.cli.options import Options, common_options
from cmsdeploy.cli.places import examples_folder
from cmsdeploy.cli.private_file import write_private
from cmsdeploy.errors import InputError, printable

__all__ = ["command"]

# A name, or an IP address with or without a port; not a pattern, a list or a USER@HOST.
_ADDRESS = re.compile(r"[A-Za-z0-9_][\w.:-]*|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+|\[[0-9A-Fa-f:.]+\]:\d+")
_GROUPS = frozenset({"all", "ungrouped", "xmpp_servers", "callbridges"})


@click.command("import")
@common_options
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="The new folder.")
@click.argument("hosts", nargs=-1, required=True)
def command(hosts: tuple[str, ...], out: Path, **given: Any) -> int:
    """Read live boxes, and write what they are set to as a site. Nothing is changed on them.

    HOST is a name or pattern of the inventory that -i or CMSDEPLOY_INVENTORY names; without one it
    is an address. No secret is written; the plan that follows is empty: cmsdeploy plan
    DIR/playbooks/imported.yml -i DIR/inventory.yml
    """
    from cmsdeploy.cli.found_boxes import found_boxes
    from cmsdeploy.cli.imported_site import imported

    if out.exists() and any(out.iterdir() if out.is_dir() else [out]):
        raise InputError(f"{out} holds something already", "name a new folder")
    with _inventory(hosts, given) as named:
        options = Options.of({**given, "inventory": named})
        site = load_site(options)
        names = dict.fromkeys(name for host in hosts for name in site.inventory.select(host))
        boxes = found_boxes(site, list(names), options.forks)
    for box in boxes:
        if box.error is not None:
            options.console.error(str(box.error))
    readable = [box for box in boxes if box.is_server or box.is_bridge]
    code = 0
    for box in boxes:
        code |= box.error.exit_code if box.error else 0
    if not readable:
        options.console.error("nothing was read that could be written")
        return code or 2
    made = imported(boxes, _playbooks())
    _write(out, made.files)
    number = "1 box" if len(boxes) == 1 else f"{len(boxes)} boxes"
    lines = [*(f"odd: {text}" for text in made.odd), f"{out}/inventory.yml: {number}"]
    lines.append(f"next: cmsdeploy plan {out}/playbooks/imported.yml -i {out}/inventory.yml")
    options.console.result(lines)
    return code


def _playbooks() -> dict[str, str]:
    """Every playbook that is shipped: whoever imports a site goes on to change it."""
    paths = sorted((examples_folder() / "playbooks").glob("*.yml"))
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


@contextmanager
def _inventory(hosts: Sequence[str], given: Mapping[str, Any]) -> Iterator[Sequence[str | Path]]:
    """The inventory that is named; without one, the hosts are addresses."""
    if given.get("inventory") or os.environ.get("CMSDEPLOY_INVENTORY"):
        yield given.get("inventory") or ()
        return
    for host in hosts:
        if not _ADDRESS.fullmatch(host) or host in _GROUPS:
            raise InputError(
                f"{printable(host, 60)!r} is no address, and no inventory is named",
                "write addresses with blanks between them; for names and groups give -i",
            )
    with tempfile.TemporaryDirectory(prefix="cmsdeploy-") as folder:
        path = Path(folder) / "hosts.ini"
        write_private(path, "".join(f"{host}\n" for host in hosts))
        yield [path]


def _write(out: Path, files: Mapping[str, str]) -> None:
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(out / name, text)
    except OSError as error:
        raise InputError(f"{out} cannot be made: {error.strerror}", "name a new folder") from error
