"""One run per cluster: a lock for each box of it, held by the kernel and gone with the process.

The lock is named by address and port, not by the inventory's names, so that two inventories of the
same boxes keep each other out. It is taken before the first connection.

A run that hangs keeps its locks, so a person may take them away (``unlocking``): the file goes, and
the next run makes another. Whoever holds a lock looks before each change whether the path still
leads to the file that it holds. A file that is held is never made a second time: as long as it is
open, the kernel gives its number to no other.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.errors import CmsdeployError, LockHeldError, LockLostError, printable
from cmsdeploy.executor.clock import Stopwatch
from cmsdeploy.executor.holder import LARGEST, Holder, holder_of, this_run
from cmsdeploy.executor.private_folder import make_private_folder
from cmsdeploy.model.host import Host

__all__ = ["Lock", "gate", "is_got", "locked", "opened"]

_SECONDS_AT_THE_GATE = 10.0
_ELSEWHERE = "make it writable, or give another place with CMSDEPLOY_STATE"


@contextmanager
def locked(hosts: Iterable[Host], folder: Path, work: str = "") -> Iterator[Lock]:
    """Hold the locks of ``hosts`` in ``folder``; ``work`` tells others what for. Raises
    :class:`LockHeldError`, and does not wait for another run."""
    make_private_folder(folder)
    lock = Lock(this_run(work))
    try:
        with gate(folder):
            for host in sorted(hosts, key=lambda host: (host.address, host.port)):
                lock.take(host, folder)
        yield lock
    finally:
        lock.release()


@dataclass(frozen=True)
class _File:
    """A lock file that is held. ``number`` is what the kernel knows it by."""

    path: Path
    descriptor: int
    number: tuple[int, int]
    box: str

    def is_there(self) -> bool:
        """Whether the path still leads to it; what cannot be seen is not there."""
        try:
            return _number(os.stat(self.path, follow_symlinks=False)) == self.number
        except OSError:
            return False

    def taker(self) -> str:
        """Who took it away, as the file says that nobody else sees any more."""
        lines = os.pread(self.descriptor, LARGEST, 0).splitlines()
        taker = holder_of(lines[-1]) if len(lines) > 1 else None
        if taker is None:
            return "its file is gone, or another stands in its place"
        return f"{taker.who}, took it away with force-unlock at {taker.moment}"


class Lock:
    """The locks of one run. Several threads may ask it at once."""

    def __init__(self, holder: Holder) -> None:
        self.holder = holder
        self._files: dict[str, _File] = {}
        self._lost = ""

    def take(self, host: Host, folder: Path) -> None:
        """Take the lock of ``host``; the gate is ours. Raises :class:`LockHeldError`."""
        place = f"{host.address}:{host.port}"
        path = folder / f"{hashlib.sha256(place.encode()).hexdigest()[:16]}.lock"
        box = f"{host.name} ({place})"
        descriptor = opened(path)
        try:
            if not is_got(descriptor):
                raise _held(box, os.pread(descriptor, LARGEST, 0))
            _write(descriptor, path, self.holder.at(box))
            number = _number(os.fstat(descriptor))
        except BaseException:
            os.close(descriptor)
            raise
        self._files[host.name] = _File(path, descriptor, number, box)

    def check(self, host: str = "") -> None:
        """Before a change of ``host`` (of any box, where it is none of ours). Raises
        :class:`LockLostError` where the lock was taken away; after that for every box."""
        if not self._lost:
            own = self._files.get(host)
            asked = self._files.values() if own is None else (own,)
            lost = next((file for file in asked if not file.is_there()), None)
            if lost is None:
                return
            box = printable(lost.box)
            self._lost = f"nothing further is sent, the lock of {box} is lost: {lost.taker()}"
        raise LockLostError(
            self._lost,
            "see that nobody else works on these boxes, then look at them: cmsdeploy plan PLAYBOOK",
        )

    def release(self) -> None:
        """Let go of what was taken. The files stay: to delete one could delete another's."""
        while self._files:
            os.close(self._files.popitem()[1].descriptor)


@contextmanager
def gate(folder: Path, seconds: float = _SECONDS_AT_THE_GATE) -> Iterator[None]:
    """One process at a time takes locks in ``folder``, or takes them away; it is left at once.

    Without it a file could change hands between the look at who holds it and its removal. Raises
    :class:`LockHeldError` where somebody stands still in it for ``seconds``.
    """
    path = folder / "gate"
    descriptor = opened(path)
    try:
        watch = Stopwatch()
        while not is_got(descriptor):
            if watch.seconds > seconds:
                who = printable(os.pread(descriptor, 40, 0).decode("ascii", "replace").strip())
                raise LockHeldError(
                    f"{who or 'another process'} stands still while it looks at the locks in"
                    f" {folder}",
                    "it may be stopped (kill -CONT lets it go on); end it, then run again",
                )
            time.sleep(0.003)
        with contextlib.suppress(OSError):
            os.pwrite(descriptor, f"process {os.getpid()}".ljust(30).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def opened(path: Path, flags: int = os.O_CREAT) -> int:
    """A descriptor of a file of ours, born 0600. Raises ``CmsdeployError`` where it cannot be one,
    ``FileNotFoundError`` where it is not there and ``flags`` do not make it."""
    always = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, always | flags, 0o600)
    except FileNotFoundError:
        if not flags:
            raise
        raise _unusable(path, "its folder is gone") from None
    except OSError as error:
        why = "it is a link" if error.errno == errno.ELOOP else error.strerror
        raise _unusable(path, why) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _unusable(path, "it is no plain file")
    return descriptor


def is_got(descriptor: int) -> bool:
    """Take the kernel's lock on an open file, if nobody has it; it goes when the file is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise CmsdeployError(
            f"this file system cannot lock: {error.strerror}",
            "give another place with CMSDEPLOY_STATE",
        ) from error
    return True


def _number(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _unusable(path: Path, why: str | None) -> CmsdeployError:
    return CmsdeployError(f"the lock {path} cannot be used: {why}", _ELSEWHERE)


def _write(descriptor: int, path: Path, line: bytes) -> None:
    try:
        os.ftruncate(descriptor, 0)
        if os.pwrite(descriptor, line, 0) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise CmsdeployError(
            f"the lock {path} cannot be written: {error.strerror}",
            "make room, or give another place with CMSDEPLOY_STATE",
        ) from error


def _held(box: str, content: bytes) -> LockHeldError:
    first = content.partition(b"\n")[0]
    holder = holder_of(first)
    if holder is None:
        told = printable(first.decode("utf-8", "replace").strip(), 200)
        return LockHeldError(
            f"another run works on {printable(box)}: {told or 'it does not say who'}",
            "wait for it to end, or end its process; the lock goes with it",
        )
    work = f" ({printable(holder.work, 200)})" if holder.work else ""
    run = printable(holder.run, 80)
    return LockHeldError(
        f"another run works on {printable(box)}: {run}{work}, by {holder.who}, since"
        f" {holder.moment}",
        "wait for it to end; where it hangs, or its terminal is lost: cmsdeploy force-unlock"
        f" {run}",
    )
