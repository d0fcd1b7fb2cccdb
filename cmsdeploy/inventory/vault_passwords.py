"""Where the passwords of vaults come from: a private file, a program, or a person.

Each is fetched when the first ciphertext needs it, once in a run.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.ownership import check_own, folder_warning, me
from cmsdeploy.inventory.programs import run_program
from cmsdeploy.inventory.reading import read_with_status
from cmsdeploy.inventory.vault import DEFAULT_LABEL, password_flaw
from cmsdeploy.inventory.vault_marks import is_encrypted
from cmsdeploy.model.secret import Secret

__all__ = ["Ask", "VaultPassword", "Warn", "asked", "password_of", "passwords_of"]

Ask = Callable[[str], Secret]
Warn = Callable[[InputError], None]
_LIMIT = 64 << 10
_PROMPTS = frozenset({"prompt", "prompt_ask_vault_pass"})
_SECONDS = 120
_LABEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


def _nobody(warning: InputError) -> None:
    """Nobody is warned."""


@dataclass
class VaultPassword:
    """One password with the label under which it was named."""

    label: str
    fetch: Callable[[], Secret] = field(repr=False)
    _secret: Secret | None = field(default=None, repr=False)

    def secret(self) -> Secret:
        """The password. Raises :class:`InputError` where it cannot be had."""
        if self._secret is None:
            self._secret = self.fetch()
        return self._secret


def password_of(text: str, ask: Ask, warn: Warn = _nobody) -> VaultPassword:
    """The password that ``label@source`` or ``source`` names, as for ``--vault-id``.

    A source is ``prompt``, a file, or a program; ``ask`` asks a person. ``warn`` is told what
    should be seen and does not stop.
    """
    label, at, source = text.partition("@")
    if not at:
        label, source = "", text
    label = label or DEFAULT_LABEL
    if not _LABEL.fullmatch(label) or not source:
        raise InputError(
            f"{printable(text, 60)!r} is no vault id", "write LABEL@prompt or LABEL@FILE"
        )
    if source in _PROMPTS:
        return VaultPassword(label, lambda: asked(label, ask))
    path = Path(source).expanduser()
    return VaultPassword(label, lambda: _from_path(path, label, warn))


def asked(label: str, ask: Ask, what: str = "Vault password") -> Secret:
    """Ask a person; an empty password, or one with blanks around it, is refused."""
    named = what if label == DEFAULT_LABEL else f"{what} ({label})"
    return _checked(ask(named), Origin(named))


def _from_path(path: Path, label: str, warn: Warn) -> Secret:
    origin = Origin(str(path))
    warning = folder_warning(path)
    if warning is not None:
        warn(warning)
    content, found = read_with_status(path, _LIMIT)
    if found.st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH):
        return _from_program(path, label, found)
    check_own(found, origin)
    if is_encrypted(content):
        raise InputError("the password is itself encrypted", "name a plain private file", origin)
    return _checked(Secret(content.removesuffix(b"\n").removesuffix(b"\r")), origin)


def _checked(password: Secret, origin: Origin) -> Secret:
    flaw = password_flaw(password)
    if flaw is not None:
        raise InputError(flaw.cause, flaw.action, origin)
    return password


def _from_program(path: Path, label: str, found: os.stat_result) -> Secret:
    origin = Origin(str(path))
    if not me().owns(found.st_uid):
        raise InputError(
            f"this program belongs to somebody else (user {found.st_uid})",
            f"chown it: {printable(str(path))}",
            origin,
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise InputError(
            "others may write into this program", f"chmod go-w {printable(str(path))}", origin
        )
    command = [os.path.abspath(path)]
    if path.stem.endswith("-client"):
        command += ["--vault-id", label]
    printed = run_program(command, origin, is_output_wanted=True, seconds=_SECONDS)
    password = printed.strip(b"\r\n")
    if not password:
        raise InputError("it prints no password", "try it by hand", origin)
    return Secret(password)


def passwords_of(ids: Sequence[str], ask: Ask, warn: Warn = _nobody) -> list[VaultPassword]:
    """The passwords of all ``--vault-id`` in order."""
    return [password_of(text, ask, warn) for text in ids]
