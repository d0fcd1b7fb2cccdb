"""``vault``: what ansible-vault does, with the same words and the same files."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cmsdeploy.cli.console import Console, ask_secret
from cmsdeploy.cli.options import keyring_of, vault_ids, vault_options
from cmsdeploy.errors import InputError, OptionError, Origin, printable
from cmsdeploy.model.secret import Secret

if TYPE_CHECKING:
    from cmsdeploy.inventory.keyring import Keyring
    from cmsdeploy.inventory.vault_passwords import VaultPassword

__all__ = ["command"]

F = TypeVar("F", bound=Callable[..., Any])
_STDIN = Path("-")
_LIMIT = 64 << 20
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_files = click.argument("files", nargs=-1, type=click.Path(path_type=Path))
_output = click.option("--output", type=click.Path(path_type=Path), help="Instead of the file; -.")
_sealing = click.option("--encrypt-vault-id", metavar="LABEL", help="Which password encrypts.")


@click.group("vault")
def command() -> None:
    """Encrypt and decrypt files as ansible-vault does. Passwords are no arguments: they are asked,
    or come from a private file or a program."""


def _keyring(given: dict[str, Any], ask: Callable[[str], Secret] = ask_secret) -> Keyring:
    from cmsdeploy.inventory.keyring import Keyring
    from cmsdeploy.inventory.vault_passwords import passwords_of

    ids = vault_ids(given) or ("default@prompt",)
    if ask is ask_secret:
        return keyring_of(ids, Console())
    return Keyring(passwords_of(ids, ask))


def _ask_new(what: str) -> Secret:
    """Ask twice: a password with a slip of the finger would lock the file for ever."""
    first, second = ask_secret(f"New {what.lower()}"), ask_secret(f"Once more, {what.lower()}")
    if first != second:
        raise InputError("the two passwords differ", "try again")
    return first


def _read(path: Path) -> bytes:
    from cmsdeploy.inventory.reading import read_bytes

    if path != _STDIN:
        return read_bytes(path, _LIMIT)
    content = sys.stdin.buffer.read(_LIMIT + 1)
    if len(content) > _LIMIT:
        raise InputError(f"it is longer than {_LIMIT:,} bytes", "", Origin("standard input"))
    return content


def _write(source: Path, output: Path | None, content: bytes) -> None:
    from cmsdeploy.inventory.vault_files import replace_file

    target = source if output is None else output
    if target == _STDIN:
        click.echo(content, nl=False)
        return
    if output is not None and output.is_symlink():
        raise InputError("it is a symbolic link", "name the file itself", Origin(str(output)))
    replace_file(target, content)


def _sources(files: tuple[Path, ...], output: Path | None) -> tuple[Path, ...]:
    if output is not None and len(files) > 1:
        raise OptionError("--output takes one file", "name one, or leave --output out")
    return files or (_STDIN,)


@command.command("encrypt")
@vault_options
@_sealing
@_output
@_files
def encrypt(
    files: tuple[Path, ...], output: Path | None, encrypt_vault_id: str | None, **given: Any
) -> None:
    """Encrypt FILES in place (- or none: standard input)."""
    from cmsdeploy.inventory.vault import is_encrypted
    from cmsdeploy.inventory.vault_files import encrypted, sealing_password

    sources = _sources(files, output)
    contents = [_read(path) for path in sources]
    for path, content in zip(sources, contents, strict=True):
        if is_encrypted(content):
            action = "use vault edit or vault rekey"
            raise InputError("it is encrypted already", action, Origin(str(path)))
    password = sealing_password(_keyring(given, _ask_new), encrypt_vault_id)
    for path, content in zip(sources, contents, strict=True):
        _write(path, output, encrypted(content, password))
    _note(files, "encrypted")


def _note(files: tuple[Path, ...], done: str) -> None:
    for path in files:
        if path != _STDIN:
            Console().note(f"{printable(str(path))}: {done}")


@command.command("decrypt")
@vault_options
@_output
@_files
def decrypt(files: tuple[Path, ...], output: Path | None, **given: Any) -> None:
    """Decrypt FILES in place (- or none: standard input)."""
    from cmsdeploy.inventory.vault_files import decrypted

    keyring = _keyring(given)
    for path in _sources(files, output):
        _write(path, output, decrypted(_read(path), Origin(str(path)), keyring))
    _note(files, "decrypted")


@command.command("view")
@vault_options
@_files
def view(files: tuple[Path, ...], **given: Any) -> None:
    """Print what is in FILES, and leave them as they are."""
    from cmsdeploy.inventory.vault_files import decrypted

    keyring = _keyring(given)
    for path in _sources(files, None):
        content = decrypted(_read(path), Origin(str(path)), keyring)
        if sys.stdout.isatty():
            text = content.decode("utf-8", "backslashreplace")
            Console().result(printable(line, len(line) + 1) for line in text.splitlines())
        else:
            click.echo(content, nl=False)


@command.command("edit")
@vault_options
@_files
def edit_files(files: tuple[Path, ...], **given: Any) -> None:
    """Edit FILES with $EDITOR; what it sees is private, and removed whatever happens."""
    from cmsdeploy.inventory.vault_files import edit

    if not files or _STDIN in files:
        raise OptionError("no file is named", "name the vault to edit")
    keyring = _keyring(given)
    for path in files:
        is_changed = edit(path, keyring, os.environ.get("EDITOR") or "vi")
        _note((path,), "changed" if is_changed else "not changed")


@command.command("rekey")
@vault_options
@click.option("--new-vault-id", help="LABEL@prompt, LABEL@FILE or LABEL@PROGRAM.")
@click.option("--new-vault-password-file", help="A private file, or a program.")
@_files
def rekey_files(
    files: tuple[Path, ...],
    new_vault_id: str | None,
    new_vault_password_file: str | None,
    **given: Any,
) -> None:
    """Encrypt FILES with another password."""
    from cmsdeploy.inventory.vault_files import rekey

    if not files or _STDIN in files:
        raise OptionError("no file is named", "name the vault to rekey")
    if new_vault_id and new_vault_password_file:
        raise OptionError("two new passwords are named", "give one of the two options")
    keyring = _keyring(given)
    contents = {path: _read(path) for path in files}
    _check_all(contents, keyring)
    new = _new_password(new_vault_id, new_vault_password_file)
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
    password = password_of(text, _ask_new)
    password.secret()
    return password


@command.command("encrypt-string")
@vault_options
@_sealing
@click.option("-n", "--name", help="The variable; the text itself is asked for.")
@click.option("--stdin-name", help="The variable; the text comes on standard input.")
@click.argument("text", nargs=-1)
def encrypt_string(
    text: tuple[str, ...],
    name: str | None,
    stdin_name: str | None,
    encrypt_vault_id: str | None,
    **given: Any,
) -> None:
    """Print a text as an inline !vault value, to be pasted into YAML."""
    from cmsdeploy.inventory.vault_files import encrypted_text, sealing_password

    if text:
        raise OptionError(
            "a secret on the command line is seen by every user",
            "leave it out: it is asked for; or pipe it in and give --stdin-name NAME",
        )
    if name and stdin_name:
        raise OptionError("--name and --stdin-name exclude each other", "give one of them")
    for word in (name, stdin_name):
        if word is not None and not _NAME.fullmatch(word):
            raise OptionError(f"{printable(word, 40)!r} is no name", "use letters, digits and _")
    password = sealing_password(_keyring(given, _ask_new), encrypt_vault_id)
    seal = partial(encrypted_text, name or stdin_name or "", password=password)
    if stdin_name is not None:
        Console().result(seal(_read(_STDIN)))
    else:
        Console().result(seal(_ask_new("text to encrypt")))
