"""``verify PLAYBOOK``: is what was promised so? Only reads are sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cmsdeploy.cli.job import Job
from cmsdeploy.cli.options import Options, common_options, playbook_options
from cmsdeploy.errors import RefusedError
from cmsdeploy.model.action import Manual, Pause

if TYPE_CHECKING:
    from cmsdeploy.planning.compare import Comparison

__all__ = ["command", "differences", "run_verify", "verdict"]


@click.command("verify")
@click.argument("playbook", type=click.Path(path_type=Path))
@playbook_options
@common_options
def command(playbook: Path, **given: Any) -> int:
    """Prove the state that PLAYBOOK promises, by settings and by what boxes say of each other."""
    return run_verify(playbook, Options.of(given))


def run_verify(playbook: Path, options: Options) -> int:
    """Look, compare, and show how things stand."""
    from cmsdeploy.cli.planned import errors_of, look_and_plan, refusal_code
    from cmsdeploy.cli.progress import Progress
    from cmsdeploy.report.text import problem_lines, refusal_lines

    job = Job.load(playbook, options)
    planned = look_and_plan(job, Progress(options.console, options.verbosity, is_json=False))
    planned.observation.close()
    comparison = planned.comparison
    differs = differences(comparison)
    wrong = errors_of(comparison.problems)
    if options.is_json:
        options.console.result([json.dumps(_as_json(comparison, differs), indent=2)])
    else:
        options.console.result(
            [
                *comparison.summary,
                *refusal_lines(comparison.plan.refusals),
                *problem_lines(comparison.problems),
                *differs,
            ]
        )
        if not (wrong or differs or comparison.plan.refusals):
            options.console.result([verdict(comparison)])
    code = refusal_code(comparison.plan.refusals, dict(planned.observation.look))
    # What forbids a plan is, for somebody who only asks how things stand, a problem that was found.
    # A version that is not for us stays a refusal: nothing was asked of that box.
    if code == RefusedError.exit_code and not _is_gated(comparison):
        code = 2
    return code or (2 if wrong or differs else 0)


def _is_gated(comparison: Comparison) -> bool:
    return any(refusal.rule.startswith("version/") for refusal in comparison.plan.refusals)


def differences(comparison: Comparison) -> list[str]:
    """One line for each sentence that is not true of a box.

    What a person has to do is left out: no look at a box can tell whether it is done. So are steps
    on the way, such as stopping a server that runs again in the end.
    """
    steps = (*comparison.plan.steps, *comparison.drift)
    sentences = dict.fromkeys(
        (step.host, step.why)
        for step in steps
        if not (isinstance(step.action, Manual | Pause) or step.is_transient)
    )
    return [f"wrong   {host} [differs] it is not so that: {why}" for host, why in sentences]


def verdict(comparison: Comparison) -> str:
    """The last line where nothing is wrong; what a box does not show is not called proved."""
    return (
        "All that the boxes show is as promised."
        if comparison.problems
        else ("All is as promised.")
    )


def _as_json(comparison: Comparison, differs: list[str]) -> dict[str, Any]:
    return {
        "version": 1,
        "summary": list(comparison.summary),
        "refusals": comparison.plan.as_json()["refusals"],
        "problems": [
            {
                "host": problem.host,
                "cluster": problem.cluster,
                "rule": problem.rule,
                "severity": problem.severity.value,
                "text": problem.text,
            }
            for problem in comparison.problems
        ],
        "differences": differs,
    }
