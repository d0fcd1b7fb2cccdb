"""A plan in a file: what was looked at, so that exactly that is carried out, or nothing.

The file is never executed. ``apply FILE`` reads the same inventory and playbook again, looks at the
boxes again, and carries out its *own* plan, if that has the digest of the file. So a file that was
changed in what it says, or a box that moved, ends in exit code 8 and no command.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cmsdeploy.cli.options import Options
from cmsdeploy.errors import InputError, Origin, StalePlanError
from cmsdeploy.model.plan import PLAN_VERSION, Plan
from cmsdeploy.planning.guard import moved_fact

__all__ = ["SavedPlan", "check_saved", "is_saved_plan", "load_plan", "save_plan"]

_FORMAT = "cmsdeploy plan"
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class SavedPlan:
    """``body`` is the published JSON of the plan."""

    path: Path
    playbook: Path
    options: Options
    body: dict[str, Any]


def save_plan(path: Path, plan: Plan, playbook: Path, options: Options) -> None:
    """Write ``path``, born 0600; an existing file is not overwritten."""
    record = {
        "format": _FORMAT,
        "playbook": str(playbook.absolute()),
        "inventory": [str(place.absolute()) for place in options.inventory],
        "limit": options.limit,
        "tags": list(options.tags),
        "skip_tags": list(options.skip_tags),
        "start_at_task": options.start_at,
        "extra_vars": list(options.extra),
        "plan": plan.as_json(),
    }
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            json.dump(record, file, indent=1)
            file.write("\n")
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}", "name a new file"
        ) from error


def is_saved_plan(path: Path) -> bool:
    """Whether ``path`` begins like a saved plan rather than like a playbook."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return False
        with path.open("rb") as file:
            return file.read(64).lstrip()[:1] == b"{"
    except OSError:
        return False


def load_plan(path: Path, options: Options) -> SavedPlan:
    """Read a saved plan; what it was made with overrides ``options``."""
    try:
        status = path.stat()
        if status.st_size > _LARGEST:
            raise ValueError
        if status.st_mode & 0o077:
            options.console.note(
                f"warning: {path} can be read by others (mode {status.st_mode & 0o777:04o})"
            )
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["format"] != _FORMAT or record["plan"]["version"] != PLAN_VERSION:
            raise ValueError
        made_with = replace(
            options,
            inventory=tuple(Path(place) for place in record["inventory"]),
            limit=record["limit"],
            tags=tuple(record["tags"]),
            skip_tags=tuple(record["skip_tags"]),
            start_at=record.get("start_at_task"),
            extra=tuple(record["extra_vars"]),
        )
        return SavedPlan(path, Path(record["playbook"]), made_with, record["plan"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            "this is no plan of this version of cmsdeploy",
            "make one with: cmsdeploy plan PLAYBOOK -o FILE",
            Origin(str(path)),
        ) from None


def check_saved(saved: SavedPlan, now: Plan) -> None:
    """Raise ``StalePlanError``, naming the fact that moved, unless ``now`` is the saved plan."""
    body = now.as_json()
    if saved.body == body:
        return
    raise StalePlanError(
        moved_fact(saved.body.get("facts", {}), body["facts"])
        or f"{saved.path} is not the plan of this inventory and playbook any more",
        "make a new plan and look at it again",
    )
