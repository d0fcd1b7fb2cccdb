"""The names that files on a box may have."""

from __future__ import annotations

import re

from cmsdeploy.errors import RefusedError, printable

__all__ = ["checked_file_name"]

_FILE_NAME = r"[A-Za-z0-9_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*"
_LONGEST_FILE_NAME = 64


def checked_file_name(name: str) -> str:
    """Give ``name`` if the flat SFTP root of a box takes it, else raise :class:`RefusedError`.

    Letters, digits, ``-``, ``_`` and dots, at most 64 characters, no leading dot or dash, no
    folder (Cisco TAC 214618 for the base name; mmp.md section 2 for the rest).
    """
    if not re.fullmatch(_FILE_NAME, name) or len(name) > _LONGEST_FILE_NAME:
        raise RefusedError(
            f"{printable(name, 80)!r} cannot be the name of a file on a box",
            "use at most 64 letters, digits, '-', '_' and '.', and no folder",
        )
    return name
