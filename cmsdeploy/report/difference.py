"""What a plan makes of each object: before and after, field by field, secrets by name only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from cmsdeploy.errors import printable
from cmsdeploy.model.action import Upload
from cmsdeploy.model.gathering import gathered
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import Secret
from cmsdeploy.model.step import Step
from cmsdeploy.report.signs import ADDS, CHANGES, REMOVES

__all__ = ["SENSITIVE", "difference_lines"]

SENSITIVE = "(sensitive)"
Facts = Mapping[str, Mapping[str, Mapping[str, object]]]


def difference_lines(plan: Plan, after: Facts) -> Iterator[str]:
    """One block for each object that changes: a box and a family. ``after`` are the predicted
    facts by host and family, in the shape of ``plan.facts``."""
    by_box = gathered(plan.steps, lambda step: step.host)
    for host in plan.hosts:
        own = by_box.get(host, [])
        for family in dict.fromkeys(step.family for step in own):
            steps = [step for step in own if step.family == family]
            before = plan.facts.get(host, {}).get(family) or {}
            lines = [
                *_fields(before, after.get(host, {}).get(family, before)),
                *_files(steps),
                *_secrets(steps),
            ]
            if lines:
                yield f"{CHANGES} {host} {family}"
                yield from (f"    {line}" for line in lines)
                yield ""


def _fields(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, list) and isinstance(new, list):
            yield from (f"{REMOVES} {name}: {_shown(each)}" for each in old if each not in new)
            yield from (f"{ADDS} {name}: {_shown(each)}" for each in new if each not in old)
        elif not old and old is not False:
            yield f"{ADDS} {name}: {_shown(new)}"
        elif not new and new is not False:
            yield f"{REMOVES} {name}: {_shown(old)}"
        else:
            yield f"{CHANGES} {name}: {_shown(old)} -> {_shown(new)}"


def _files(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step.action, Upload):
            is_secret = isinstance(step.action.content, Secret)
            content = SENSITIVE if is_secret else printable(step.action.identity, 80)
            yield f"{ADDS} file {printable(step.action.name)}: {content}"


def _secrets(steps: Sequence[Step]) -> Iterator[str]:
    made = dict.fromkeys(step.makes for step in steps if step.makes is not None)
    used = dict.fromkeys(ref for step in steps for ref in sorted(step.uses))
    yield from (f"{ADDS} secret {printable(str(each))}: {SENSITIVE}" for each in made)
    yield from (
        f"{CHANGES} secret {printable(str(each))}: {SENSITIVE}" for each in used if each not in made
    )


def _shown(value: object) -> str:
    return printable(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str), 200)
