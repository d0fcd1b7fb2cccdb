"""Whose a file is: who else may open it, write into it, or put another one in its place.

Mine is what belongs to the person who runs us, or to root, who can do everything anyway. For root,
what belongs to the person behind ``sudo`` is mine too.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.reading import check_private

__all__ = ["Me", "check_own", "folder_warning", "me", "shared_warning", "writable_problem"]

_BUT = "where owners and modes mean nothing, give --allow-open-files"


@dataclass(frozen=True)
class Me:
    """The users whose files are mine, and my own group, which others may be in only by design."""

    users: frozenset[int]
    group: int

    def owns(self, user: int) -> bool:
        """Whether the files of ``user`` are mine."""
        return user in self.users


def me(user: int | None = None, environment: Mapping[str, str] = os.environ) -> Me:
    """Who runs us: ``user``, or else the user of this process."""
    user = os.geteuid() if user is None else user
    behind = environment.get("SUDO_UID", "")
    is_sudo = user == 0 and behind.isascii() and behind.isdecimal()
    return Me(frozenset({0, user, *([int(behind)] if is_sudo else [])}), os.getegid())


def check_own(found: os.stat_result, origin: Origin, who: Me | None = None) -> None:
    """Refuse a file with a secret that is not mine alone. Raises :class:`InputError`."""
    check_private(found.st_mode, origin)
    shown = printable(origin.file)
    if not (who or me()).owns(found.st_uid):
        raise InputError(
            f"a file with a secret belongs to somebody else (user {found.st_uid})",
            f"copy it to a file of your own, or chown it: {shown}",
            origin,
        )
    if found.st_nlink > 1:
        raise InputError(
            f"a file with a secret has {found.st_nlink} names (hard links): which of them is meant"
            " cannot be seen",
            f"copy it: cp {shown} {shown}.new && mv {shown}.new {shown}",
            origin,
        )


def folder_warning(path: Path) -> InputError | None:
    """What to say of a secret in a folder in which anybody may put another file in its place."""
    try:
        mode = path.resolve().parent.stat().st_mode
    except OSError:
        return None
    if not mode & stat.S_IWOTH or mode & stat.S_ISVTX:
        return None
    return InputError(
        f"anybody may put another file in its place (its folder has mode {_shown(mode)})",
        f"chmod o-w {printable(str(path.parent))}",
        Origin(str(path)),
    )


def writable_problem(path: Path, who: Me) -> InputError | None:
    """What to say of a file that is not mine, or into which anybody may write; None of others."""
    try:
        found = path.stat()
    except OSError:
        return None
    shown, origin = printable(str(path)), Origin(str(path))
    if not who.owns(found.st_uid):
        cause = f"it belongs to somebody else (user {found.st_uid}), who may write into it"
        return InputError(cause, f"chown it: {shown}; {_BUT}", origin)
    if found.st_mode & stat.S_IWOTH:
        cause = f"anybody may write into it (mode {_shown(found.st_mode)})"
        return InputError(cause, f"chmod o-w {shown}; {_BUT}", origin)
    return None


def shared_warning(path: Path, who: Me) -> InputError | None:
    """What to say of a file into which a group that is not my own may write."""
    try:
        found = path.stat()
    except OSError:
        return None
    if not found.st_mode & stat.S_IWGRP or found.st_gid == who.group:
        return None
    return InputError(
        f"group {found.st_gid} may write into it (mode {_shown(found.st_mode)})",
        f"chmod g-w {printable(str(path))}, unless that group is meant to",
        Origin(str(path)),
    )


def _shown(mode: int) -> str:
    return f"{stat.S_IMODE(mode):04o}"
