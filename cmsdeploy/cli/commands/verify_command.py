"""``verify PLAYBOOK``: is what was promised so? Only reads are sent."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cmsdeploy.cli.job import Job
from cmsdeploy.cli.options import Options, common_options, playbook_options
from cmsdeploy.cli.report_file import ReportFile, Told, report_options
from cmsdeploy.errors import HostError, UnreachableError
from cmsdeploy.report.outcome import differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cmsdeploy.cli.planned import Planned
    from cmsdeploy.model.step import Problem
    from cmsdeploy.planning.compare import Comparison
    from cmsdeploy.planning.promises import Promise
    from cmsdeploy.planning.tables import Table

__all__ = ["Standing", "command", "expiry_option", "look_once", "run_verify", "verdict"]

# Where there is no terminal to ask for its width: what a mail and a ticket show without wrapping.
_WIDTH = 100
_NARROWEST = 40


expiry_option = click.option(
    "--expires-within",
    type=click.IntRange(1, 3650),
    metavar="DAYS",
    help="A certificate in service that lasts for less is wrong.",
)


@click.command("verify")
@click.argument("playbook", type=click.Path(path_type=Path))
@playbook_options
@common_options
@click.option(
    "--junit",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write JUnit's XML as well, a case for every sentence of every box.",
)
@report_options
@expiry_option
def command(playbook: Path, junit: Path | None, expires_within: int | None, **given: Any) -> int:
    """Prove the state that PLAYBOOK promises, by settings and by what boxes say of each other."""
    asked = ReportFile.of(given)
    return run_verify(playbook, Options.of(given), junit, asked, expires_within)


@dataclass(frozen=True)
class Standing:
    """How things stand after one look; ``code`` is what `verify` ends with."""

    comparison: Comparison
    tables: Sequence[Table]
    code: int

    @property
    def wrong(self) -> list[str]:
        """One line for each thing that is not as promised."""
        from cmsdeploy.report.text import problem_lines, refusal_lines

        refusals = self.comparison.plan.refusals
        told = {(refusal.host, refusal.rule) for refusal in refusals}
        others = [one for one in self.comparison.problems if (one.host, one.rule) not in told]
        problems = problem_lines(others)
        return [*refusal_lines(refusals), *problems, *differences(self.comparison)]


def look_once(job: Job, expires_within: int | None = None) -> Standing:
    """Look and compare; a certificate in service has to last ``expires_within`` days."""
    from cmsdeploy.cli.planned import look_and_plan
    from cmsdeploy.cli.progress import Progress
    from cmsdeploy.planning.tables import standing

    options = job.site.options
    planned = look_and_plan(job, Progress(options.console, options.verbosity, is_json=False))
    planned.observation.close()
    found = [*planned.comparison.problems, *job.notes]
    if expires_within is not None:
        from cmsdeploy.cli.expiry import expiring

        found += expiring(job, planned.observation, expires_within)
    comparison = replace(planned.comparison, problems=tuple(found))
    tables = standing(job.stages, planned.observation.look, job.registry, comparison)
    code = _exit_code(replace(planned, comparison=comparison), tables)
    return Standing(comparison, tables, code)


def run_verify(
    playbook: Path,
    options: Options,
    junit: Path | None = None,
    report: ReportFile | None = None,
    expires_within: int | None = None,
) -> int:
    """Look, compare, and show how things stand."""
    job = Job.load(playbook, options, is_only_read=True)
    seen = look_once(job, expires_within)
    comparison, tables, code = seen.comparison, seen.tables, seen.code
    if options.is_json:
        from cmsdeploy.report.verified import verified_as_json

        differs = differences(comparison)
        answer = verified_as_json(comparison, tables, _promised(job, comparison), differs, code)
        options.console.result([json.dumps(answer, indent=2)])
    else:
        options.console.told(_lines(seen))
    if junit is not None:
        _write_junit(junit, job, comparison)
    if report is not None:
        wrong = [*comparison.problems, *_untrue(comparison)]
        report.write(comparison, job, playbook, Told("verify", tables, wrong))
    return code


def _lines(seen: Standing) -> list[str]:
    from cmsdeploy.report.tables import table_lines

    comparison = seen.comparison
    width = max(shutil.get_terminal_size((_WIDTH, 24)).columns, _NARROWEST)
    # What is indented goes into detail, which the tables have already.
    summary = [line for line in comparison.summary if not line.startswith(" ")]
    tables = table_lines(seen.tables, width)
    lines = [*summary, *([""] if summary else []), *tables, "", *seen.wrong]
    is_well = not (comparison.plan.refusals or _is_anything_wrong(comparison, seen.tables))
    return [*lines, verdict(comparison)] if is_well else lines


def _exit_code(planned: Planned, tables: Sequence[Table]) -> int:
    """The bits of what was found: 2 for what is wrong, 4 for a box that was not reached.

    What forbids a plan is, for somebody who only asks how things stand, a problem that was found.
    A version that is not for us stays a refusal: nothing was asked of that box.
    """
    from cmsdeploy.planning.compare import UNREACHABLE

    comparison = planned.comparison
    refusals = comparison.plan.refusals
    if any(refusal.rule.startswith("version/") for refusal in refusals):
        return 7
    code = 0
    for refusal in refusals:
        error = planned.observation.look[refusal.host].error
        is_unread = refusal.rule == UNREACHABLE and isinstance(error, UnreachableError)
        code |= UnreachableError.exit_code if is_unread else HostError.exit_code
    return code | (HostError.exit_code if _is_anything_wrong(comparison, tables) else 0)


def _is_anything_wrong(comparison: Comparison, tables: Sequence[Table]) -> bool:
    """Where a cluster is refused nobody asks for its rules; the tables still show what is read."""
    from cmsdeploy.cli.planned import errors_of

    cells = (cell for table in tables for cell in table.cells.values())
    is_marked = any(cell.is_wrong and cell.column != "version" for cell in cells)
    return bool(is_marked or errors_of(comparison.problems) or differences(comparison))


def _promised(job: Job, comparison: Comparison) -> tuple[Promise, ...]:
    from cmsdeploy.planning.compare import compare
    from cmsdeploy.planning.look import blank_look
    from cmsdeploy.planning.promises import promises

    blank = compare(job.stages, blank_look(job.stages, job.registry), job.registry)
    return promises(job.stages, job.registry, blank, comparison)


def _write_junit(path: Path, job: Job, comparison: Comparison) -> None:
    """Write ``path``, readable by nobody else. CI runs again and again, so it may be there."""
    from cmsdeploy.cli.private_file import write_private
    from cmsdeploy.errors import InputError
    from cmsdeploy.report.junit import junit_lines

    text = "\n".join(junit_lines(_promised(job, comparison), job.title)) + "\n"
    try:
        if path.is_file() and not path.is_symlink():
            path.unlink()
    except OSError as error:
        raise InputError(f"{path} cannot be replaced: {error.strerror}", "name another") from error
    write_private(path, text)


def _untrue(comparison: Comparison) -> list[Problem]:
    """The sentences of ``differences`` as problems."""
    from cmsdeploy.model.step import Problem
    from cmsdeploy.planning.tables import untrue

    found = dict.fromkeys((host, sentence) for host, _, sentence in untrue(comparison))
    return [Problem(host, "differs", f"it is not so that: {why}") for host, why in found]


def verdict(comparison: Comparison) -> str:
    """The last line where nothing is wrong; what a box does not show is not called proved."""
    return (
        "All that the boxes show is as promised."
        if comparison.problems
        else ("All is as promised.")
    )
