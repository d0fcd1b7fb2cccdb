"""What a person needs of a plan and its published form leaves out: how to look, and for how long.

A saved plan is for programs and for its digest. A runbook is for a person, who has to read what a
wait reads and where a secret is shown. So that stands beside the plan in the same file, step by
step, and no digest is over it: nothing of it is ever carried out.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from cmsdeploy.model.action import Call, Command, Download, Manual, Pause, Tail, Upload, Wait
from cmsdeploy.model.handshake import Handshake, Upgrade
from cmsdeploy.model.records import Query, RecordSet, Update, UpdateKey
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Proof, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cmsdeploy.model.action import Action, Read
    from cmsdeploy.model.plan import Plan
    from cmsdeploy.model.step import Step

__all__ = ["Json", "by_hand", "with_hand"]

Json = dict[str, Any]
_READS = {one.kind: one for one in (Call, Command, Download, Handshake, Query, Tail)}


def by_hand(plan: Plan) -> dict[str, Json]:
    """What is not in the published form of the steps, by their identity; plain JSON, no secret."""
    return {step.identity: found for step in plan.steps if (found := _of(step))}


def _of(step: Step) -> Json:
    action = step.action
    found: Json = {}
    if isinstance(action, Command) and action.confirmations:
        found["confirmations"] = list(action.confirmations)
    if isinstance(action, Upload):
        found["identity"] = action.identity
    if isinstance(action, Wait):
        found |= {"deadline": action.deadline, "reads": [_as_json(read) for read in action.reads]}
    if isinstance(action, Manual) and (action.form or action.asks):
        found["form"] = [list(pair) for pair in action.form]
        found["asks"] = [[name, str(reference)] for name, reference in action.asks]
    if isinstance(action, Update):
        found["update"] = asdict(replace(action, key=None))
        key = action.key
        found["signed_by"] = [key.name, key.algorithm, str(key.secret)] if key else None
    if isinstance(action, Pause):
        found |= {"prompt": action.prompt, "seconds": action.seconds}
    if (step.makes or step.uses) and step.proof:
        shown = [read for read in step.proof.reads if getattr(read, "shows_secrets", False)]
        found |= {"shown_by": [_as_json(read) for read in shown]} if shown else {}
    return found


def _as_json(read: Read) -> Json:
    return {"kind": read.kind, **{name: value for name, value in asdict(read).items() if value}}


def with_hand(step: Step, known: Json) -> Step:
    """``step`` out of a file with what ``known`` says of it. Whatever is wrong in it raises one of
    the errors that a broken file raises anyway."""
    shown = tuple(_read(each) for each in known.get("shown_by", ()))
    proof = Proof(Sentence("", shown, lambda _: False)) if shown else None
    return replace(step, action=_action(step.action, known), proof=proof)


def _action(action: Action, known: Json) -> Action:
    if "prompt" in known:
        return Pause(str(known["prompt"]), known["seconds"])
    if "update" in known:
        return _update(known["update"], known["signed_by"])
    if isinstance(action, Command):
        return replace(action, confirmations=tuple(known.get("confirmations", ())))
    if isinstance(action, Upload):
        return replace(action, identity=str(known.get("identity", "")))
    if isinstance(action, Wait) and "reads" in known:
        reads = tuple(_read(each) for each in known["reads"])
        return replace(action, reads=reads, deadline=float(known["deadline"]))
    if isinstance(action, Manual) and "form" in known:
        form = tuple((str(name), str(value)) for name, value in known["form"])
        asks = tuple((str(name), SecretRef(value)) for name, value in known["asks"])
        return replace(action, form=form, asks=asks)
    return action


def _update(known: Json, signed_by: Sequence[str] | None) -> Update:
    sets = {name: known[name] and _records(known[name]) for name in ("before", "after")}
    key = None
    if signed_by is not None:
        name, algorithm, secret = signed_by
        key = UpdateKey(name, algorithm, SecretRef(secret))
    return Update(str(known["server"]), str(known["zone"]), **sets, key=key)


def _records(known: Json) -> RecordSet:
    return RecordSet(**{**known, "data": tuple(known["data"])})


def _read(known: Json) -> Read:
    fields = {name: value for name, value in known.items() if name != "kind"}
    if "words" in fields:
        fields["words"] = tuple(fields["words"])
    if "upgrade" in fields:
        fields["upgrade"] = Upgrade(**fields["upgrade"])
    if "form" in fields:
        fields["form"] = tuple((name, value) for name, value in fields["form"])
    return _READS[known["kind"]](**fields)
