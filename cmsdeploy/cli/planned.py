"""Looking and planning, as ``plan``, ``apply`` and ``verify`` share it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from cmsdeploy.cli.job import Job
from cmsdeploy.cli.progress import Progress, several
from cmsdeploy.executor.observe import Observation, Observer
from cmsdeploy.model.event import Listener
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Problem, Severity
from cmsdeploy.planning.compare import Comparison, carried_out, compare
from cmsdeploy.planning.repair import Ask
from cmsdeploy.report.outcome import refusal_code, waiting_lines
from cmsdeploy.report.text import plan_lines, problem_lines, refusal_lines, totals

__all__ = [
    "Planned",
    "errors_of",
    "look_and_plan",
    "plan_afterwards",
    "plan_again",
    "refusal_code",
    "remarks",
    "shown",
    "shown_plan",
    "waiting_lines",
]


@dataclass(frozen=True)
class Planned:
    """One look, and what the planning makes of it."""

    observer: Observer
    observation: Observation
    comparison: Comparison
    progress: Progress

    @property
    def plan(self) -> Plan:
        return self.comparison.plan


def look_and_plan(job: Job, progress: Progress, journal: Listener | None = None) -> Planned:
    """Connect, read, plan. Close ``observation`` afterwards. ``journal`` is told before people."""
    options = job.site.options
    listener = progress if journal is None else several([journal, progress])
    observer = Observer(
        job.registry, job.site.open_session, listener, options.forks, job.are_boxes_asked
    )
    job.load_wire()
    hosts = job.hosts  # before the table is drawn: a password may be asked for
    with progress.reading(job.clusters):
        observation = observer.observe(job.stages, hosts)
    return _planned(job, observer, observation, progress)


def plan_afterwards(job: Job, planned: Planned) -> Planned:
    """Look once more when everything was carried out: what is left to do?"""
    return plan_again(replace(job, stages=carried_out(job.stages, job.registry)), planned)


def plan_again(job: Job, planned: Planned) -> Planned:
    """Look once more over the same connections."""
    with planned.progress.reading(job.clusters):
        observation = planned.observer.again(planned.observation)
    return _planned(job, planned.observer, observation, planned.progress)


def _planned(job: Job, observer: Observer, observation: Observation, progress: Progress) -> Planned:
    asks = _asks(job, observation) if job.site.options.is_repair else None
    comparison = compare(job.stages, observation.look, job.registry, job.site.limited(), asks)
    return Planned(observer, observation, comparison, progress)


def _asks(job: Job, observation: Observation) -> Collection[Ask]:
    """What the findings of this very look ask for: a box that moved since is told apart by it."""
    from cmsdeploy.planning.diagnosis import diagnose

    return diagnose(job.stages, observation.look, job.registry).asks


def remarks(comparison: Comparison) -> list[str]:
    """What a person should see before saying yes."""
    return [*problem_lines(comparison.notes), *waiting_lines(comparison)]


def shown(planned: Planned, is_diff: bool) -> list[str]:
    """Everything that a person decides by; ``is_diff`` adds before and after of each object."""
    from cmsdeploy.report.difference import difference_lines

    comparison = planned.comparison
    lines = [*remarks(comparison), *shown_plan(planned.plan)]
    return [*difference_lines(planned.plan, comparison.facts_after), *lines] if is_diff else lines


def shown_plan(plan: Plan) -> list[str]:
    """The plan as text, refusals first, totals and digest last."""
    lines = [*refusal_lines(plan.refusals), *plan_lines(plan)]
    if plan.refusals and not plan.steps:
        return [*lines, "Nothing is done."]
    return [*lines, totals(plan.steps), *([f"digest {plan.digest}"] if plan.steps else [])]


def errors_of(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that fail a verification."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]
