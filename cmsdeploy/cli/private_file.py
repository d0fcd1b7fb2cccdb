"""A file that we make for a person: born 0600, never in the place of another."""

from __future__ import annotations

import os
from pathlib import Path

from cmsdeploy.errors import InputError

__all__ = ["write_private"]


def write_private(path: Path, text: str) -> None:
    """Write ``text`` into the new file ``path``.

    Raises ``InputError`` where something of that name is there already, or cannot be made.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}", "name a new file"
        ) from error
