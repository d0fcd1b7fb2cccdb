"""May, must not: the one gate before a plan is carried out, closed by default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cmsdeploy.errors import RefusedError, StalePlanError
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Refusal, Risk, Step
from cmsdeploy.planning.stage import Permission

__all__ = ["check_plan_holds", "check_same_plan", "moved_fact", "permission_refusals"]

_RULES = {
    Risk.DISRUPTIVE: "permission/disruptive",
    Risk.DESTRUCTIVE: "permission/destructive",
    Risk.OUTAGE: "permission/outage",
}


def permission_refusals(steps: Sequence[Step], permission: Permission) -> tuple[Refusal, ...]:
    """The steps whose risk the play does not allow."""
    return tuple(
        Refusal(
            step.host,
            _RULES[step.risk],
            Phrase(
                "{line}: {why}; the play may allow it with allow: [{risk}]",
                line=step.action.line,
                why=step.why,
                risk=step.risk.value,
            ),
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
    raise StalePlanError(
        moved_fact(approved.facts, now.facts)
        or "the same facts now give another plan: inventory, playbook or secrets have changed",
        "make a new plan and look at it again",
    )


def moved_fact(was: Mapping[str, Any], is_now: Mapping[str, Any]) -> str | None:
    """What differs first between the facts of two plans, in words; None where nothing does.

    Both are by host and family, as :attr:`Plan.facts`.
    """
    for host in is_now:
        before, after = was.get(host) or {}, is_now[host]
        for family in after:
            if before.get(family) != after[family]:
                moved = _difference(before.get(family), after[family])
                return f"{host} has changed since the plan was made: {family}: {moved}"
    return None


def _difference(was: object, is_now: object) -> str:
    if isinstance(was, Mapping) and isinstance(is_now, Mapping):
        names = sorted(name for name in {*was, *is_now} if was.get(name) != is_now.get(name))
        return "; ".join(
            f"{name} was {_value(was.get(name))}, is {_value(is_now.get(name))}" for name in names
        )
    return f"it was {_value(was)}, is {_value(is_now)}"


def _value(value: object) -> str:
    return "empty" if value in (None, "", []) else str(value)
