"""Whole files into vaults and out of them, and the editor in between.

Every file that is written here is private from birth, and replaces the old one at once or not at
all. What an editor sees lies in a folder of its own that is gone afterwards, whatever happens.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.programs import run_program
from cmsdeploy.inventory.reading import read_bytes
from cmsdeploy.inventory.vault import envelope_of, sealed
from cmsdeploy.inventory.vault_marks import foreign_format, is_encrypted
from cmsdeploy.inventory.vault_passwords import VaultPassword
from cmsdeploy.model.secret import Secret

__all__ = [
    "create",
    "decrypted",
    "edit",
    "encrypted",
    "encrypted_text",
    "rekey",
    "replace_file",
    "sealing_password",
]

_LIMIT = 64 << 20
_INDENT = " " * 10


def decrypted(content: bytes, origin: Origin, keyring: Keyring) -> bytes:
    """The plaintext of a vault. Raises :class:`InputError`, also where it is something else."""
    return _matched(content, origin, keyring)[2]


def _matched(content: bytes, origin: Origin, keyring: Keyring) -> tuple[VaultPassword, str, bytes]:
    """The password that opens the vault, the label of its header, and the plaintext."""
    if not is_encrypted(content):
        foreign = foreign_format(content)
        if foreign:
            action = f"use the program of {foreign}"
            raise InputError(f"it is encrypted with {foreign}, it is no vault", action, origin)
        raise InputError("it is no vault", "name a file that vault encrypt has made", origin)
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise InputError("a vault holds ASCII text only", "get it again", origin) from None
    envelope = envelope_of(text, origin)
    password, plaintext = keyring.match(envelope, origin)
    return password, envelope.label, plaintext


def sealing_password(keyring: Keyring, label: str | None) -> VaultPassword:
    """The password to encrypt with: the one of ``label``, else the only one."""
    labels = list(dict.fromkeys(one.label for one in keyring.passwords))
    if label is None and len(labels) > 1:
        raise InputError(
            f"several vault ids are given: {', '.join(labels)}",
            "say which one encrypts: --encrypt-vault-id LABEL",
        )
    for password in keyring.passwords:
        if label in {None, password.label}:
            return password
    raise InputError(
        f"no vault password is given for {printable(label or '', 40)!r}",
        f"give --vault-id {printable(label or 'LABEL', 40)}@FILE",
    )


def encrypted(plaintext: bytes | Secret, password: VaultPassword) -> bytes:
    """``plaintext`` as a vault of ``password``."""
    return sealed(plaintext, password.secret(), password.label).encode("ascii")


def encrypted_text(name: str, plaintext: bytes | Secret, password: VaultPassword) -> list[str]:
    """The lines of an inline ``!vault``, to be pasted below a key."""
    head = f"{name}: !vault |" if name else "!vault |"
    return [head, *(_INDENT + line for line in encrypted(plaintext, password).decode().split())]


def create(path: Path, password: Callable[[], VaultPassword], editor: str) -> None:
    """Let a person write a new vault. Raises :class:`InputError` where something is there."""
    origin = Origin(str(path))
    if os.path.lexists(path):
        raise InputError("it is there already", "use vault edit or vault encrypt", origin)
    if not path.absolute().parent.is_dir():
        raise InputError("there is no folder for it", f"mkdir -p {path.parent}", origin)
    sealing = password()
    sealing.secret()  # a password that cannot be had is known before anything is typed
    replace_file(path, encrypted(_edited(b"", path.name, editor), sealing))


def rekey(path: Path, keyring: Keyring, new: VaultPassword) -> None:
    """Encrypt a vault with another password."""
    plaintext = decrypted(read_bytes(path, _LIMIT), Origin(str(path)), keyring)
    replace_file(path, encrypted(plaintext, new))


def edit(path: Path, keyring: Keyring, editor: str, new: VaultPassword | None = None) -> bool:
    """Let a person edit a vault; gives whether anything was changed. ``new`` seals it now."""
    origin = Origin(str(path))
    password, label, before = _matched(read_bytes(path, _LIMIT), origin, keyring)
    after = _edited(before, path.name, editor)
    if after == before and new is None:
        return False
    again = (
        encrypted(after, new) if new else sealed(after, password.secret(), label).encode("ascii")
    )
    replace_file(path, again)
    return True


def _edited(content: bytes, name: str, editor: str) -> bytes:
    folder = tempfile.mkdtemp(prefix="cmsdeploy-vault-", dir=_room_in_memory())
    try:
        path = Path(folder) / name
        _write_new(path, content)
        words = [*shlex.split(editor), str(path)]
        run_program(words, Origin(f"the editor {editor}"), is_output_wanted=False)
        return read_bytes(path, _LIMIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _room_in_memory() -> str | None:
    """A folder that is never written to a disk, where the system has one for this person."""
    folder = os.environ.get("XDG_RUNTIME_DIR")
    return folder if folder and os.access(folder, os.W_OK | os.X_OK) else None


def replace_file(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``path``: whole, private, and at once."""
    target = path.resolve() if path.is_symlink() else path
    # The name is fixed, so that what a crash left behind is removed by the next run.
    passing = target.with_name(f".{target.name}.cmsdeploy-tmp")
    try:
        passing.unlink(missing_ok=True)
        try:
            _write_new(passing, content)
            os.replace(passing, target)
        except BaseException:
            with contextlib.suppress(OSError):
                passing.unlink(missing_ok=True)
            raise
        _flush_folder(target.parent)
    except OSError as error:
        cause = f"it cannot be written: {printable(error.strerror or 'error', 80)}"
        raise InputError(
            cause, "look at the folder; nothing was changed", Origin(str(path))
        ) from None


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
