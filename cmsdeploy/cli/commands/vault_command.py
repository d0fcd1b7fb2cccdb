"""``vault``: what ansible-vault does, with the same words and the same files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from copy import copy
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cmsdeploy.cli.commands.vault_string_command import encrypt_string
from cmsdeploy.cli.console import Console
from cmsdeploy.cli.options import vault_options
from cmsdeploy.cli.vault_input import STDIN, ask_new, keyring_from, read_file, write_file
from cmsdeploy.errors import InputError, OptionError, Origin, printable

if TYPE_CHECKING:
    from cmsdeploy.inventory.keyring import Keyring
    from cmsdeploy.inventory.vault_passwords import VaultPassword

__all__ = ["command"]

F = TypeVar("F", bound=Callable[..., Any])

_files = click.argument("files", nargs=-1, type=click.Path(path_type=Path))
_output = click.option("--output", type=click.Path(path_type=Path), help="Instead of the file; -.")
_sealing = click.option("--encrypt-vault-id", metavar="LABEL", help="Which password encrypts.")


@click.group("vault")
def command() -> None:
    """Encrypt and decrypt files as ansible-vault does. Passwords are no arguments: they are asked,
    or come from a private file or a program."""


def _sources(files: tuple[Path, ...], output: Path | None) -> tuple[Path, ...]:
    if output is not None and len(files) > 1:
        raise OptionError("--output takes one file", "name one, or leave --output out")
    return files or (STDIN,)


@command.command("encrypt")
@vault_options
@_sealing
@_output
@_files
def encrypt(
    files: tuple[Path, ...], output: Path | None, encrypt_vault_id: str | None, **given: Any
) -> None:
    """Encrypt FILES in place (- or none: standard input)."""
    from cmsdeploy.inventory.vault_files import encrypted, sealing_password
    from cmsdeploy.inventory.vault_marks import is_encrypted

    sources = _sources(files, output)
    contents = [read_file(path) for path in sources]
    for path, content in zip(sources, contents, strict=True):
        if is_encrypted(content):
            action = "use vault edit or vault rekey"
            raise InputError("it is encrypted already", action, Origin(str(path)))
    password = sealing_password(keyring_from(given, ask_new), encrypt_vault_id)
    for path, content in zip(sources, contents, strict=True):
        write_file(path, output, encrypted(content, password))
    _note(files, "encrypted")


def _note(files: tuple[Path, ...], done: str) -> None:
    for path in files:
        if path != STDIN:
            Console().note(f"{printable(str(path))}: {done}")


@command.command("decrypt")
@vault_options
@_output
@_files
def decrypt(files: tuple[Path, ...], output: Path | None, **given: Any) -> None:
    """Decrypt FILES in place (- or none: standard input)."""
    from cmsdeploy.inventory.vault_files import decrypted

    keyring = keyring_from(given)
    for path in _sources(files, output):
        write_file(path, output, decrypted(read_file(path), Origin(str(path)), keyring))
    _note(files, "decrypted")


@command.command("view")
@vault_options
@_files
def view(files: tuple[Path, ...], **given: Any) -> None:
    """Print what is in FILES, and leave them as they are."""
    from cmsdeploy.inventory.vault_files import decrypted

    keyring = keyring_from(given)
    for path in _sources(files, None):
        content = decrypted(read_file(path), Origin(str(path)), keyring)
        if sys.stdout.isatty():
            text = content.decode("utf-8", "backslashreplace")
            Console().result(printable(line, len(line) + 1) for line in text.splitlines())
        else:
            click.echo(content, nl=False)


@command.command("create")
@vault_options
@_sealing
@click.option("--skip-tty-check", is_flag=True, help="Accepted; the editor says what it needs.")
@_files
def create_file(
    files: tuple[Path, ...], encrypt_vault_id: str | None, skip_tty_check: bool, **given: Any
) -> None:
    """Write a new FILE with $EDITOR; it is encrypted from the beginning."""
    from cmsdeploy.inventory.vault_files import create, sealing_password

    if len(files) != 1 or STDIN in files:
        raise OptionError("create makes one file", "name one that is not there yet")
    keyring = keyring_from(given, ask_new)
    password = partial(sealing_password, keyring, encrypt_vault_id)
    create(files[0], password, _editor())
    _note(files, "made")


@command.command("edit")
@vault_options
@_sealing
@_files
def edit_files(files: tuple[Path, ...], encrypt_vault_id: str | None, **given: Any) -> None:
    """Edit FILES with $EDITOR; what it sees is private, and removed whatever happens."""
    from cmsdeploy.inventory.vault_files import edit, sealing_password

    if not files or STDIN in files:
        raise OptionError("no file is named", "name the vault to edit")
    keyring = keyring_from(given)
    new = None if encrypt_vault_id is None else sealing_password(keyring, encrypt_vault_id)
    for path in files:
        is_changed = edit(path, keyring, _editor(), new)
        _note((path,), "changed" if is_changed else "not changed")


def _editor() -> str:
    return os.environ.get("EDITOR") or "vi"


@command.command("rekey")
@vault_options
@click.option("--new-vault-id", help="LABEL@prompt, LABEL@FILE or LABEL@PROGRAM.")
@click.option("--new-vault-password-file", help="A private file, or a program.")
@_sealing
@_files
def rekey_files(
    files: tuple[Path, ...],
    new_vault_id: str | None,
    new_vault_password_file: str | None,
    encrypt_vault_id: str | None,
    **given: Any,
) -> None:
    """Encrypt FILES with another password."""
    from cmsdeploy.inventory.vault_files import rekey

    if not files or STDIN in files:
        raise OptionError("no file is named", "name the vault to rekey")
    if new_vault_id and new_vault_password_file:
        raise OptionError("two new passwords are named", "give one of the two options")
    keyring = keyring_from(given)
    contents = {path: read_file(path) for path in files}
    _check_all(contents, keyring)
    new = _new_password(new_vault_id, new_vault_password_file)
    if encrypt_vault_id not in {None, new.label}:
        shown = printable(str(encrypt_vault_id), 40)
        raise OptionError(f"no new password has the label {shown!r}", "give --new-vault-id LABEL@…")
    for path in files:
        rekey(path, keyring, new)
    _note(files, "encrypted anew")


def _check_all(contents: dict[Path, bytes], keyring: Keyring) -> None:
    """Nothing is written before the old passwords have opened all of the files."""
    from cmsdeploy.inventory.vault_files import decrypted

    for path, content in contents.items():
        decrypted(content, Origin(str(path)), keyring)


def _new_password(vault_id: str | None, file: str | None) -> VaultPassword:
    from cmsdeploy.inventory.vault_passwords import password_of

    text = vault_id or (f"default@{file}" if file else "default@prompt")
    password = password_of(text, ask_new)
    password.secret()
    return password


# Ansible writes it with an underscore, and so do fingers.
_spelt = copy(encrypt_string)
_spelt.hidden = True
command.add_command(encrypt_string, "encrypt-string")
command.add_command(_spelt, "encrypt_string")
