"""``apply PLAYBOOK`` or ``apply FILE``: carry a plan out, prove it, say how it went."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cmsdeploy.cli.job import Job
from cmsdeploy.cli.listing import listed, listing_options
from cmsdeploy.cli.options import Options, common_options, playbook_options
from cmsdeploy.cli.plan_signature import Approval, signature_options
from cmsdeploy.errors import CmsdeployError, InputError, OptionError, Origin, printable

if TYPE_CHECKING:
    from cmsdeploy.cli.planned import Planned
    from cmsdeploy.cli.progress import Progress
    from cmsdeploy.cli.saved_plan import SavedPlan
    from cmsdeploy.executor.apply import RunReport
    from cmsdeploy.executor.journal import Journal
    from cmsdeploy.model.plan import Plan

__all__ = ["carry_out_job", "command", "run_apply"]


@click.command("apply")
@click.argument("playbook", type=click.Path(path_type=Path))
@playbook_options
@listing_options
@common_options
@click.option("-C", "--check", "is_check", is_flag=True, help="Only plan.")
@click.option("-y", "--yes", "--auto-approve", "is_approved", is_flag=True, help="Ask nothing.")
@click.option("-D", "--diff", is_flag=True, help="Also before and after, object by object.")
@click.option(
    "--backup",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="First back up, into DIR, every box that is changed; else nothing is changed.",
)
@signature_options
def command(playbook: Path, is_check: bool, is_approved: bool, **given: Any) -> int:
    """Carry out PLAYBOOK, or a plan that was saved with `plan -o`."""
    only_listed = listed(playbook, given)
    if only_listed is not None:
        return only_listed
    approval = Approval.of(given)
    options = Options.of({**given, "inventory": _inventory(playbook, given)})
    if is_check:
        from cmsdeploy.cli.commands.plan_command import run_plan

        return run_plan(playbook, options, None, is_detailed=False)
    return run_apply(playbook, options, is_approved, approval=approval)


# What a saved plan was made with; to narrow it afterwards would make it another plan.
_OF_THE_PLAN = ("inventory", "limit", "tags", "skip_tags", "extra_vars")


def _inventory(path: Path, given: Mapping[str, Any]) -> tuple[str, ...]:
    """A saved plan names its inventory itself; anything else needs one."""
    from cmsdeploy.cli.saved_plan import is_saved_plan

    # Whether it needs an inventory, the file alone would tell.
    if not given["inventory"] and not os.path.lexists(path):
        raise InputError(
            "there is no such file", "name a playbook or a saved plan", Origin(str(path))
        )
    if not is_saved_plan(path):
        return tuple(given["inventory"])
    for name in _OF_THE_PLAN:
        if given.get(name):
            raise OptionError(
                f"{path} is a saved plan with its own {name.replace('_', ' ')}",
                "make another plan with `cmsdeploy plan … -o FILE`, or leave the option out",
            )
    return (str(path),)


def run_apply(
    path: Path,
    options: Options,
    is_approved: bool,
    is_plan_shown: bool = True,
    approval: Approval | None = None,
) -> int:
    """Plan, show, ask, carry out, prove; a plan of which ``approval`` wants it must be signed."""
    from cmsdeploy.cli.saved_plan import check_fresh, is_saved_plan, load_plan

    approval = approval or Approval()
    if options.backup is not None:
        from cmsdeploy.executor.backup import check_folder

        check_folder(options.backup)
    saved = load_plan(path, options) if is_saved_plan(path) else None
    approval.check_is_plan(path, saved is not None)
    if saved is not None:
        signer = approval.check(path, saved.content)
        if signer is not None:
            options.console.note(f"signed by {printable(signer, 100)}")
        check_fresh(saved)
        options = saved.options
    playbook = saved.playbook if saved else path
    job = Job.load(playbook, options)
    return carry_out_job(job, saved, is_approved, is_plan_shown, playbook)


def carry_out_job(
    job: Job,
    saved: SavedPlan | None,
    is_approved: bool,
    is_plan_shown: bool = True,
    playbook: Path | None = None,
) -> int:
    """Everything after the ``playbook`` was read: look, plan, show, ask, carry out, prove."""
    from cmsdeploy.cli.places import state_folder
    from cmsdeploy.cli.progress import Progress
    from cmsdeploy.executor.journal import new_journal
    from cmsdeploy.executor.lock import locked

    options, state = job.site.options, state_folder()
    job.load_wire()
    progress = Progress(options.console, options.verbosity, options.is_json)
    with (
        locked(job.hosts.values(), state / "locks", f"apply {playbook or job.title}") as lock,
        new_journal(state / "journal", lock) as journal,
    ):
        run = _Apply(job, saved, is_approved or saved is not None, journal)
        run.is_plan_shown = is_plan_shown and not options.is_json
        run.playbook = playbook
        run.is_anybody_asked = not is_approved and sys.stdin.isatty()
        return run.go(progress)


class _Apply:
    """One apply, from the first look to the last."""

    def __init__(
        self, job: Job, saved: SavedPlan | None, is_approved: bool, journal: Journal
    ) -> None:
        self.job = job
        self.saved = saved
        self.is_approved = is_approved
        self.journal = journal
        self.is_plan_shown = True
        self.is_anybody_asked = False
        self.playbook: Path | None = None
        self.options = job.site.options
        self.console = job.site.options.console

    def go(self, progress: Progress) -> int:
        from cmsdeploy.cli.planned import look_and_plan

        try:
            planned = look_and_plan(self.job, progress, self.journal)
            with closing(planned.observation):
                return self._from_plan(planned)
        except CmsdeployError as error:
            self._result(error.exit_code, str(error).splitlines())
            raise

    def _from_plan(self, planned: Planned) -> int:
        from cmsdeploy.cli.planned import refusal_code, shown
        from cmsdeploy.cli.saved_plan import check_saved
        from cmsdeploy.planning.guard import check_plan_holds

        plan = planned.plan
        if self.saved is not None:
            check_saved(self.saved, plan)
        if self.options.is_json:
            self.console.result([json.dumps({"event": "plan", "plan": plan.as_json()})])
        elif self.is_plan_shown:
            self.console.told(shown(planned, self.options.is_diff))
        code = refusal_code(plan.refusals, dict(planned.observation.look))
        if not plan.steps:
            return self._closing(planned, code)
        check_plan_holds(plan)
        if not self.is_approved:
            planned = self._approved(planned)
        if self.options.backup is not None:
            from cmsdeploy.cli.backups import backed_up

            failed = backed_up(planned, self.options.backup, self.journal, self.options)
            if failed:
                return self._result(failed, ["no backup: nothing was changed"])
        return self._ended(planned, self._walk(planned), code)

    def _approved(self, planned: Planned) -> Planned:
        """Ask once; then look again, because people take their time. Raises when it is a no."""
        from cmsdeploy.cli.planned import plan_again
        from cmsdeploy.errors import RefusedError
        from cmsdeploy.planning.guard import check_same_plan

        if not self.console.confirm("Carry this out?"):
            raise RefusedError("it was not approved: nothing was sent", "")
        again = plan_again(self.job, planned)
        self.journal.check_lock()  # or what the next run did would seem to be the cause
        check_same_plan(planned.plan, again.plan)
        return again

    def _walk(self, planned: Planned) -> RunReport:
        from cmsdeploy.cli.person import going_on
        from cmsdeploy.cli.progress import several
        from cmsdeploy.cli.saved_plan import keep_plan
        from cmsdeploy.executor.walking import carrier_of, walk_plan
        from cmsdeploy.transport.contract import is_outcome_unknown

        plan, progress = planned.plan, planned.progress
        carrier = carrier_of(
            plan,
            planned.observation,
            self.job.stages,
            several([self.journal, progress]),
            self.job.site.redactor,
            is_outcome_unknown,
        )
        carrier.ask = progress.asking(going_on) if self.is_anybody_asked else None
        keep_plan(self.journal.path, plan, self.playbook or Path(self.job.title), self.options)
        with progress.carrying_out(plan):
            return walk_plan(plan, carrier, self.options.forks, self.journal.check_lock)

    def _ended(self, planned: Planned, report: RunReport, code: int) -> int:
        from cmsdeploy.cli.planned import plan_afterwards

        self._say_who_is_left(planned.plan, report)
        for error in report.errors.values():
            for line in str(error).splitlines():
                self.console.error(line)
            code |= error.exit_code
        self._recap(planned, report)
        if report.errors:
            self.console.note(f"journal: {self.journal.path}")
        if report.fatal is not None:
            raise report.fatal
        if report.was_interrupted:
            self.console.error("interrupted; run apply again: it goes on from here")
            return self._result(130, ["interrupted"])
        if report.errors:
            return self._result(code, [str(error) for error in report.errors.values()])
        return self._closing(plan_afterwards(self.job, planned), code)

    def _say_who_is_left(self, plan: Plan, report: RunReport) -> None:
        """Before all else: who may stand stopped, and the one command that goes on from here."""
        from cmsdeploy.report.left import left_lines, left_on_the_way

        results = {identity: result.value for identity, result in report.results.items()}
        name = self.playbook or Path(self.job.title)
        for line in left_lines(left_on_the_way(plan.steps, results), f"cmsdeploy apply {name}"):
            self.console.error(line)

    def _recap(self, planned: Planned, report: RunReport) -> None:
        from cmsdeploy.report.recap import recap, recap_lines

        if self.options.is_json:
            self.console.result([json.dumps(planned.progress.spent_as_json())])
            return
        results = {identity: result.value for identity, result in report.results.items()}
        gone = frozenset(host for host, seen in planned.observation.look.items() if seen.error)
        counted = recap(planned.plan.hosts, planned.plan.steps, results, gone)
        lines = ["", *recap_lines(counted), "", *planned.progress.spent_lines(), ""]
        self.console.result(lines)

    def _result(self, code: int, lines: list[str]) -> int:
        """The last line for programs: how it ended, in the words that people get."""
        if self.options.is_json:
            record = {"event": "result", "exit_code": code, "lines": lines}
            self.console.result([json.dumps(record)])
        return code

    def _closing(self, planned: Planned, code: int) -> int:
        """The last look: the plan must be empty, and nothing may be wrong between the boxes.

        What is wrong with a box that the limit leaves out is shown and does not fail the run.
        """
        from cmsdeploy.cli.commands.verify_command import verdict
        from cmsdeploy.cli.planned import errors_of, waiting_lines
        from cmsdeploy.report.outcome import differences
        from cmsdeploy.report.text import problem_lines

        comparison = planned.comparison
        differs = differences(comparison)
        limit = self.job.site.limited()
        errors = errors_of(comparison.problems)
        wrong = [each for each in errors if limit is None or each.host in limit]
        beyond = [each for each in errors if each not in wrong]
        shown = [each for each in comparison.problems if each not in beyond]
        lines = [*comparison.summary, *problem_lines(shown), *differs]
        lines += [f"note    outside the limit: {line}" for line in problem_lines(beyond)]
        if not (wrong or differs or comparison.plan.refusals or comparison.waiting):
            lines.append(verdict(comparison))
        lines += waiting_lines(comparison)
        code = code or (2 if wrong or differs or comparison.waiting else 0)
        if not self.options.is_json:
            self.console.told(lines)
        return self._result(code, lines)
