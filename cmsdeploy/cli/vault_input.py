"""What the vault commands share: passwords that are asked, files, standard input and output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.console import Console, ask_secret
from cmsdeploy.cli.options import keyring_of, vault_ids
from cmsdeploy.errors import InputError, Origin
from cmsdeploy.model.secret import Secret

if TYPE_CHECKING:
    from cmsdeploy.inventory.keyring import Keyring

__all__ = ["STDIN", "ask_new", "ask_shown", "keyring_from", "read_file", "write_file"]

STDIN = Path("-")
_LIMIT = 64 << 20


def keyring_from(given: Mapping[str, object], ask: Callable[[str], Secret] = ask_secret) -> Keyring:
    from cmsdeploy.inventory.keyring import Keyring
    from cmsdeploy.inventory.vault_passwords import passwords_of

    ids = vault_ids(given) or ("default@prompt",)
    if ask is ask_secret:
        return keyring_of(ids, Console())
    return Keyring(passwords_of(ids, ask))


def ask_shown(what: str) -> Secret:
    """Ask for ``what`` on the terminal, as it is typed. Raises ``InputError`` without one."""
    try:
        with open("/dev/tty", "r+b", buffering=0) as terminal:
            terminal.write(f"{what}: ".encode())
            return Secret(terminal.readline().removesuffix(b"\n"))
    except OSError:
        raise InputError(f"there is no terminal to ask for the {what} on", "pipe it in") from None


def ask_new(what: str) -> Secret:
    """Ask twice: a password with a slip of the finger would lock the file for ever."""
    first, second = ask_secret(f"New {what.lower()}"), ask_secret(f"Once more, {what.lower()}")
    if first != second:
        raise InputError("the two passwords differ", "try again")
    return first


def read_file(path: Path) -> bytes:
    from cmsdeploy.inventory.reading import read_bytes

    if path != STDIN:
        return read_bytes(path, _LIMIT)
    content = sys.stdin.buffer.read(_LIMIT + 1)
    if len(content) > _LIMIT:
        raise InputError(f"it is longer than {_LIMIT:,} bytes", "", Origin("standard input"))
    return content


def write_file(source: Path, output: Path | None, content: bytes) -> None:
    from cmsdeploy.inventory.vault_files import replace_file

    target = source if output is None else output
    if target == STDIN:
        click.echo(content, nl=False)
        return
    if output is not None and output.is_symlink():
        raise InputError("it is a symbolic link", "name the file itself", Origin(str(output)))
    replace_file(target, content)
