"""Reading a private key file that nobody else can read."""

from __future__ import annotations

import os
import stat

from cmsdeploy.errors import InputError, printable

__all__ = ["read_key_file"]

_LARGEST = 64 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_key_file(path: str) -> str:
    """Give the text of the key file ``path`` (``~`` is the home folder).

    Raises ``InputError`` for anything but a regular file of at most 64 KiB that only its owner may
    touch. What is checked is the file that is open, so nobody can swap it in between; and it is
    opened without waiting, so a pipe in its place cannot hold us.
    """
    shown = printable(path, 300)
    try:
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
        descriptor = os.open(os.path.expanduser(path), flags)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        cause = f"the key file {shown} cannot be read: {reason}"
        raise InputError(cause, "check its path") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"the key file {shown} is no regular file", "check its path")
        if status.st_mode & _OTHERS:
            raise InputError(
                f"the key file {shown} may be touched by others than its owner",
                f"chmod 600 {shown}, and consider whether the key is still yours alone",
            )
        content = os.read(descriptor, _LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(content) > _LARGEST:
        raise InputError(f"the key file {shown} is larger than 64 KiB", "check its path")
    return content.decode("utf-8", "replace")
