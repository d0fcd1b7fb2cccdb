"""Looking and planning, as ``plan``, ``apply`` and ``verify`` share it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cmsdeploy.cli.job import Job
from cmsdeploy.errors import UnreachableError
from cmsdeploy.executor.observe import Observation, Observer
from cmsdeploy.model.event import Listener
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Problem, Refusal, Severity
from cmsdeploy.planning.compare import UNREACHABLE, Comparison, compare
from cmsdeploy.planning.look import HostLook
from cmsdeploy.report.text import plan_lines, refusal_lines, totals

__all__ = ["Planned", "errors_of", "look_and_plan", "plan_again", "refusal_code", "shown_plan"]


@dataclass(frozen=True)
class Planned:
    """One look, and what the planning makes of it."""

    observer: Observer
    observation: Observation
    comparison: Comparison

    @property
    def plan(self) -> Plan:
        return self.comparison.plan


def look_and_plan(job: Job, listener: Listener) -> Planned:
    """Connect, read, plan. Close ``observation`` afterwards."""
    options = job.site.options
    observer = Observer(
        job.registry, job.site.open_session, listener, options.forks, job.are_boxes_asked
    )
    return _planned(job, observer, observer.observe(job.stages, job.hosts))


def plan_again(job: Job, planned: Planned) -> Planned:
    """Look once more over the same connections."""
    return _planned(job, planned.observer, planned.observer.again(planned.observation))


def _planned(job: Job, observer: Observer, observation: Observation) -> Planned:
    comparison = compare(job.stages, observation.look, job.registry, job.site.limited())
    return Planned(observer, observation, comparison)


def shown_plan(plan: Plan) -> list[str]:
    """The plan as text, refusals first, totals and digest last."""
    lines = [*refusal_lines(plan.refusals), *plan_lines(plan)]
    if plan.refusals and not plan.steps:
        return [*lines, "Nothing is done."]
    return [*lines, totals(plan.steps), *([f"digest {plan.digest}"] if plan.steps else [])]


def refusal_code(refusals: Iterable[Refusal], look: dict[str, HostLook]) -> int:
    """7 where anything but a connection forbids; 4 and 2 (bits) for boxes that were not read."""
    code = 0
    for refusal in refusals:
        if refusal.rule != UNREACHABLE:
            return 7
        error = look[refusal.host].error
        code |= UnreachableError.exit_code if error is None else error.exit_code
    return code


def errors_of(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that fail a verification."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]
