"""``vault encrypt-string``: one value, sealed, to be pasted below a key of a YAML file."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cmsdeploy.cli.console import Console
from cmsdeploy.cli.options import vault_options
from cmsdeploy.cli.vault_input import (
    STDIN,
    ask_new,
    ask_shown,
    keyring_from,
    read_file,
    write_file,
)
from cmsdeploy.errors import OptionError, printable

if TYPE_CHECKING:
    from cmsdeploy.inventory.vault_passwords import VaultPassword

__all__ = ["encrypt_string"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@click.command("encrypt-string")
@vault_options
@click.option("--encrypt-vault-id", metavar="LABEL", help="Which password encrypts.")
@click.option("--output", type=click.Path(path_type=Path), help="Into a private file.")
@click.option("-n", "--name", "names", multiple=True, help="A variable; its text is asked for.")
@click.option("--stdin-name", help="The variable; the text comes on standard input.")
@click.option("-p", "--prompt", "is_asked", is_flag=True, help="Ask, whatever is piped in.")
@click.option("--show-input", "is_shown", is_flag=True, help="Show what is typed.")
@click.argument("text", nargs=-1)
def encrypt_string(text: tuple[str, ...], **given: Any) -> None:
    """Print a text as an inline !vault value, to be pasted into YAML.

    The text is asked for twice, or comes on standard input where something is piped in.
    """
    from cmsdeploy.inventory.vault_files import sealing_password

    names = _names(text, given)
    password = sealing_password(keyring_from(given, ask_new), given["encrypt_vault_id"])
    lines = list(_sealed(names, password, given))
    if given["output"] is None:
        Console().result(lines)
    else:
        write_file(STDIN, given["output"], ("\n".join(lines) + "\n").encode())


def _names(text: tuple[str, ...], given: dict[str, Any]) -> list[str]:
    """The variables, "" for none; the one of standard input comes last."""
    if set(text) - {"-"}:
        raise OptionError(
            "a secret on the command line is seen by every user",
            "leave it out: it is asked for; or pipe it in and give --stdin-name NAME",
        )
    names, piped = list(given["names"]), given["stdin_name"]
    if piped is not None and names and not given["is_asked"]:
        raise OptionError("--name and --stdin-name exclude each other", "give one, or add --prompt")
    for word in (*names, *([piped] if piped is not None else [])):
        if not _NAME.fullmatch(word):
            raise OptionError(f"{printable(word, 40)!r} is no name", "use letters, digits and _")
    is_piped = bool(text) or (not given["is_asked"] and not sys.stdin.isatty())
    if piped is None and is_piped:
        if len(names) > 1:
            raise OptionError("one text is piped in for several names", "give one --name")
        given["stdin_name"] = names.pop() if names else ""
    return names or ([""] if given["stdin_name"] is None else [])


def _sealed(names: list[str], password: VaultPassword, given: dict[str, Any]) -> Iterator[str]:
    from cmsdeploy.inventory.vault_files import encrypted_text

    for name in names:
        what = f"text to encrypt for {name}" if name else "text to encrypt"
        typed = ask_shown(what) if given["is_shown"] else ask_new(what)
        yield from encrypted_text(name, typed, password)
    if given["stdin_name"] is not None:
        yield from encrypted_text(given["stdin_name"], read_file(STDIN), password)
