"""A plan carried out over the sessions of its own look."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cmsdeploy.errors import CmsdeployError, HostError
from cmsdeploy.executor.apply import RunReport, walk
from cmsdeploy.executor.carry_out import Carrier
from cmsdeploy.executor.observe import Observation
from cmsdeploy.model.action import Command
from cmsdeploy.model.event import Event, EventKind, Listener
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Step
from cmsdeploy.planning.proofs import proof_points
from cmsdeploy.planning.stage import SHOWN_SECRETS, Stage
from cmsdeploy.session.redaction import Redactor

__all__ = ["before_questions", "carrier_of", "walk_plan"]


def carrier_of(
    plan: Plan,
    observation: Observation,
    stages: Sequence[Stage],
    listener: Listener,
    redactor: Redactor,
    is_outcome_unknown: Callable[[HostError], bool],
) -> Carrier:
    """Who carries out ``plan``, which was made of ``observation`` for ``stages``.

    Secrets that boxes hold already are taken from the look, and known to ``redactor`` from now on.
    """
    boxes = observation.boxes
    secrets = {
        reference: boxes[host].secrets()[reference] for reference, host in plan.sources.items()
    }
    redactor.add(*secrets.values())
    carrier = Carrier(boxes, proof_points(plan.steps), listener, is_outcome_unknown, secrets)
    carrier.shown = redactor.shown
    carrier.before_questions = before_questions(plan.steps)
    carrier.are_shown_secrets_allowed = any(
        SHOWN_SECRETS in stage.permission.exceptions for stage in stages
    )
    return carrier


def before_questions(steps: Sequence[Step]) -> frozenset[str]:
    """The steps behind which the next one of the same box is a command that asks."""
    previous: dict[str, str] = {}
    found = set()
    for step in steps:
        is_asking = isinstance(step.action, Command) and step.action.asks
        if is_asking and step.host in previous:
            found.add(previous[step.host])
        previous[step.host] = step.identity
    return frozenset(found)


def walk_plan(
    plan: Plan, carrier: Carrier, forks: int, check_locks: Callable[[], object]
) -> RunReport:
    """Carry out the steps of ``plan`` and tell where a run begins and ends. Expected errors are in
    the report, also the one that ``check_locks`` raises where the boxes are no longer ours."""
    carrier.listener(Event(EventKind.RUN_STARTED, text=plan.digest))
    report = walk(plan.steps, carrier, carrier.listener, forks)
    if report.errors and report.fatal is None:
        # Announcing nothing more, a run that failed does not notice; and the loss may be the cause.
        try:
            check_locks()
        except CmsdeployError as error:
            report.fatal = error
    carrier.listener(Event(EventKind.RUN_ENDED))
    return report
