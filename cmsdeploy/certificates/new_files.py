"""New files, born private, all of them or none; a file that stands there is never written over.

A key that is lost takes its certificate with it, and a key that is left behind by a run that
failed can be read by the next person who looks. So: temporary names in the same folder, mode 0600,
``O_EXCL``; then the real names, by links, which fail where the name is taken; on any error, an
interruption included, everything that was begun is taken away.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cmsdeploy.errors import CmsdeployError, InputError, printable

__all__ = ["refuse_present", "write_new_files"]


def refuse_present(paths: list[Path]) -> None:
    """Raise :class:`InputError` where one of ``paths`` is there already, a link included."""
    for path in paths:
        if os.path.lexists(path):
            raise InputError(
                f"{printable(str(path), 200)} is there already, and is not written over",
                "take another name, or another folder",
            )


def write_new_files(contents: Mapping[Path, bytes], modes: Mapping[Path, int]) -> None:
    """Write all of ``contents``, or nothing. ``modes`` are of files that others may read.

    Raises :class:`InputError` where a name is taken, :class:`CmsdeployError` where the folder
    cannot be written.
    """
    refuse_present(list(contents))
    waiting = {path: _temporary(path) for path in contents}
    try:
        for path, content in contents.items():
            _write(waiting[path], content, modes.get(path, 0o600))
        for path, temporary in waiting.items():
            os.link(temporary, path)
    except BaseException as error:
        _take_back(waiting)
        if isinstance(error, FileExistsError):
            refuse_present(list(contents))
        if isinstance(error, OSError):
            name = printable(str(next(iter(contents)).parent), 200)
            raise CmsdeployError(
                f"{name} cannot be written: {error.strerror}", "name another folder"
            ) from None
        raise
    _remove(list(waiting.values()))


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}")


def _take_back(waiting: Mapping[Path, Path]) -> None:
    """Remove what was begun, and of the real names those only that are links to it: an
    interruption may come right after a link, and another program may have taken the name."""
    for path, temporary in waiting.items():
        with contextlib.suppress(OSError):
            if os.path.samestat(path.lstat(), temporary.lstat()):
                path.unlink()
    _remove(list(waiting.values()))


def _write(path: Path, content: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        # Not the mode of the open call: the umask takes bits from it.
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _remove(paths: list[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()
