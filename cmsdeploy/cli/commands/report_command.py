"""``report [JOURNAL|PLAN]``: a run or a saved plan as one HTML file, or as the runbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.console import Console
from cmsdeploy.cli.places import state_folder, template_folders
from cmsdeploy.errors import InputError, OptionError, Origin

if TYPE_CHECKING:
    from cmsdeploy.report.graph_topology import Cluster
    from cmsdeploy.report.run import Run

__all__ = ["command"]


@click.command("report")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "runbook", "markdown"]),
    default="html",
    help="html: a page of the run or plan; runbook, markdown: the runbook, filled after a run.",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path),
    help="The plan of the run, where it does not lie beside the journal.",
)
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="Language.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Into this new file (0600).")
def command(
    file: Path | None, form: str, plan_file: Path | None, lang: str, out: Path | None
) -> int:
    """Make a report of FILE: the journal of a run, or a saved plan.

    Without FILE it is the newest run that had something to do. A page is one file, opens without a
    network, and holds no secret. The runbook of a run is the procedure of its plan with the
    evidence of every step.
    """
    from cmsdeploy.cli.saved_plan import is_saved_plan

    console = Console()
    path = _newest_run(console) if file is None else file
    is_plan = is_saved_plan(path) and b'"format"' in _beginning(path)
    if is_plan and plan_file is not None:
        raise OptionError("--plan is about a journal, and this is a plan", "leave one of them out")
    if is_plan:
        text = _of_plan(path, form, lang)
    elif form == "html":
        text = _of_journal(path, lang)
    else:
        text = _of_plan(_plan_of(path, plan_file), form, lang, _run(path))
    if out is None:
        console.result(text.splitlines())
    else:
        from cmsdeploy.cli.private_file import write_private

        write_private(out, text)
        console.note(f"report: {out}")
    return 0


def _plan_of(journal: Path, given: Path | None) -> Path:
    """The plan of the run that ``journal`` is of."""
    from cmsdeploy.cli.saved_plan import KEPT_PLAN

    path = given or journal.with_suffix(KEPT_PLAN)
    if not path.is_file():
        raise InputError(
            f"there is no plan beside the journal ({path.name})",
            "name the plan of the run with --plan FILE; a run that had nothing to do has none",
            Origin(str(journal)),
        )
    return path


def _newest_run(console: Console) -> Path:
    """The newest journal with a plan: that of a backup, or of an apply that had nothing to do, is
    no run that somebody wants to read of."""
    from cmsdeploy.cli.saved_plan import KEPT_PLAN

    folder = state_folder() / "journal"
    found = sorted(folder.glob("*.jsonl"))
    if not found:
        raise InputError(f"there is no journal in {folder}", "name one, or run: cmsdeploy apply")
    planned = [path for path in found if path.with_suffix(KEPT_PLAN).is_file()]
    if not planned:
        raise InputError(
            f"no run in {folder} has a plan: none had anything to do",
            f"name a journal, for example {found[-1]}",
        )
    console.note(f"of the newest run that has a plan: {planned[-1]}")
    return planned[-1]


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(200)


def _of_journal(path: Path, language: str) -> str:
    from cmsdeploy.report.html_run import run_report

    run = _run(path)
    return run_report(run, title=path.stem, language=language, search=template_folders())


def _run(path: Path) -> Run:
    from datetime import datetime

    from cmsdeploy.executor.journal_reading import read_journal
    from cmsdeploy.report.run import Moment, run_of

    if not path.is_file():  # a pipe would be waited for
        raise InputError("there is no such file", "name a journal or a plan", Origin(str(path)))
    journal = read_journal(path)
    if not journal.records:
        raise InputError(
            "this is neither a journal nor a saved plan",
            "name a file that apply or plan -o has written",
            Origin(str(path)),
        )
    moments = [
        Moment(datetime.fromisoformat(one.at), event.kind, event.host, event.step, event.text)
        for one in journal.records
        for event in (one.event,)
    ]
    return run_of(moments, journal.damage)


def _of_plan(path: Path, form: str, language: str, run: Run | None = None) -> str:
    from cmsdeploy.cli.options import Options
    from cmsdeploy.cli.plan_in_file import plan_in_file
    from cmsdeploy.cli.saved_plan import SavedPlan, load_plan
    from cmsdeploy.report.html import PlanReport, html_report

    saved = load_plan(path, Options.of({"inventory": (str(path),)}))
    plan = plan_in_file(saved)
    if run is not None and run.digest != plan.digest:
        raise InputError(
            "this is not the plan that the run carried out: the digests differ",
            "name the plan of that run",
            Origin(str(path)),
        )
    search, title = template_folders(saved.playbook), saved.playbook.name
    if form == "markdown":
        from cmsdeploy.report.runbook import runbook

        return runbook(plan, title=title, language=language, search=search, run=run)

    def clusters(of: SavedPlan) -> tuple[Cluster, ...]:
        from cmsdeploy.cli.job import load_site
        from cmsdeploy.cli.topology import clusters_of

        try:
            return clusters_of(load_site(of.options, of.playbook.parent).inventory, plan)
        except InputError as error:
            of.options.console.note(f"no picture of the clusters: {error.cause}")
            return ()

    report = PlanReport(plan, title, clusters(saved), run=run)
    return html_report(report, language=language, search=search)
