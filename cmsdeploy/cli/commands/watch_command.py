"""``watch PLAYBOOK``: verify again and again, and say what has changed."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.commands.verify_command import expiry_option
from cmsdeploy.cli.options import Options, common_options, playbook_options

if TYPE_CHECKING:
    from cmsdeploy.cli.commands.verify_command import Standing
    from cmsdeploy.cli.console import Console

__all__ = ["command"]

_UNREACHABLE = 4


@click.command("watch")
@click.argument("playbook", type=click.Path(path_type=Path))
@playbook_options
@common_options
@expiry_option
@click.option(
    "--every",
    type=click.FloatRange(1, 86400),
    default=300.0,
    metavar="SECONDS",
    help="Seconds between the beginnings of two looks (300).",
)
@click.option("--once", "is_once", is_flag=True, help="One look; the exit code of verify.")
@click.option(
    "--until-drift", is_flag=True, help="End with 2 at the first look that is not as promised."
)
def command(
    playbook: Path,
    expires_within: int | None,
    every: float,
    is_once: bool,
    until_drift: bool,
    **given: object,
) -> int:
    """Verify PLAYBOOK again and again: one line a look, and what has changed since the last.

    Only reads are sent. A box that is not reached is told and does not end the watch. Ctrl-C ends
    it.
    """
    from cmsdeploy.cli.commands.verify_command import look_once
    from cmsdeploy.cli.job import Job

    options = Options.of(given)
    job = Job.load(playbook, options, is_only_read=True)
    log = _Log(options.console, options.is_json)
    while True:
        began = time.monotonic()
        seen = look_once(job, expires_within)
        log.tell(seen, time.monotonic() - began)
        if is_once or (until_drift and seen.code & ~_UNREACHABLE):
            return seen.code
        time.sleep(max(every - (time.monotonic() - began), 0.0))


@dataclass
class _Log:
    """``before`` is what was wrong at the last look, None before the first."""

    console: Console
    is_json: bool
    before: list[str] | None = field(default=None)

    def tell(self, seen: Standing, seconds: float) -> None:
        """One line for the look; then what is wrong since, and what is not any more."""
        now = list(dict.fromkeys(seen.wrong))
        new = [line for line in now if line not in (self.before or ())]
        over = [line for line in self.before or () if line not in now]
        self.before = now
        moment = datetime.now(timezone.utc)
        if self.is_json:
            told = {"exit_code": seen.code, "wrong": now, "new": new, "over": over}
            # As in the events of a run.
            clock = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            record = {"time": clock, "seconds": round(seconds, 3), **told}
            self.console.result([json.dumps(record)])
            return
        words = "as promised" if not seen.code else f"not as promised: {len(now)} in all"
        lines = [*(f"+ {line}" for line in new), *(f"- {line}" for line in over)]
        clock = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        self.console.result([f"{clock}  {words}  ({seconds:.1f} s)", *lines])
