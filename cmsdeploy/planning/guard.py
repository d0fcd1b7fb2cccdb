"""May, must not: the one gate before a plan is carried out, closed by default."""

from __future__ import annotations

from collections.abc import Sequence

from cmsdeploy.errors import RefusedError, StalePlanError
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Refusal, Step
from cmsdeploy.planning.stage import Permission

__all__ = ["check_plan_holds", "check_same_plan", "permission_refusals"]


def permission_refusals(steps: Sequence[Step], permission: Permission) -> tuple[Refusal, ...]:
    """The steps whose risk the play does not allow."""
    return tuple(
        Refusal(
            step.host,
            f"permission/{step.risk.value}",
            f"{step.action.line}: {step.why}; the play may allow it with"
            f" allow: [{step.risk.value}]",
            step.cluster,
        )
        for step in steps
        if step.risk not in permission.risks
    )


def check_plan_holds(plan: Plan) -> None:
    """Raise :class:`RefusedError` where a plan has a step in a cluster that is refused.

    ``compare`` never makes such a plan; this is the last look before the first command.
    """
    refused = {refusal.cluster for refusal in plan.refusals}
    for step in plan.steps:
        if step.cluster in refused:
            raise RefusedError(f"{step.identity} is in a cluster that is refused", "plan again")


def check_same_plan(approved: Plan, now: Plan) -> None:
    """Raise :class:`StalePlanError`, which names the fact that moved, unless both are equal."""
    if approved.digest == now.digest:
        return
    for host in approved.hosts:
        was, is_now = approved.facts.get(host, {}), now.facts.get(host, {})
        for family in sorted({*was, *is_now}):
            if was.get(family) != is_now.get(family):
                raise StalePlanError(
                    f"{host} has changed since the plan was made: {family}"
                    f" {_difference(was.get(family), is_now.get(family))}",
                    "make a new plan and look at it again",
                )
    raise StalePlanError(
        "the same facts now give another plan: inventory, playbook or secrets have changed",
        "make a new plan and look at it again",
    )


def _difference(was: object, is_now: object) -> str:
    if isinstance(was, dict) and isinstance(is_now, dict):
        names = sorted(name for name in {*was, *is_now} if was.get(name) != is_now.get(name))
        return "; ".join(f"{name}: {was.get(name)} -> {is_now.get(name)}" for name in names)
    return f"{was} -> {is_now}"
