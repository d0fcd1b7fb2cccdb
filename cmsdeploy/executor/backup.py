"""The backup of a box: made there, fetched, and seen to be whole before anybody relies on it.

The box tells no checksum. So its file is fetched twice, some seconds apart, and both times have to
give the same sum; the size has to be the one that the box tells; and what lies on the disk is read
back. A file that the box still writes gives two sums, and is fetched again.

The file holds every key, secret and password of its box. It is born 0600, and no sum of it is told
to anybody: that stands beside it, in a file as private.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cmsdeploy.errors import CmsdeployError, DeviceError, HostError, InputError
from cmsdeploy.executor.clock import Stopwatch, pauses
from cmsdeploy.executor.private_folder import make_private_folder
from cmsdeploy.families.snapshots import BACKUP, DESCRIPTION, is_ready, snapshot
from cmsdeploy.model.event import Event, EventKind, Listener
from cmsdeploy.session.contract import Session

__all__ = ["STEP", "Backup", "Order", "back_up", "check_folder", "left_parts"]

# What stands behind the name of the box in the journal.
STEP = "backup/snapshot"
_OPEN_TO_OTHERS = 0o077
_PART = ".part"
_READ_BACK = 1024 * 1024


@dataclass(frozen=True)
class Order:
    """``name`` is the backup's on every box. ``seconds`` bound the making, and then once more the
    waiting for a file that is not whole yet; ``apart`` are those between the two fetches."""

    folder: Path
    name: str
    seconds: float = 300.0
    apart: float = 3.0


@dataclass(frozen=True)
class Backup:
    """A backup that was seen to be whole: ``path`` with its ``size`` in bytes. ``has_description``
    is False where the box made no second file."""

    host: str
    path: Path
    size: int
    seconds: float
    has_description: bool


def check_folder(folder: Path) -> None:
    """Make ``folder``, born 0700. Raises ``InputError`` where that cannot be done, or where others
    may look into it."""
    try:
        make_private_folder(folder)
    except CmsdeployError as error:
        raise InputError(error.cause, "name another folder for the backups") from error
    mode = folder.stat().st_mode & 0o777
    if mode & _OPEN_TO_OTHERS:
        raise InputError(
            f"{folder} is open to others (mode {mode:04o}), and a backup holds every secret of its"
            " box",
            f"chmod 700 {folder}, or name another folder",
        )


def left_parts(folder: Path) -> list[Path]:
    """What a process that was killed while it fetched has left in ``folder``, or one still fetches:
    hidden files, as full of secrets as a backup."""
    endings = (f"{BACKUP}{_PART}", f"{DESCRIPTION}{_PART}")
    return sorted(path for path in folder.glob(f".*{_PART}") if path.name.endswith(endings))


def back_up(session: Session, host: str, order: Order, listener: Listener) -> Backup:
    """Make, fetch and check the backup of ``host``. Raises ``HostError`` or ``CmsdeployError``;
    then no file of that name is in the folder. On the box it stays: nothing is deleted there."""
    watch, step = Stopwatch(), f"{host}/{STEP}"
    command = snapshot(order.name, order.seconds)
    path = order.folder / f"{host}-{order.name}{BACKUP}"
    beside = path.with_suffix(DESCRIPTION)
    _check_new(path, beside, _sums(path))
    listener(Event(EventKind.STEP_INTENDED, host, step, command.line))
    try:
        said = session.perform(command, {}).text
        if not is_ready(said):
            raise DeviceError(
                f"{command.line}: the box does not say that the backup is ready for download",
                f"log in and look: backup list; {order.name} may be there",
            )
        found = _fetched(session, f"{order.name}{BACKUP}", path, order)
        if found is None:
            raise DeviceError(
                f"{order.name}{BACKUP} is not among the files of the box",
                "log in by SFTP and look; without a backup nothing is changed",
            )
        described = _fetched(session, f"{order.name}{DESCRIPTION}", beside, _at_once(order))
        _write_sums(path, {path.name: found, **({beside.name: described} if described else {})})
    except HostError as error:
        error.host, error.step = error.host or host, STEP
        listener(Event(EventKind.STEP_FAILED, host, step, error.cause))
        raise
    made = Backup(host, path, found.size, watch.seconds, described is not None)
    listener(Event(EventKind.STEP_DONE, host, step, str(path), watch.seconds))
    return made


@dataclass(frozen=True)
class _Sum:
    size: int
    text: str


class _Summing:
    """What is received, counted and summed on its way."""

    def __init__(self, write: Callable[[bytes], object] = len) -> None:
        self._write = write
        self._sum = hashlib.sha256()
        self._size = 0

    def take(self, piece: bytes) -> None:
        self._write(piece)
        self._sum.update(piece)
        self._size += len(piece)

    @property
    def sum(self) -> _Sum:
        return _Sum(self._size, self._sum.hexdigest())


def _at_once(order: Order) -> Order:
    return replace(order, seconds=0.0, apart=0.0)


def _fetched(session: Session, name: str, path: Path, order: Order) -> _Sum | None:
    """Bring ``name`` to ``path``; None where the box has no such file. As long as ``order`` says, a
    file that is not there yet, or still grows, is looked for again."""
    part = path.with_name(f".{path.name}{_PART}")
    try:
        for waited in pauses(order.seconds):
            with contextlib.suppress(FileNotFoundError):
                part.unlink()
            found = _once(session, name, part, order, is_last=waited >= order.seconds)
            if found is not None:
                _check_disk(part, found)
                os.link(part, path)  # unlike a renaming, it never takes the place of another
                return found
        return None
    except OSError as error:
        raise CmsdeployError(
            f"{path} cannot be written: {error.strerror}",
            "make room, or name another folder; nothing was changed on the boxes",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def _once(session: Session, name: str, part: Path, order: Order, *, is_last: bool) -> _Sum | None:
    """Fetch ``name`` twice. None where there is none, or where it may be whole a little later."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
        first, second = _Summing(file.write), _Summing()
        if not session.copy(name, first.take):
            return None
        file.flush()
        os.fsync(file.fileno())
    for _ in pauses(order.apart):
        pass
    is_there = session.copy(name, second.take)
    if is_there and first.sum == second.sum and first.sum.size:
        return first.sum
    if is_last:
        raise DeviceError(
            f"{name} is not whole: fetched twice, it gave {first.sum.size} and {second.sum.size}"
            " bytes with different sums, or none",
            "look at the free space of the box, and make the backup again",
        )
    return None


def _check_disk(part: Path, wanted: _Sum) -> None:
    kept = _Summing()
    with part.open("rb") as file:
        while piece := file.read(_READ_BACK):
            kept.take(piece)
    if kept.sum != wanted:
        raise OSError(5, "what was written is not what is read back")


def _sums(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _check_new(*paths: Path) -> None:
    for path in paths:
        if os.path.lexists(path):
            raise CmsdeployError(f"{path} exists, and is not overwritten", "name another folder")


def _write_sums(path: Path, sums: dict[str, _Sum]) -> None:
    """As `sha256sum -c` reads it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(_sums(path), flags, 0o600), "w", encoding="ascii") as file:
        file.writelines(f"{found.text}  {name}\n" for name, found in sums.items())
