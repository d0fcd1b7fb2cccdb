"""``drill PLAYBOOK [CLUSTER]``: the leader is stopped for a while, on purpose, and timed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.job import Job
from cmsdeploy.cli.options import Options, common_options
from cmsdeploy.errors import HostError, InputError, LockLostError, RefusedError, printable

if TYPE_CHECKING:
    from cmsdeploy.cli.planned import Planned
    from cmsdeploy.executor.journal import Journal
    from cmsdeploy.model.drill import Drilled
    from cmsdeploy.planning.drill import Rehearsal

__all__ = ["command"]

_PERMISSION = "--yes-stop-the-leader"


@click.command("drill")
@click.argument("playbook", type=click.Path(path_type=Path))
@click.argument("cluster", required=False)
@common_options
@click.option(_PERMISSION, "is_allowed", is_flag=True, help="Without it nothing is stopped.")
@click.option("-y", "--yes", "is_approved", is_flag=True, help="Ask nothing.")
@click.option(
    "--within",
    type=click.FloatRange(1, 3600),
    default=180.0,
    metavar="SECONDS",
    help="How long taking over, and coming back, may take (180).",
)
@click.option(
    "--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write JUnit's XML as well."
)
def command(
    playbook: Path,
    cluster: str | None,
    is_allowed: bool,
    is_approved: bool,
    within: float,
    junit: Path | None,
    **given: object,
) -> int:
    """Stop the leader of CLUSTER, time the election and the logins, start it again, verify.

    Logins on that server move or drop meanwhile. It is refused where anything is not as PLAYBOOK
    promises, with fewer than three servers, and while another run works on them. Ctrl-C starts the
    leader again.
    """
    from cmsdeploy.cli.places import state_folder
    from cmsdeploy.executor.journal import new_journal
    from cmsdeploy.executor.lock import locked

    options = Options.of(given)
    if not is_allowed:
        raise RefusedError(
            "a drill stops the leader of a live cluster", f"choose a window, and add {_PERMISSION}"
        )
    if junit is not None and junit.exists():
        raise InputError(f"{junit} exists", "name another file")
    job, state = Job.load(playbook, options), state_folder()
    with (
        locked(job.hosts.values(), state / "locks", f"drill {job.title}") as lock,
        new_journal(state / "journal", lock) as journal,
    ):
        drill = _Drill(job, cluster, within, journal, is_approved)
        return drill.go(junit)


class _Drill:
    """One drill, from the first look to the last."""

    def __init__(
        self, job: Job, cluster: str | None, within: float, journal: Journal, is_approved: bool
    ) -> None:
        self.job = job
        self.cluster = cluster
        self.within = within
        self.journal = journal
        self.is_approved = is_approved
        self.console = job.site.options.console

    def go(self, junit: Path | None) -> int:
        from cmsdeploy.cli.planned import look_and_plan, plan_again
        from cmsdeploy.cli.progress import Progress

        options = self.job.site.options
        progress = Progress(options.console, options.verbosity, is_json=False)
        planned = look_and_plan(self.job, progress, self.journal)
        try:
            found = self._rehearsal(planned)
            host, drill = found.drill.host, found.drill
            self.console.note(
                f"cluster {printable(drill.cluster)}: the leader is {host}; {drill.stop.line} is"
                f" sent to it, and {drill.start.line} when the others have taken over"
            )
            self.console.note(f"if this machine dies meanwhile, type on {host}: {drill.start.line}")
            if not self.is_approved:
                if not self.console.confirm(f"Stop the leader {host} now?"):
                    raise RefusedError("it was not approved: nothing was sent", "")
                planned = plan_again(self.job, planned)
                self.journal.check_lock()
                found = self._rehearsal(planned)
            drilled = self._held(found, planned)
            return self._told(drilled, plan_again(self.job, planned), junit)
        finally:
            planned.observation.close()

    def _rehearsal(self, planned: Planned) -> Rehearsal:
        """What to do. Raises ``RefusedError`` where anything is not as promised."""
        from cmsdeploy.planning.drill import rehearsal

        wrong = _wrong(planned)
        if wrong:
            self.console.result(wrong)
            raise RefusedError(
                "not everything is as promised, so nothing is stopped",
                "mend it first: cmsdeploy doctor",
            )
        return rehearsal(self.job.stages, planned.observation.look, self.cluster)

    def _held(self, found: Rehearsal, planned: Planned) -> Drilled:
        from cmsdeploy.executor.drill import Driller
        from cmsdeploy.model.event import Event, EventKind

        driller = Driller(found, planned.observation.boxes, self.journal, self.within)
        self.journal(Event(EventKind.RUN_STARTED, text=f"drill of {found.drill.cluster}"))
        try:
            drilled = driller.hold()
        except (KeyboardInterrupt, LockLostError):
            host, line = found.drill.host, found.drill.start.line
            self.console.error(f"{host} may be stopped: type there: {line}; or apply the playbook")
            raise
        self.journal(Event(EventKind.RUN_ENDED))
        return drilled

    def _told(self, drilled: Drilled, after: Planned, junit: Path | None) -> int:
        from cmsdeploy.report.drilled import drilled_as_json, drilled_lines, drilled_promises

        wrong = _wrong(after)
        code = 0 if drilled.is_well and not wrong else HostError.exit_code
        code = 130 if drilled.was_interrupted else code
        if self.job.site.options.is_json:
            told = {**drilled_as_json(drilled), "wrong": wrong, "exit_code": code}
            self.console.result([json.dumps(told, indent=2)])
        else:
            end = wrong or ["All is as promised."]
            self.console.result([*drilled_lines(drilled), *end])
        if junit is not None:
            from cmsdeploy.cli.private_file import write_private
            from cmsdeploy.report.junit import junit_lines

            lines = junit_lines(drilled_promises(drilled), f"drill of {self.job.title}")
            write_private(junit, "\n".join(lines) + "\n")
        return code


def _wrong(planned: Planned) -> list[str]:
    """One line for each thing that is not as promised."""
    from cmsdeploy.cli.commands.verify_command import Standing
    from cmsdeploy.cli.planned import errors_of

    comparison = planned.comparison
    is_well = not (comparison.plan.steps or comparison.plan.refusals or comparison.drift)
    if is_well and not errors_of(comparison.problems):
        return []
    return Standing(comparison, (), HostError.exit_code).wrong
