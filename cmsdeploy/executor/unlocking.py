"""Locks that are held, and taking those of one run away from it: a person says that it hangs.

The run keeps its open files, and the paths lead to them no longer. It finds that out before its
next change; what it has sent by then is not called back.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.errors import CmsdeployError, printable
from cmsdeploy.executor.holder import LARGEST, Holder, holder_of
from cmsdeploy.executor.lock import gate, is_got, opened

__all__ = ["HeldLock", "held_locks", "take_away"]


@dataclass(frozen=True)
class HeldLock:
    """``holder`` is None where the file does not tell: an older version, which could not notice a
    loss either. ``text`` is what it tells then, printable."""

    path: Path
    holder: Holder | None
    text: str = ""


def held_locks(folder: Path) -> tuple[HeldLock, ...]:
    """Every lock in ``folder`` that a process holds at this moment, by box. Raises
    ``CmsdeployError`` where that cannot be seen."""
    if not folder.is_dir():
        return ()
    with gate(folder):
        found = [held for path in sorted(folder.glob("*.lock")) for held in _held(path)]
    return tuple(sorted(found, key=lambda held: held.holder.box if held.holder else held.text))


def take_away(folder: Path, run: str, taker: Holder) -> tuple[Holder, ...]:
    """Take the locks of ``run`` away; gives the holder of each, by box, none where it has ended.

    The gate is held all the while: nobody can take a lock between our look at who holds it and its
    removal. A normal end in between does no harm: then a file goes that nobody holds.
    """
    taken = []
    with gate(folder):
        for path in sorted(folder.glob("*.lock")):
            for held in _held(path):
                if held.holder is not None and held.holder.run == run:
                    _remove(path, taker)
                    taken.append(held.holder)
    return tuple(sorted(taken, key=lambda holder: holder.box))


def _held(path: Path) -> Iterator[HeldLock]:
    """The lock of ``path``, if somebody holds it; the gate is ours."""
    with _opened(path) as descriptor:
        if descriptor is None or is_got(descriptor):
            return
        first = os.pread(descriptor, LARGEST, 0).partition(b"\n")[0]
        text = printable(first.decode("utf-8", "replace").strip(), 100)
        yield HeldLock(path, holder_of(first), text or "it does not say who")


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    try:
        descriptor = opened(path, flags=0)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _remove(path: Path, taker: Holder) -> None:
    # Who has lost it still reads this file, and nobody else can.
    with contextlib.suppress(OSError, CmsdeployError), _opened(path) as descriptor:
        if descriptor is not None:
            os.pwrite(descriptor, taker.at(""), os.fstat(descriptor).st_size)
    try:
        path.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise CmsdeployError(
            f"the lock {path} cannot be taken away: {error.strerror}",
            "make its folder writable, then run it again",
        ) from error
