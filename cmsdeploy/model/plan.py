"""The plan: ordered steps, refusals, the facts it rests on, and a digest over all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from cmsdeploy.model.action import Command
from cmsdeploy.model.gathering import gathered
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Refusal, Step

__all__ = ["PLAN_VERSION", "Plan"]

PLAN_VERSION = 1


@dataclass(frozen=True)
class Plan:
    """What would be done, in an order that respects every ``needs``.

    ``facts`` is what the plan rests on, by host and family, without any secret. ``sources`` says
    on which host a secret that exists already is read.
    """

    hosts: tuple[str, ...]
    steps: tuple[Step, ...]
    refusals: tuple[Refusal, ...] = ()
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sources: Mapping[SecretRef, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do; a plan that refuses is not empty."""
        return not self.steps and not self.refusals

    @property
    def digest(self) -> str:
        """``sha256:…`` over everything that people see of the plan; equal plans, equal digests."""
        text = json.dumps(self._body(), sort_keys=True, ensure_ascii=True)
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The plan in the published shape, version 1 (design, section 7). It holds no secret."""
        return {"version": PLAN_VERSION, "digest": self.digest, **self._body()}

    def _body(self) -> dict[str, Any]:
        read_on = gathered(self.sources, self.sources.__getitem__)
        return {
            "hosts": list(self.hosts),
            "facts": {
                host: {**facts, **_secrets(read_on.get(host, ()))}
                for host, facts in self.facts.items()
            },
            "refusals": [
                {"host": refusal.host, "rule": refusal.rule, "text": refusal.text}
                for refusal in self.refusals
            ],
            "steps": [step_as_json(step) for step in self.steps],
        }


def _secrets(read_here: Iterable[SecretRef]) -> dict[str, list[str]]:
    """The names of the secrets that are read on a host, beside what was seen of it."""
    names = sorted(str(ref) for ref in read_here)
    return {"secrets": names} if names else {}


def step_as_json(step: Step) -> dict[str, Any]:
    """One step in the published shape; a limit of failures is in it where its play has one."""
    return {
        "id": step.identity,
        "host": step.host,
        "cluster": step.cluster,
        "family": step.family,
        "action": step.action.kind,
        "line": step.action.line,
        "answers": _answers(step),
        "why": step.why,
        "risk": step.risk.value,
        "needs": sorted(step.needs),
        "makes": str(step.makes) if step.makes else None,
        "source": step.source,
        **({"failure_limit": asdict(step.failure_limit)} if step.failure_limit else {}),
    }


def _answers(step: Step) -> list[dict[str, str]]:
    if isinstance(step.action, Command) and step.action.answer:
        answer = step.action.answer
        return [{"prompt": answer.prompt, "secret": str(answer.secret)}]
    return []
