"""``graph PLAYBOOK|PLAN``: the steps of a plan, or the clusters, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.options import Options, common_options, playbook_options
from cmsdeploy.errors import OptionError

if TYPE_CHECKING:
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.model.plan import Plan

__all__ = ["command", "run_graph"]


@click.command("graph")
@click.argument("playbook", type=click.Path(path_type=Path))
@playbook_options
@common_options
@click.option(
    "--show",
    type=click.Choice(["steps", "cluster"]),
    default="steps",
    help="The steps by box (default), or who logs in to whom and who leads.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["svg", "dot", "mermaid"]),
    default="svg",
    help="svg (default), or a text that graphviz or Mermaid lays out.",
)
@click.option("--live", is_flag=True, help="Read the boxes; else they count as blank.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Into this new file (0600).")
def command(
    playbook: Path,
    show: str,
    form: str,
    live: bool,
    out: Path | None,
    inventory: tuple[str, ...],
    **given: object,
) -> int:
    """Draw the plan of PLAYBOOK, or a saved plan.

    Without --live nothing is connected: the picture is of boxes out of the carton. A saved plan
    (plan -o FILE) shows the boxes as they were when it was made.
    """
    from cmsdeploy.cli.saved_plan import is_saved_plan

    is_saved = is_saved_plan(playbook)
    # A saved plan names its inventory itself.
    names = inventory or ((str(playbook),) if is_saved else ())
    options = Options.of({**given, "inventory": names})
    known, plan, code = (_saved if is_saved else _planned)(playbook, options, is_live=live)
    picture = run_graph(known, plan, show, form)
    if out is None:
        options.console.result(picture.splitlines())
    else:
        from cmsdeploy.cli.private_file import write_private

        write_private(out, picture + "\n")
        options.console.note(f"drawn: {out}")
    return code


def _saved(path: Path, options: Options, *, is_live: bool) -> tuple[Inventory, Plan, int]:
    from cmsdeploy.cli.job import load_site
    from cmsdeploy.cli.plan_in_file import plan_in_file
    from cmsdeploy.cli.saved_plan import load_plan

    if is_live:
        raise OptionError("a saved plan is what it is", "draw its playbook with --live")
    saved = load_plan(path, options)
    inventory = load_site(saved.options, saved.playbook.parent).inventory
    plan = plan_in_file(saved)
    return inventory, plan, 7 if plan.refusals else 0


def _planned(path: Path, options: Options, *, is_live: bool) -> tuple[Inventory, Plan, int]:
    """The inventory, the plan, and the exit code that its refusals ask for."""
    from cmsdeploy.cli.job import Job

    job = Job.load(path, options, is_content_needed=is_live)
    if is_live:
        from cmsdeploy.cli.planned import look_and_plan, refusal_code
        from cmsdeploy.cli.progress import Progress

        planned = look_and_plan(job, Progress(options.console, options.verbosity, is_json=False))
        planned.observation.close()
        code = refusal_code(planned.plan.refusals, dict(planned.observation.look))
        return job.site.inventory, planned.plan, code
    from cmsdeploy.planning.compare import compare
    from cmsdeploy.planning.look import blank_look

    look = blank_look(job.stages, job.registry)
    plan = compare(job.stages, look, job.registry, job.site.limited()).plan
    return job.site.inventory, plan, 7 if plan.refusals else 0


def run_graph(inventory: Inventory, plan: Plan, show: str, form: str) -> str:
    """Give the picture of ``plan`` as text."""
    from cmsdeploy.report.graph_svg import svg

    if show == "cluster":
        from cmsdeploy.cli.topology import clusters_of
        from cmsdeploy.report.graph_topology import topology

        clusters = clusters_of(inventory, plan)
        if form == "svg":
            return svg(topology(clusters))
        from cmsdeploy.report.graph_dot import topology_dot
        from cmsdeploy.report.graph_mermaid import topology_mermaid

        return topology_dot(clusters) if form == "dot" else topology_mermaid(clusters)
    from cmsdeploy.report.graph import graph_of

    graph = graph_of(plan)
    if form == "svg":
        from cmsdeploy.report.graph_lanes import lanes

        return svg(lanes(graph))
    from cmsdeploy.report.graph_dot import plan_dot
    from cmsdeploy.report.graph_mermaid import plan_mermaid

    return plan_dot(graph) if form == "dot" else plan_mermaid(graph)
