"""``force-unlock ID``: the locks of a run that hangs are taken away; a next one may start."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.console import Console
from cmsdeploy.cli.places import state_folder
from cmsdeploy.errors import OptionError, RefusedError, printable

if TYPE_CHECKING:
    from cmsdeploy.executor.holder import Holder
    from cmsdeploy.executor.unlocking import HeldLock

__all__ = ["command"]

_PROCESSES = Path("/proc")
_MOST_BOXES = 10


@click.command("force-unlock")
@click.argument("run", metavar="ID", required=False)
@click.option("-y", "--yes", "is_approved", is_flag=True, help="Ask nothing.")
def command(run: str | None, is_approved: bool) -> int:
    """Take the locks of the run ID away, whose process hangs or whose terminal is lost.

    ID is the whole id, as the message "another run works on ..." shows it. A run that has ended
    holds no lock. One that has lost its locks announces no further change, and ends with 9; what it
    had announced may still go out, so end its process as well.
    """
    from cmsdeploy.executor.holder import this_run
    from cmsdeploy.executor.unlocking import held_locks, take_away

    console, state = Console(), state_folder()
    locks = held_locks(state / "locks")
    holders = [held.holder for held in locks if held.holder is not None and held.holder.run == run]
    if run is None or not holders:
        raise _no_such(run, locks, state / "locks")
    for line in _told(holders, state):
        console.note(line)
    if not is_approved and not console.confirm("Take its locks away?"):
        raise RefusedError("it was not approved: the run keeps its locks", "")
    taken = take_away(state / "locks", run, this_run("force-unlock"))
    if taken:
        console.result(
            [f"taken away from {printable(run)}: {_boxes(taken)}", _afterwards(taken[0])]
        )
    else:
        console.result([f"{printable(run)} has ended by itself: no lock is left of it"])
    return 0


def _afterwards(holder: Holder) -> str:
    """The gap that no lock closes: a process that was stopped between announcing and sending."""
    machine = printable(holder.machine, 100)
    return (
        "It announces no further change. The one that it had announced may be done or not, and"
        f" could still come late: before the next run, end its process on {machine}"
        f" (kill -KILL {holder.process})."
    )


def _no_such(run: str | None, locks: Sequence[HeldLock], folder: Path) -> OptionError:
    cause = (
        "the whole id of a run is needed: whoever is kept out is told it"
        if run is None
        else f"no run {printable(run, 80)!r} holds a lock in {folder}"
    )
    held = dict.fromkeys(map(_named, locks))
    if held:
        return OptionError(cause, f"locks are held by {'; '.join(held)}")
    return OptionError(
        cause,
        f"no run at all holds one in {folder}: start yours, or name another place with"
        " CMSDEPLOY_STATE",
    )


def _named(lock: HeldLock) -> str:
    holder = lock.holder
    if holder is None:
        return f"{lock.text} (an older cmsdeploy without an id: end the process)"
    return f"{printable(holder.run, 80)} ({holder.who})"


def _boxes(holders: Sequence[Holder]) -> str:
    named = [printable(one.box) for one in holders[:_MOST_BOXES]]
    more = len(holders) - len(named)
    return ", ".join([*named, *([f"and {more} more"] if more else [])])


def _told(holders: Sequence[Holder], state: Path) -> Iterator[str]:
    """What a person decides by: who it is, and whether it still does anything."""
    first = holders[0]
    work = f": {printable(first.work, 200)}" if first.work else ""
    yield f"run {printable(first.run, 80)}{work}"
    lasted = _lasted(_seconds_of(first.since))
    yield f"  by {first.who}, since {first.moment}{f' ({lasted})' if lasted else ''}"
    yield f"  holds {_boxes(holders)}"
    journal = state / "journal" / f"{first.run}.jsonl"
    # A name out of a file leads nowhere else.
    if journal.name == f"{first.run}.jsonl" and journal.is_file():
        lasted = _lasted(journal.stat().st_mtime)
        silence = f"has said nothing for {lasted}" if lasted else "tells more"
        yield f"  its journal {silence}: cmsdeploy journal show {printable(str(journal))}"
    if _is_stopped(first):
        yield f"  its process is stopped (Ctrl-Z?); this lets it go on: kill -CONT {first.process}"


def _seconds_of(since: str) -> float | None:
    try:
        return datetime.fromisoformat(since.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


def _lasted(moment: float | None) -> str:
    """How long ago that was; nothing where no clock tells."""
    passed = -1.0 if moment is None else datetime.now(timezone.utc).timestamp() - moment
    minutes, seconds = divmod(int(passed), 60)
    if passed < 0:
        return ""
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def _is_stopped(holder: Holder) -> bool:
    """Whether somebody has stopped the process, as far as this machine can tell."""
    if holder.machine != os.uname().nodename:
        return False
    try:
        status = (_PROCESSES / str(holder.process) / "stat").read_text(errors="replace")
    except OSError:
        return False
    # The name of the program stands in brackets and may hold anything.
    return status.rpartition(")")[2].split()[:1] in (["T"], ["t"])
