"""``doc [FAMILY]``: the parameters of a family with types, defaults and examples."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cmsdeploy.cli.console import Console
from cmsdeploy.errors import InputError, OptionError, printable

__all__ = ["command"]


@click.command("doc")
@click.argument("family", required=False)
@click.option("--json", "is_json", is_flag=True, help="Machine-readable results.")
@click.option(
    "--man",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write manual pages of all commands there; read them with: man -M FOLDER cmsdeploy.",
)
@click.pass_context
def command(context: click.Context, family: str | None, is_json: bool, folder: Path | None) -> int:
    """Print what a task may say to FAMILY: parameters, types, defaults, an example.

    Without FAMILY all families are listed.
    """
    console = Console()
    if folder is not None:
        if family is not None or is_json:
            raise OptionError("--man writes pages and prints nothing", "give it alone")
        return _write_pages(context.find_root().command, folder, console)
    from cmsdeploy.families import families
    from cmsdeploy.report.family_text import FamilyText, family_lines, list_lines

    known = {
        name: FamilyText(name, type(one).__doc__ or "", one.parameters, one.versions)
        for name, one in families().items()
    }
    if family is not None and family not in known:
        raise OptionError(
            f"there is no family {printable(family, 40)!r}", f"choose one of: {', '.join(known)}"
        )
    chosen = known if family is None else {family: known[family]}
    if is_json:
        data = {name: told.as_data() for name, told in chosen.items()}
        console.result(json.dumps(data, indent=2).splitlines())
    else:
        lines = list_lines(chosen.values()) if family is None else family_lines(known[family])
        console.result(lines)
    return 0


def _write_pages(group: click.Command, folder: Path, console: Console) -> int:
    from cmsdeploy.cli.manual_pages import manual_pages

    place = folder / "man1"
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in manual_pages(group):
            (place / f"{name}.1").write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{place} cannot be written: {error.strerror}", "name another") from error
    console.note(f"manual pages: {place}; read them with: man -M {folder} cmsdeploy")
    return 0
