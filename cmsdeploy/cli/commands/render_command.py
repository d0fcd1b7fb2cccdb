"""``render PLAYBOOK``: every command in order, from blank boxes. No network, no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from cmsdeploy.cli.job import Job
from cmsdeploy.cli.listing import listed, listing_options
from cmsdeploy.cli.options import Options, common_options, playbook_options
from cmsdeploy.cli.places import template_folders

__all__ = ["command", "run_render"]


@click.command("render")
@click.argument("playbook", type=click.Path(path_type=Path))
@playbook_options
@listing_options
@common_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "html", "webadmin"]),
    default="text",
    help="How to print; markdown and html are runbooks, webadmin a sheet for logins set by hand.",
)
@click.option(
    "--lang", type=click.Choice(["en", "fr"]), default="en", help="Language of the runbook."
)
def command(playbook: Path, form: str, lang: str, **given: Any) -> int:
    """Print the commands of PLAYBOOK as they would be sent to boxes out of the carton."""
    only_listed = listed(playbook, given)
    if only_listed is not None:
        return only_listed
    return run_render(playbook, Options.of(given), form, lang)


def run_render(playbook: Path, options: Options, form: str, language: str) -> int:
    """Plan from blank boxes and print in ``form``: text, json, markdown, html or webadmin."""
    from cmsdeploy.planning.compare import compare
    from cmsdeploy.planning.look import blank_look
    from cmsdeploy.report.text import plan_lines, refusal_lines, totals

    job = Job.load(playbook, options, is_content_needed=False)
    look = blank_look(job.stages, job.registry)
    plan = compare(job.stages, look, job.registry, job.site.limited()).plan
    console = options.console
    if form == "json" or options.is_json:
        console.result([json.dumps(plan.as_json(), indent=2)])
    elif form in ("markdown", "webadmin"):
        from cmsdeploy.report.runbook import runbook
        from cmsdeploy.report.sheet import sheet

        search = template_folders(playbook)
        write = sheet if form == "webadmin" else runbook
        text = write(plan, title=job.title, language=language, search=search)
        console.result(text.splitlines())
    elif form == "html":
        from cmsdeploy.cli.topology import clusters_of
        from cmsdeploy.report.html import PlanReport, html_report

        report = PlanReport(plan, job.title, clusters_of(job.site.inventory, plan))
        page = html_report(report, language=language, search=template_folders(playbook))
        console.result(page.splitlines())
    else:
        is_refused = plan.refusals and not plan.steps
        last = "Nothing can be rendered." if is_refused else totals(plan.steps)
        console.told([*refusal_lines(plan.refusals), *plan_lines(plan), last])
    return 7 if plan.refusals else 0
