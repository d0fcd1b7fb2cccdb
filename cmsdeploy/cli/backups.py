"""Backups of several boxes at once, for `backup` and for `apply --backup`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.errors import CmsdeployError, LockLostError, printable
from cmsdeploy.executor.backup import Backup, Order, back_up, check_folder, left_parts
from cmsdeploy.model.event import Listener
from cmsdeploy.session.contract import Session

if TYPE_CHECKING:
    from cmsdeploy.cli.options import Options
    from cmsdeploy.cli.planned import Planned

__all__ = [
    "WARNING",
    "back_up_all",
    "backed_up",
    "backup_name",
    "error_lines",
    "left_notes",
    "table",
]

WARNING = (
    "A backup holds every key, secret and password of its box, in clear: keep it like the box"
    " itself. On the boxes they stay until somebody deletes them."
)


def backup_name() -> str:
    """The name on the boxes: letters, digits and dashes, nothing else is known to be taken."""
    return f"cmsdeploy-{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}"


def back_up_all(
    sessions: Mapping[str, Session],
    order: Order,
    listener: Listener,
    forks: int,
) -> dict[str, Backup | CmsdeployError]:
    """Back every box up, side by side: the backup of each, or why there is none."""
    check_folder(order.folder)

    def one(host: str) -> Backup | CmsdeployError:
        try:
            return back_up(sessions[host], host, order, listener)
        except CmsdeployError as error:
            return error

    workers = max(1, min(forks, len(sessions)))
    with ThreadPoolExecutor(max_workers=workers) as pool, _let_go(pool, sessions):
        return dict(zip(sessions, pool.map(one, sessions), strict=True))


@contextmanager
def _let_go(pool: ThreadPoolExecutor, sessions: Mapping[str, Session]) -> Iterator[None]:
    """At Ctrl-C nobody waits for the end of a fetch: it is only a copy."""
    try:
        yield
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        for session in sessions.values():
            session.close()
        raise


def left_notes(folder: Path) -> list[str]:
    """A line for each half of a backup that lies in ``folder``. It is deleted by nobody but a
    person: another run may be fetching it at this moment."""
    return [
        f"left of a backup that was killed, unless one still runs: {printable(str(path))}; it may"
        " hold secrets, delete it"
        for path in left_parts(folder)
    ]


def table(made: dict[str, Backup | CmsdeployError]) -> list[str]:
    """One line for each box."""
    rows = [
        (
            host,
            f"{found.size:,}".replace(",", " "),
            f"{found.seconds:.1f} s",
            "size and sum agree" + ("" if found.has_description else "; the box made no .json"),
            str(found.path),
        )
        for host, found in made.items()
        if isinstance(found, Backup)
    ]
    rows = [("box", "bytes", "took", "seen", "file"), *rows] if rows else []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ([f"{c:<{w}}" for c, w in zip(row, widths, strict=True)] for row in rows)
    return ["  ".join(row).rstrip() for row in padded]


def error_lines(made: dict[str, Backup | CmsdeployError]) -> tuple[int, list[str]]:
    """The exit code, and what went wrong on which box; 0 and nothing where nothing did."""
    code, lines = 0, []
    for host, found in made.items():
        if isinstance(found, CmsdeployError):
            code |= found.exit_code
            told = str(found).splitlines()
            lines += told if told[0].startswith(host) else [f"{host}: {told[0]}", *told[1:]]
    if any(isinstance(found, LockLostError) for found in made.values()):
        code = LockLostError.exit_code
    return code, lines


def backed_up(planned: Planned, folder: Path, listener: Listener, options: Options) -> int:
    """Back up every box that the plan has a step for, and tell people; gives the exit code."""
    boxes = planned.observation.boxes
    hosts = dict.fromkeys(step.host for step in planned.plan.steps)
    sessions = {host: boxes[host].session for host in hosts}
    for line in left_notes(folder):
        options.console.note(line)
    made = back_up_all(sessions, Order(folder, backup_name()), listener, options.forks)
    code, wrong = error_lines(made)
    failed = [*wrong, "not every box has its backup: nothing was changed"]
    for line in failed if code else [*table(made), WARNING]:
        options.console.note(line)
    return code
