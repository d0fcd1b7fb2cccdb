"""``rollback [JOURNAL]``: what takes a run back, step by step, and the plan that does it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.options import Options, common_options
from cmsdeploy.cli.saving import Saving
from cmsdeploy.errors import OptionError

if TYPE_CHECKING:
    from cmsdeploy.cli.taken_back import OldRun

__all__ = ["command"]

_REFUSED = 7


@click.command("rollback")
@click.argument("journal", type=click.Path(path_type=Path), required=False)
@common_options
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Save the plan for apply.")
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(["disruptive", "destructive"]),
    help="Grant what the playbook of the run does not.",
)
@click.option("--sign", type=click.Path(path_type=Path), help="Sign the plan with this SSH key.")
def command(journal: Path | None, out: Path | None, allow: tuple[str, ...], **given: object) -> int:
    """Show what takes the run of JOURNAL (the newest) back, and plan it; nothing is changed.

    Each step is marked reversible, compensable or not reversible. The plan that -o saves is an
    ordinary one: cmsdeploy apply FILE looks at the boxes again first.
    """
    from cmsdeploy.cli.places import state_folder
    from cmsdeploy.cli.taken_back import newest_run, old_run

    path = journal or newest_run(state_folder() / "journal")
    for name in ("inventory", "extra_vars"):
        if given.get(name):
            raise OptionError(
                f"a run has its own {name.replace('_', ' ')}",
                "leave the option out; the inventory of the run is read again",
            )
    saving = Saving.of(out, given)
    options = Options.of({**given, "inventory": (str(path),)})
    run = old_run(path, options)
    made_with = replace(run.saved.options, rollback=path.absolute(), rollback_allows=allow)
    return _planned(run, made_with, saving)


def _planned(run: OldRun, options: Options, saving: Saving | None) -> int:
    from cmsdeploy.cli.job import Job
    from cmsdeploy.cli.planned import look_and_plan, refusal_code, shown
    from cmsdeploy.cli.progress import Progress
    from cmsdeploy.cli.taken_back import taken_back
    from cmsdeploy.report.undone import undone_as_json, undone_lines

    plain = Job.load(run.saved.playbook, replace(options, rollback=None))
    back = taken_back(plain.stages, options)
    job = replace(plain, stages=back.stages)
    planned = look_and_plan(job, Progress(options.console, options.verbosity, is_json=False))
    planned.observation.close()
    plan = planned.plan
    if options.is_json:
        told = {"undone": undone_as_json(back.undone), "against": dict(back.against)}
        options.console.result([json.dumps({**told, "plan": plan.as_json()}, indent=2)])
    else:
        table = undone_lines(back.undone, back.against, run.backups)
        options.console.result([*table, "", *shown(planned, options.is_diff)])
    needed = sorted({r.rule for r in plan.refusals if r.rule.startswith("permission/")})
    if needed:
        words = " ".join(f"--allow {rule.partition('/')[2]}" for rule in needed)
        options.console.note(f"to grant it for this rollback: {words}")
    if run.damage:
        options.console.note(f"warning: {run.journal.name}: {run.damage}")
    if saving is not None:
        saving.save(plan, run.saved.playbook, options)
    code = refusal_code(plan.refusals, dict(planned.observation.look))
    return code or (_REFUSED if back.against else 0)
