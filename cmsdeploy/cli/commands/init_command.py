"""``init DIR``: a working site from the examples that ship with the package."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click

from cmsdeploy.cli.console import Console
from cmsdeploy.cli.places import examples_folder
from cmsdeploy.errors import InputError

__all__ = ["command", "make_site"]


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
def command(folder: Path) -> int:
    """Make a site in FOLDER: inventories, playbooks, templates and a place for certificates."""
    make_site(folder)
    console = Console()
    console.result(
        [
            f"{folder} is a site now:",
            f"  {folder}/inventories/   three examples; write your own beside them",
            f"  {folder}/playbooks/     site.yml and its parts",
            f"  {folder}/templates/     your own texts for the runbook",
            f"  {folder}/files/         certificates and keys, named as on the boxes (0600)",
            "",
            f"next: cmsdeploy render {folder}/playbooks/xmpp-resilience.yml"
            f" -i {folder}/inventories/tac-213479",
        ]
    )
    return 0


def make_site(folder: Path) -> None:
    """Copy the examples. Raises ``InputError`` where ``folder`` holds something already."""
    try:
        if folder.is_symlink() or (folder.exists() and any(folder.iterdir())):
            raise InputError(f"{folder} is not an empty folder", "name a new one")
        folder.mkdir(parents=True, exist_ok=True)
        for part in ("inventories", "playbooks", "templates"):
            shutil.copytree(
                examples_folder() / part,
                folder / part,
                ignore=shutil.ignore_patterns("__pycache__", "__init__.py"),
                copy_function=shutil.copyfile,
            )
        os.mkdir(folder / "files", 0o700)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be made: {error.strerror}", "name another place"
        ) from error
