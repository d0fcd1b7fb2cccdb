"""A plan in a file: what was looked at, so that exactly that is carried out, or nothing.

The file is never executed. ``apply FILE`` reads the same inventory and playbook again, looks at the
boxes again, and carries out its *own* plan, if that has the digest of the file. So a file that was
changed in what it says, or a box that moved, ends in exit code 8 and no command.

The file carries a sum of its own bytes, against accidents and careless edits: who can write the
file can mend the sum. Against people there are signatures (``plan_signature``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from cmsdeploy.cli.options import Options
from cmsdeploy.cli.plan_by_hand import Json, by_hand
from cmsdeploy.cli.private_file import write_private
from cmsdeploy.errors import CmsdeployError, InputError, Origin, StalePlanError
from cmsdeploy.model.plan import PLAN_VERSION, Plan
from cmsdeploy.planning.guard import moved_fact

__all__ = [
    "KEPT_PLAN",
    "VALID_HOURS",
    "SavedPlan",
    "check_fresh",
    "check_saved",
    "is_saved_plan",
    "keep_plan",
    "load_plan",
    "save_plan",
]

# A week: enough for a second person to look at it before the change window.
VALID_HOURS = 168.0
# Beside the journal of a run lies its plan: a runbook is filled from both, a run taken back.
KEPT_PLAN = ".plan"
_SKEW = timedelta(minutes=5)
_FORMAT = "cmsdeploy plan"
_SUM = b',\n "sum": "'
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class SavedPlan:
    """``body`` is the published JSON of the plan, ``content`` the bytes that were read, ``by_hand``
    what only people need of it (``plan_by_hand``)."""

    path: Path
    playbook: Path
    options: Options
    body: dict[str, Any]
    content: bytes = b""
    made_at: datetime | None = None
    expires_at: datetime | None = None
    by_hand: Mapping[str, Json] = field(default_factory=dict)


def save_plan(
    path: Path,
    plan: Plan,
    playbook: Path,
    options: Options,
    valid_hours: float = VALID_HOURS,
) -> None:
    """Write ``path``, born 0600; an existing file is not overwritten."""
    made_at = datetime.now(timezone.utc)
    record = {
        "format": _FORMAT,
        "made_at": made_at.isoformat(timespec="seconds"),
        "expires_at": (made_at + timedelta(hours=valid_hours)).isoformat(timespec="seconds"),
        "playbook": str(playbook.absolute()),
        "inventory": [str(place.absolute()) for place in options.inventory],
        "limit": options.limit,
        "tags": list(options.tags),
        "skip_tags": list(options.skip_tags),
        "start_at_task": options.start_at,
        "extra_vars": list(options.extra),
        "repair": options.is_repair,
        **_rollback(options),
        "plan": plan.as_json(),
        "by_hand": by_hand(plan),
    }
    write_private(path, _summed(json.dumps(record, indent=1).encode()).decode())


def keep_plan(journal: Path, plan: Plan, playbook: Path, options: Options) -> None:
    """Write the plan of a run beside its journal: reports and the way back are made from both."""
    try:
        save_plan(journal.with_suffix(KEPT_PLAN), plan, playbook, options)
    except InputError as error:
        raise CmsdeployError(
            f"nothing was sent: the plan cannot be kept beside its journal: {error.cause}",
            "make room there, or give another place with CMSDEPLOY_STATE",
        ) from None


def _rollback(options: Options) -> dict[str, object]:
    if options.rollback is None:
        return {}
    allows = list(options.rollback_allows)
    return {"rollback": {"journal": str(options.rollback.absolute()), "allow": allows}}


def _summed(text: bytes) -> bytes:
    """A JSON object with the sum of all that comes before it as its last member."""
    head = text.removesuffix(b"\n}")
    return head + _SUM + _sum(head) + b'"\n}\n'


def _sum(head: bytes) -> bytes:
    return b"sha256:" + hashlib.sha256(head).hexdigest().encode()


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
        content = path.read_bytes()
        _check_sum(path, content)
        record = json.loads(content.decode("utf-8"))
        if record["format"] != _FORMAT or record["plan"]["version"] != PLAN_VERSION:
            raise ValueError
        rollback = record.get("rollback")
        made_with = replace(
            options,
            inventory=tuple(Path(place) for place in record["inventory"]),
            limit=record["limit"],
            tags=tuple(record["tags"]),
            skip_tags=tuple(record["skip_tags"]),
            start_at=record.get("start_at_task"),
            extra=tuple(record["extra_vars"]),
            is_repair=record.get("repair", False) is True,
            rollback=Path(rollback["journal"]) if rollback else None,
            rollback_allows=tuple(rollback["allow"]) if rollback else (),
        )
        return SavedPlan(
            path,
            Path(record["playbook"]),
            made_with,
            record["plan"],
            content,
            _moment(record["made_at"]),
            _moment(record["expires_at"]),
            record.get("by_hand", {}),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            "this is no plan of this version of cmsdeploy",
            "make one with: cmsdeploy plan PLAYBOOK -o FILE",
            Origin(str(path)),
        ) from None


def _moment(text: str) -> datetime:
    """Raises ``ValueError`` where it has no zone: nobody knows then when it was."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment


def _check_sum(path: Path, content: bytes) -> None:
    """Raise ``StalePlanError`` where a byte is not as it was written, ``ValueError`` where there is
    no sum at all."""
    head, mark, _ = content.rpartition(_SUM)
    if not mark:
        raise ValueError("no sum")
    if _summed(head + b"\n}") != content:
        raise StalePlanError(
            f"{path} was changed after it was saved", "make a new plan and look at it again"
        )


def check_fresh(saved: SavedPlan, now: datetime | None = None) -> None:
    """Raise ``StalePlanError`` where the plan is older than it may be, or from the future."""
    moment = now or datetime.now(timezone.utc)
    if saved.expires_at is not None and moment > saved.expires_at:
        raise StalePlanError(
            f"{saved.path} was valid until {saved.expires_at:%Y-%m-%d %H:%M} UTC",
            "make a new plan and look at it again; --valid-for gives it more hours",
        )
    if saved.made_at is not None and moment < saved.made_at - _SKEW:
        raise StalePlanError(
            f"{saved.path} was made at {saved.made_at:%Y-%m-%d %H:%M} UTC, which is to come",
            "set the clock of this machine, or make a new plan",
        )


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
