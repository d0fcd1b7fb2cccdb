"""Which run is taken back: its journal says what was done, the plan beside it what was before."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.cli.options import Options
from cmsdeploy.cli.saved_plan import KEPT_PLAN, SavedPlan, load_plan
from cmsdeploy.errors import InputError, Origin, RefusedError, printable
from cmsdeploy.executor.backup import STEP as BACKUP
from cmsdeploy.executor.journal_reading import OldJournal, open_steps, read_journal
from cmsdeploy.families import families
from cmsdeploy.model.event import EventKind
from cmsdeploy.model.step import Risk
from cmsdeploy.planning.rollback import DoneStep, Ran, WayBackOfRun, rolled_back
from cmsdeploy.planning.stage import Stage

__all__ = ["OldRun", "check_newest", "newest_run", "old_run", "taken_back"]

# Steps that change nothing: nobody has to take them back.
_IDLE = frozenset({"wait", "pause"})


@dataclass(frozen=True)
class OldRun:
    """``saved`` says with which inventory and playbook it was made; ``backups`` are the files of
    the backups that it made first, by host; ``damage`` is what is wrong with the journal."""

    journal: Path
    saved: SavedPlan
    ran: Ran
    backups: Mapping[str, str]
    damage: str = ""


def _plan_of(journal: Path) -> Path:
    return journal.with_suffix(KEPT_PLAN)


def newest_run(folder: Path) -> Path:
    """The newest journal with a plan beside it. Raises ``InputError`` where there is none."""
    found = [path for path in sorted(folder.glob("*.jsonl")) if _plan_of(path).is_file()]
    if not found:
        raise InputError(f"there is no run in {folder} to take back", "name its journal")
    return found[-1]


def old_run(journal: Path, options: Options) -> OldRun:
    """Read the journal of a run and the plan beside it. Raises ``InputError`` where they are not
    whole or not of one run, ``RefusedError`` where the run cannot be taken back at all."""
    origin = Origin(str(journal))
    told = read_journal(journal)
    if not _plan_of(journal).is_file():
        raise InputError(
            "there is no plan beside this journal: what was before nobody wrote down",
            f"name a journal of `cmsdeploy apply` with its {_plan_of(journal).name}",
            origin,
        )
    saved = load_plan(_plan_of(journal), options)
    started = [r.event.text for r in told.records if r.event.kind is EventKind.RUN_STARTED]
    if started != [saved.body.get("digest")]:
        raise InputError("the plan beside this journal is of another run", "name another", origin)
    if saved.options.rollback is not None:
        raise RefusedError(
            f"{journal.name} took a run back itself",
            f"apply the playbook again: cmsdeploy apply {saved.playbook}",
        )
    ran = Ran(tuple(_done_steps(told, saved)), saved.body["facts"])
    return OldRun(journal, saved, ran, _backups(told), told.damage)


def _done_steps(told: OldJournal, saved: SavedPlan) -> Iterable[DoneStep]:
    sure = {
        record.event.step
        for record in told.records
        if record.event.kind in (EventKind.STEP_DONE, EventKind.STEP_PROVED)
    }
    maybe = {record.event.step for record in open_steps(told)} - sure
    for step in saved.body["steps"]:
        if step["action"] not in _IDLE and step["id"] in sure | maybe:
            is_sure = step["id"] in sure
            host, cluster, family = step["host"], step["cluster"], step["family"]
            yield DoneStep(step["id"], host, cluster, family, step["line"], is_sure)


def _backups(told: OldJournal) -> dict[str, str]:
    return {
        record.event.host: record.event.text
        for record in told.records
        if record.event.kind is EventKind.STEP_DONE and record.event.step.endswith(f"/{BACKUP}")
    }


def check_newest(run: OldRun) -> None:
    """Raise ``RefusedError`` where a later run changed a box of this one: what was before this run
    is not what was before that one."""
    hosts = {step.host for step in run.ran.steps}
    for path in sorted(run.journal.parent.glob("*.jsonl")):
        # A backup and a drill leave a journal without a plan: they leave nothing to take back.
        if path.name <= run.journal.name or not _plan_of(path).is_file():
            continue
        with contextlib.suppress(InputError):
            changed = hosts & _changed(read_journal(path))
            if changed:
                raise RefusedError(
                    f"a later run, {path.name}, changed {', '.join(sorted(changed))}",
                    "take the newest run back first, or apply a playbook that wants what was",
                )


def _changed(told: OldJournal) -> set[str]:
    kinds = (EventKind.STEP_DONE, EventKind.STEP_UNKNOWN)
    events = [record.event for record in told.records if record.event.kind in kinds]
    return {event.host for event in events if not event.step.endswith(f"/{BACKUP}")}


def taken_back(stages: Sequence[Stage], options: Options) -> WayBackOfRun:
    """What the stages of the playbook become where ``options`` name a run to take back."""
    if options.rollback is None:
        raise RefusedError("no run is named", "name its journal")
    run = old_run(options.rollback, options)
    check_newest(run)
    try:
        allowed = frozenset(Risk(word) for word in options.rollback_allows)
    except ValueError:
        words = printable(", ".join(options.rollback_allows), 80)
        raise InputError(f"{words} is no risk", "allow disruptive or destructive") from None
    return rolled_back(stages, run.ran, allowed, families())
