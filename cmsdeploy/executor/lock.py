"""One run per cluster: a lock for each box of it, held by the kernel and gone with the process.

The lock is named by address and port, not by the inventory's names, so that two inventories of the
same boxes keep each other out. It is taken before the first connection.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cmsdeploy.errors import CmsdeployError, LockHeldError, printable
from cmsdeploy.executor.private_folder import make_private_folder
from cmsdeploy.model.host import Host

__all__ = ["locked"]


@contextmanager
def locked(hosts: Iterable[Host], folder: Path) -> Iterator[None]:
    """Hold the locks of ``hosts`` in ``folder``. Raises :class:`LockHeldError`, never waits."""
    make_private_folder(folder)
    with ExitStack() as stack:
        for host in sorted(hosts, key=lambda host: (host.address, host.port)):
            stack.callback(os.close, _taken(host, folder))
        yield


def _taken(host: Host, folder: Path) -> int:
    place = f"{host.address}:{host.port}"
    name = hashlib.sha256(place.encode()).hexdigest()[:16]
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(folder / f"{name}.lock", flags, 0o600)
    except OSError as error:
        raise CmsdeployError(
            f"the lock of {host.name} cannot be made in {folder}: {error.strerror}",
            "make it writable, or give another place with CMSDEPLOY_STATE",
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = printable(os.read(descriptor, 200).decode("utf-8", "replace").strip())
        os.close(descriptor)
        raise LockHeldError(
            f"another run works on {host.name} ({place}): {holder or 'holder unknown'}",
            "wait for it to end; a lock never outlives its process",
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"process {os.getpid()}".encode())
    return descriptor
