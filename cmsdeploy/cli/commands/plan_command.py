"""``plan PLAYBOOK``: what would change, from the boxes as they are. Only reads are sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from cmsdeploy.cli.job import Job
from cmsdeploy.cli.listing import listed, listing_options
from cmsdeploy.cli.options import Options, common_options, playbook_options
from cmsdeploy.cli.report_file import ReportFile, report_options
from cmsdeploy.cli.saving import Saving
from cmsdeploy.errors import OptionError

__all__ = ["command", "run_plan"]


@click.command("plan")
@click.argument("playbook", type=click.Path(path_type=Path))
@playbook_options
@listing_options
@common_options
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Save the plan for apply.")
@click.option(
    "--valid-for", type=click.FloatRange(0, 8784, min_open=True), help="Hours; 168 without."
)
@click.option("--sign", type=click.Path(path_type=Path), help="Sign it with this SSH key.")
@report_options
@click.option("--detailed-exitcode", is_flag=True, help="2 where there are changes.")
@click.option("-D", "--diff", is_flag=True, help="Also before and after, object by object.")
def command(
    playbook: Path,
    out: Path | None,
    detailed_exitcode: bool,
    **given: Any,
) -> int:
    """Show what `apply` would send, and why, box by box."""
    only_listed = listed(playbook, given)
    if only_listed is not None:
        return only_listed
    asked = ReportFile.of(given)
    saving = Saving.of(out, given)
    return run_plan(playbook, Options.of(given), saving, detailed_exitcode, asked)


def run_plan(
    playbook: Path,
    options: Options,
    saving: Saving | None,
    is_detailed: bool,
    report: ReportFile | None = None,
) -> int:
    """Plan, show, and save where ``saving`` says so; ``report`` is an HTML file."""
    from cmsdeploy.cli.planned import look_and_plan, refusal_code, shown
    from cmsdeploy.cli.progress import Progress

    if saving is not None and options.is_step:
        raise OptionError("a saved plan cannot ask again", "choose by --tags instead of --step")
    job = Job.load(playbook, options)
    planned = look_and_plan(job, Progress(options.console, options.verbosity, is_json=False))
    planned.observation.close()
    plan = planned.plan
    if options.is_json:
        options.console.result([json.dumps(plan.as_json(), indent=2)])
    else:
        options.console.told(shown(planned, options.is_diff))
    if saving is not None:
        saving.save(plan, playbook, options)
    if report is not None:
        report.write(planned.comparison, job, playbook)
    code = refusal_code(plan.refusals, dict(planned.observation.look))
    return code or (2 if is_detailed and plan.steps else 0)
