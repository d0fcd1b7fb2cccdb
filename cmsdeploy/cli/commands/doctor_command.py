"""``doctor``: what is wrong, why, what it rests on, what it costs and how it is mended.

Live it only reads. ``--from-log`` reads what somebody pasted and reaches no box. ``--fix`` plans
exactly the repair; ``apply`` carries the saved plan out, as any other.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cmsdeploy.cli.options import Options, common_options, playbook_options
from cmsdeploy.cli.places import examples_folder
from cmsdeploy.cli.report_file import ReportFile, Told, report_options
from cmsdeploy.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cmsdeploy.cli.job import Job
    from cmsdeploy.cli.planned import Planned
    from cmsdeploy.planning.diagnosis import Diagnosis

__all__ = ["command", "run_doctor"]

_WIDTH = 100
_NOTHING_WRONG = "No finding: all that the boxes show is as promised."


@click.command("doctor")
@click.argument("playbook", required=False, type=click.Path(path_type=Path))
@playbook_options
@common_options
@click.option(
    "--from-log",
    "logs",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A pasted terminal log, an event log or a log bundle; no box is reached.",
)
@click.option("--fix", "is_fix", is_flag=True, help="Plan exactly the repair; nothing is changed.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Save that plan for apply.")
@report_options
def command(
    playbook: Path | None, logs: tuple[Path, ...], is_fix: bool, out: Path | None, **given: Any
) -> int:
    """Say what is wrong, causes first, with evidence, risk and fix. Nothing is changed.

    Without PLAYBOOK the site.yml beside the inventory is taken, else the promises of a cluster in
    general.
    """
    _check(playbook, logs, is_fix, out)
    asked = ReportFile.of(given)
    if logs and asked:
        raise OptionError("--report tells of boxes, not of logs", "leave one of the two out")
    if logs:
        from cmsdeploy.cli.log_doctor import run_from_logs

        return run_from_logs(logs, given)
    if is_fix:
        given = {**given, "repair": True}
    options = Options.of(given)
    chosen = playbook or _default_playbook(options, is_fix)
    if playbook is None:
        options.console.note(f"playbook: {chosen}")
    return run_doctor(chosen, options, out, asked)


def _check(playbook: Path | None, logs: tuple[Path, ...], is_fix: bool, out: Path | None) -> None:
    if logs and (is_fix or out):
        raise OptionError("a log cannot be repaired", "run doctor --fix with the inventory instead")
    if logs and playbook:
        raise OptionError(
            f"{playbook} and --from-log do not go together",
            "name logs with --from-log FILE each, and no playbook",
        )
    if out is not None and not is_fix:
        raise OptionError("-o saves the plan of --fix", "give --fix as well")


def _default_playbook(options: Options, is_fix: bool) -> Path:
    """The site.yml that a person who stands in the site's folder means."""
    folders = [place if place.is_dir() else place.parent for place in options.inventory]
    above = [folder.absolute().parent for folder in folders]
    for folder in (*folders, *above, *(one.parent for one in above), Path()):
        for name in ("site.yml", "playbooks/site.yml"):
            if (folder / name).is_file():
                return folder / name
    if is_fix:
        raise OptionError(
            "there is no site.yml beside the inventory to repair by",
            "name the playbook: cmsdeploy doctor PLAYBOOK --fix",
        )
    return examples_folder() / "playbooks" / "verify.yml"


def run_doctor(
    playbook: Path, options: Options, out: Path | None = None, report: ReportFile | None = None
) -> int:
    """Look, find, show; with a repair, plan it, show it, and save it where ``out`` is given."""
    from cmsdeploy.cli.job import Job
    from cmsdeploy.cli.planned import look_and_plan
    from cmsdeploy.cli.progress import Progress
    from cmsdeploy.planning.diagnosis import diagnose

    job = Job.load(playbook, options, is_only_read=not options.is_repair)
    planned = look_and_plan(job, Progress(options.console, options.verbosity, is_json=False))
    planned.observation.close()
    diagnosis = diagnose(job.stages, planned.observation.look, job.registry).with_notes(job.notes)
    if options.is_json:
        options.console.result([json.dumps(_as_json(diagnosis, planned, options), indent=2)])
    else:
        options.console.told(_lines(diagnosis, planned, options))
    if options.is_repair and out is not None and planned.plan.steps:
        from cmsdeploy.cli.saved_plan import save_plan

        save_plan(out, planned.plan, playbook, options)
        options.console.note(f"saved: {out}; carry it out with: cmsdeploy apply {out}")
    if report is not None:
        _write(report, job, planned, diagnosis, playbook)
    return exit_code(diagnosis, planned)


def _write(
    report: ReportFile, job: Job, planned: Planned, diagnosis: Diagnosis, playbook: Path
) -> None:
    from cmsdeploy.planning.tables import standing

    comparison = planned.comparison
    tables = standing(job.stages, planned.observation.look, job.registry, comparison)
    told = Told("doctor", tables, findings=diagnosis.findings)
    report.write(comparison, job, playbook, told)


def exit_code(diagnosis: Diagnosis, planned: Planned) -> int:
    """0 healthy; the bits 2 for findings and 4 for boxes that could not be looked at."""
    lost = {
        host: seen.error.exit_code
        for host, seen in planned.observation.look.items()
        if seen.error is not None
    }
    is_found = any(
        one.problem.severity.value == "error" and one.problem.host not in lost
        for one in diagnosis.findings
    )
    code = 2 if is_found else 0
    for error_code in lost.values():
        code |= error_code
    return code


def _lines(diagnosis: Diagnosis, planned: Planned, options: Options) -> list[str]:
    from cmsdeploy.report.findings import finding_lines

    width = min(shutil.get_terminal_size((_WIDTH, 24)).columns, _WIDTH)
    lines = list(finding_lines(diagnosis, width))
    if diagnosis.is_healthy:
        lines.append(_NOTHING_WRONG)
    if options.is_repair:
        lines += _repair_lines(diagnosis, planned)
    elif diagnosis.asks:
        lines.append(
            "next: cmsdeploy doctor --fix plans the repair; cmsdeploy explain RULE tells more"
        )
    elif not diagnosis.is_healthy:
        lines.append("next: cmsdeploy explain RULE tells more")
    return lines


def _repair_lines(diagnosis: Diagnosis, planned: Planned) -> list[str]:
    from cmsdeploy.cli.planned import shown_plan
    from cmsdeploy.report.findings import by_hand_lines

    beyond = [
        one
        for one in diagnosis.findings
        if one.is_root and not one.problem.asks and one.problem.severity.value == "error"
    ]
    if diagnosis.is_healthy:
        return []
    return [*shown_plan(planned.plan), *by_hand_lines(beyond)]


def _as_json(diagnosis: Diagnosis, planned: Planned, options: Options) -> Mapping[str, object]:
    from cmsdeploy.report.findings import diagnosis_as_json

    answer: dict[str, object] = {
        "version": 1,
        "is_healthy": diagnosis.is_healthy,
        "findings": diagnosis_as_json(diagnosis),
        "exit_code": exit_code(diagnosis, planned),
    }
    if options.is_repair:
        answer["plan"] = planned.plan.as_json()
    return answer
