"""Opening a file that a person named: once, without waiting, and never more than was agreed.

A path is looked at through the descriptor that is read, not before: what is checked is what is
read. A device, a pipe or a folder is refused by what it is, not by what happens when it is read.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from cmsdeploy.errors import InputError, Origin, printable

__all__ = [
    "DOCUMENT_LIMIT",
    "check_private",
    "check_spelling",
    "read_bytes",
    "read_with_mode",
    "read_with_status",
]

DOCUMENT_LIMIT = 4 << 20
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_REASONS = {
    errno.ENOENT: ("there is no such file", "look at the name, or make the file"),
    errno.ENOTDIR: ("a part of the path is no folder", "look at the path"),
    errno.ELOOP: ("it is a symbolic link that may not be followed", "name the file itself"),
    errno.EACCES: ("it may not be read", "look at the owner and the mode of the file"),
    errno.ENAMETOOLONG: ("the name is too long", "use a shorter name"),
    errno.ENXIO: ("it is no regular file", "name a regular file"),
}


def read_bytes(
    path: Path,
    limit: int = DOCUMENT_LIMIT,
    *,
    is_link_allowed: bool = True,
    is_private: bool = False,
) -> bytes:
    """Give the content of the regular file ``path``, of at most ``limit`` bytes.

    ``is_private`` refuses a file that anybody but its owner may open. Raises
    :class:`InputError` whose origin is the file.
    """
    content, mode = read_with_mode(path, limit, is_link_allowed=is_link_allowed)
    if is_private:
        check_private(mode, Origin(str(path)))
    return content


def read_with_mode(
    path: Path, limit: int = DOCUMENT_LIMIT, *, is_link_allowed: bool = True
) -> tuple[bytes, int]:
    """As :func:`read_bytes`, with the mode of the file that was read."""
    content, found = read_with_status(path, limit, is_link_allowed=is_link_allowed)
    return content, found.st_mode


def read_with_status(
    path: Path, limit: int = DOCUMENT_LIMIT, *, is_link_allowed: bool = True
) -> tuple[bytes, os.stat_result]:
    """As :func:`read_bytes`, with what the system says of the file that was read."""
    origin = Origin(str(path))
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    try:
        descriptor = os.open(path, flags if is_link_allowed else flags | os.O_NOFOLLOW)
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) and error.errno else 0
        cause, action = _REASONS.get(number, (printable(str(error), 200), "look at the path"))
        raise InputError(cause, action, origin) from None
    try:
        found = os.fstat(descriptor)
        _check(found, limit, origin)
        content = _read(descriptor, limit + 1)
    except OSError as error:
        cause = f"it cannot be read: {printable(str(error.strerror), 80)}"
        raise InputError(cause, "look at the disk", origin) from None
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise _too_long(limit, origin)
    return content, found


def _read(descriptor: int, most: int) -> bytes:
    pieces: list[bytes] = []
    while most > 0 and (piece := os.read(descriptor, min(most, 1 << 20))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)


def _too_long(limit: int, origin: Origin) -> InputError:
    return InputError(f"it is longer than {limit:,} bytes", "name the file that is meant", origin)


def _check(found: os.stat_result, limit: int, origin: Origin) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise InputError("it is a folder", "name a file", origin)
    if not stat.S_ISREG(found.st_mode):
        raise InputError("it is no regular file", "name a regular file", origin)
    if found.st_size > limit:
        raise _too_long(limit, origin)


def check_private(mode: int, origin: Origin) -> None:
    """Refuse a file with a secret that anybody but its owner may open."""
    if mode & _OTHERS:
        raise InputError(
            f"a file with a secret has mode {stat.S_IMODE(mode):04o}: others may open it",
            f"chmod 600 {printable(origin.file)}",
            origin,
        )


def check_spelling(folder: Path, names: Sequence[str]) -> None:
    """Refuse two files that differ by how the same letters are encoded: people see one name."""
    spelt: dict[str, str] = {}
    for name in names:
        if spelt.setdefault(unicodedata.normalize("NFC", name), name) != name:
            origin = Origin(str(folder / name))
            raise InputError("two files have names that look the same", "delete one", origin)
