"""``journal show``: what a run did, in words; and what nobody knows until the box is asked."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.console import Console
from cmsdeploy.cli.places import state_folder
from cmsdeploy.errors import CmsdeployError, InputError, printable

if TYPE_CHECKING:
    from cmsdeploy.executor.holder import Holder
    from cmsdeploy.executor.journal_reading import OldJournal, Record

__all__ = ["command"]


@click.group("journal")
def command() -> None:
    """What runs have written down."""


@command.command("show")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--json", "is_json", is_flag=True, help="One event a line.")
def show(file: Path | None, is_json: bool) -> int:
    """Tell FILE, or the newest journal, in words. 2 where a part of it is damaged."""
    from cmsdeploy.executor.journal_reading import read_journal

    path = file or _newest(state_folder() / "journal")
    holder = None if is_json else _holder(path)  # before the reading: a run may end in between
    journal = read_journal(path)
    lines = _as_json(journal) if is_json else _in_words(path, journal, holder)
    console = Console()
    (console.result if is_json else console.told)(lines)
    if is_json and journal.damage:
        Console().note(f"{printable(str(path))}: {journal.damage}")
    return 2 if journal.damage else 0


def _holder(path: Path) -> Holder | None:
    """Who carries this run out at this moment; None where nobody does, or nobody can tell."""
    from cmsdeploy.executor.unlocking import held_locks

    with contextlib.suppress(CmsdeployError):
        for held in held_locks(state_folder() / "locks"):
            if held.holder is not None and held.holder.run == path.stem:
                return held.holder
    return None


def _newest(folder: Path) -> Path:
    found = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
    if not found:
        raise InputError(f"there is no journal in {folder}", "name one, or run: cmsdeploy apply")
    return found[-1]


def _as_json(journal: OldJournal) -> Iterator[str]:
    for record in journal.records:
        event = record.event
        told = {"at": record.at, "event": event.kind.value, "host": event.host, "step": event.step}
        yield json.dumps({**told, "text": event.text, "seconds": event.seconds})


def _in_words(path: Path, journal: OldJournal, holder: Holder | None) -> Iterator[str]:
    from cmsdeploy.executor.journal_reading import open_steps

    yield printable(str(path), 500)
    yield from map(_line, journal.records)
    if holder is not None and not journal.has_ended:
        yield f"note    the run goes on: {holder.who}, since {holder.moment}"
        yield f"next: wait; where it hangs: cmsdeploy force-unlock {path.stem}"
        return
    waiting = open_steps(journal)
    for record in waiting:
        yield f"unknown {record.event.host}: {printable(record.event.step)} may be done or not"
    if journal.damage:
        yield f"wrong   {journal.damage}"
    is_cut = journal.has_begun and not journal.has_ended
    if is_cut:
        yield "wrong   the run has no end: it was killed, lost its lock, or this machine stopped"
    if not (journal.has_begun or journal.damage):
        yield "nothing was carried out: the boxes were only looked at"
    if waiting or journal.damage or is_cut:
        yield "next: cmsdeploy plan PLAYBOOK; it looks at the boxes, and apply goes on from there"


def _line(record: Record) -> str:
    event = record.event
    clock = record.at.partition("T")[2][:12]
    took = f"  ({event.seconds:.2f} s)" if event.seconds is not None else ""
    what = " ".join(word for word in (event.step or event.host, printable(event.text)) if word)
    return f"{printable(clock)}  {event.kind.value:<16} {what}{took}"
