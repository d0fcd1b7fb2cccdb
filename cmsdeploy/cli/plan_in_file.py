"""The plan that a file holds, to be shown. It is never carried out (see ``saved_plan``).

A file says of each step what people see, and what they need beside it (``plan_by_hand``). So its
steps prove nothing and its uploads have no content; that is enough for a picture and a report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cmsdeploy.cli.plan_by_hand import with_hand
from cmsdeploy.errors import InputError, Origin, RefusedError
from cmsdeploy.model.action import Action, Answer, Call, Command, Manual, Upload, Wait
from cmsdeploy.model.failure_limit import FailureLimit
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Refusal, Risk, Step

if TYPE_CHECKING:
    from cmsdeploy.cli.saved_plan import SavedPlan

__all__ = ["plan_in_file"]


def plan_in_file(saved: SavedPlan) -> Plan:
    """Give the plan of ``saved``. Raises ``InputError`` where it is not as we write it."""
    body = saved.body
    try:
        steps = tuple(
            with_hand(
                Step(
                    identity=each["id"],
                    host=each["host"],
                    family=each["family"],
                    action=_action(each["action"], each["line"], each["answers"]),
                    why=each["why"],
                    risk=Risk(each["risk"]),
                    cluster=each["cluster"],
                    needs=frozenset(each["needs"]),
                    makes=SecretRef(each["makes"]) if each["makes"] else None,
                    source=each["source"],
                    failure_limit=_limit(each.get("failure_limit")),
                ),
                saved.by_hand.get(each["id"], {}),
            )
            for each in body["steps"]
        )
        clusters = {step.host: step.cluster for step in steps}
        refusals = tuple(
            Refusal(one["host"], one["rule"], one["text"], clusters.get(one["host"], ""))
            for one in body["refusals"]
        )
        facts = {host: dict(seen) for host, seen in body["facts"].items()}
        sources = {
            SecretRef(name): host
            for host, seen in facts.items()
            for name in seen.get("secrets", ())
        }
        return Plan(tuple(body["hosts"]), steps, refusals, facts, sources)
    except (AttributeError, IndexError, KeyError, RefusedError, TypeError, ValueError):
        raise InputError(
            "this is no plan of this version of cmsdeploy",
            "make one with: cmsdeploy plan PLAYBOOK -o FILE",
            Origin(str(saved.path)),
        ) from None


def _limit(known: Mapping[str, int] | None) -> FailureLimit | None:
    return FailureLimit(**known) if known else None


def _action(kind: str, line: str, answers: Sequence[Mapping[str, str]]) -> Action:
    if kind == Command.kind:
        asked = [Answer(one["prompt"], SecretRef(one["secret"])) for one in answers]
        return Command(tuple(line.split()), answer=asked[0] if asked else None)
    if kind == Upload.kind:
        source, _, name = line.removeprefix("put ").rpartition(" ")
        return Upload(name, source, "")
    if kind == Call.kind:
        method, path, *fields = line.split()
        pairs = [field.split("=", 1) for field in fields]
        hidden = tuple((n, SecretRef(v[1:-1])) for n, v in pairs if v[:1] + v[-1:] == "<>")
        return Call(method, path, tuple((n, v) for n, v in pairs if v[:1] != "<"), hidden)
    if kind == Wait.kind:
        return Wait(line.removeprefix("wait until "), ())
    return Manual(line)
