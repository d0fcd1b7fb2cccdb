"""A plan as a procedure for people: plain values for a document, box by box and in order.

What stands in a document is its template's affair. Every value is written here already for the
format that the document has, so that no template can forget it. Secrets are names, with the
command that shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timezone
from functools import cached_property

from cmsdeploy.model.action import Call, Command, Handshake, Manual, Pause, Read, Upload, Wait
from cmsdeploy.model.gathering import gathered
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Refusal, Step
from cmsdeploy.report.run import Run, RunStep, lines_of

__all__ = ["Procedure", "Writing"]


@dataclass(frozen=True)
class Writing:
    """How a format writes running text, words of a machine, and lines to copy; and in which
    language: ``say`` translates a sentence, and leaves alone what is none."""

    plain: Callable[[str], str]
    code: Callable[[str], str]
    block: Callable[..., str]
    say: Callable[[str], str] = str

    def said(self, sentence: str) -> str:
        """``sentence`` in the language, as running text."""
        return self.plain(self.say(sentence))


@dataclass(frozen=True)
class Procedure:
    """A plan with its steps numbered through all boxes, so that one person can follow it alone."""

    plan: Plan
    writing: Writing
    numbers: Mapping[str, int]
    makers: Mapping[SecretRef, Step]
    done: Mapping[str, RunStep]

    @classmethod
    def of(cls, plan: Plan, writing: Writing, run: Run | None = None) -> Procedure:
        """``run`` is what became of the plan; None for a plan that is to come."""
        numbers = {step.identity: number for number, step in enumerate(plan.steps, start=1)}
        makers = {step.makes: step for step in plan.steps if step.makes}
        done = {step.identity: step for step in run.steps} if run else {}
        return cls(plan, writing, numbers, makers, done)

    def box(self, host: str) -> dict[str, object]:
        """One box and what is done to it, in order."""
        return {
            "box": self.writing.plain(host),
            "steps": [self.step(step) for step in self._own.get(host, [])],
        }

    def step(self, step: Step) -> dict[str, object]:
        """Everything that is known of one step."""
        return {
            "number": self.numbers[step.identity],
            "box": self.writing.plain(step.host),
            "kind": step.action.kind,
            "line": self.writing.said(step.action.line),
            "block": self.writing.block(_typed(step)),
            "why": self.writing.said(step.why),
            "risk": step.risk.value,
            "source": self.writing.said(step.source),
            "waits": self._waits(step),
            "makes": self.secret(step.makes) if step.makes else None,
            "evidence": self._evidence(step),
            **_details(step, self.writing, {ref: self.secret(ref) for ref in _named(step)}),
        }

    def _evidence(self, step: Step) -> dict[str, object] | None:
        """What the journal says of the step; None where it says nothing."""
        run = self.done.get(step.identity)
        if run is None:
            return None
        said = [self.writing.say(line) for text in run.said for line in lines_of(text)]
        return {
            "outcome": run.outcome.value,
            "is_bad": run.is_bad,
            "time": (run.ended or run.begun).astimezone(timezone.utc).strftime("%H:%M:%S"),
            "seconds": f"{run.seconds:.1f}" if run.ended else "",
            "block": self.writing.block(*said) if said else "",
        }

    def refusal(self, refusal: Refusal) -> dict[str, object]:
        """Why nothing is done to a cluster."""
        return {
            "box": self.writing.plain(refusal.host),
            "rule": self.writing.plain(refusal.rule),
            "text": self.writing.said(refusal.text),
        }

    def _waits(self, step: Step) -> list[dict[str, object]]:
        """The steps on other boxes that come before; those on this box stand above it anyway."""
        numbers = sorted(self.numbers[need] for need in step.needs if need in self.numbers)
        others = [(number, self.plan.steps[number - 1].host) for number in numbers]
        return [
            {"number": number, "box": self.writing.plain(host)}
            for number, host in others
            if host != step.host
        ]

    def references(self) -> tuple[SecretRef, ...]:
        """Every secret that the plan speaks of, once, in the order of the steps."""
        named = (
            reference
            for step in self.plan.steps
            for reference in (*([step.makes] if step.makes else []), *sorted(step.uses))
        )
        return tuple(dict.fromkeys(named))

    def secret(self, reference: SecretRef) -> dict[str, object]:
        """Where a secret can be read: on the box that makes it, or on the one that has it."""
        maker = self.makers.get(reference)
        host = maker.host if maker else self.plan.sources.get(reference, "")
        read = self._readings.get(reference)
        return {
            "name": self.writing.plain(str(reference)),
            "box": self.writing.plain(host),
            "made_by": self.numbers[maker.identity] if maker else None,
            "read": self.writing.code(read.line) if read else "",
        }

    @cached_property
    def _own(self) -> Mapping[str, Sequence[Step]]:
        return gathered(self.plan.steps, lambda step: step.host)

    @cached_property
    def _readings(self) -> Mapping[SecretRef, Read]:
        """The command that shows each secret, as the steps around it say; the first that does."""
        found: dict[SecretRef, Read] = {}
        for step in self.plan.steps:
            own = (*([step.makes] if step.makes else []), *step.uses)
            reads = step.proof.reads if own and step.proof else ()
            for read in reads:
                if isinstance(read, Command) and read.shows_secrets:
                    for reference in own:
                        found.setdefault(reference, read)
        return found


def _typed(step: Step) -> str:
    """What a person types or pastes for ``step``."""
    action = step.action
    if isinstance(action, Upload):
        return f"put {_quoted(action.source)} {action.name}"
    return action.line


def _by_hand(read: Read) -> str:
    """What a person types or pastes to read the same."""
    return read.by_hand if isinstance(read, Handshake) else read.line


def _quoted(path: str) -> str:
    # sftp and psftp both read a path in double quotes; a path without a blank needs none.
    return f'"{path}"' if any(character in path for character in " \t'") else path


def _named(step: Step) -> frozenset[SecretRef]:
    """The secrets that a person has to know for ``step``."""
    asks = step.action.asks if isinstance(step.action, Manual) else ()
    return step.uses | {reference for _, reference in asks}


def _fields(
    form: Sequence[tuple[str, str]],
    hidden: Sequence[tuple[str, SecretRef]],
    writing: Writing,
    secrets: Mapping[SecretRef, Mapping[str, object]],
) -> list[dict[str, object]]:
    """The fields of a form: with their value, or with the secret that has to be typed."""
    shown: list[dict[str, object]] = [
        {"name": writing.plain(name), "shown": writing.code(value)} for name, value in form
    ]
    for name, reference in hidden:
        shown.append({"name": writing.plain(name), "secret": secrets[reference]})
    return shown


def _details(
    step: Step, writing: Writing, secrets: Mapping[SecretRef, dict[str, object]]
) -> dict[str, object]:
    """What only one kind of action has; a template asks for ``kind`` before it looks."""
    action = step.action
    if isinstance(action, Command):
        answer = action.answer
        return {
            "words": [writing.plain(word) for word in action.words],
            "asks": writing.code(answer.prompt) if answer else "",
            "secret": secrets[answer.secret] if answer else None,
            "confirmations": [writing.code(question) for question in action.confirmations],
        }
    if isinstance(action, Upload):
        return {
            "name": writing.code(action.name),
            "file": writing.code(action.source),
            "identity": writing.code(action.identity) if action.identity else "",
        }
    if isinstance(action, Call):
        fields = _fields(action.form, action.secrets, writing, secrets)
        return {"path": writing.plain(action.path), "fields": fields}
    if isinstance(action, Manual):
        return {"fields": _fields(action.form, action.asks, writing, secrets)}
    if isinstance(action, Pause):
        lines = [writing.said(line.strip()) for line in action.prompt.splitlines() if line.strip()]
        return {"lines": lines, "seconds": action.seconds}
    if isinstance(action, Wait):
        return {
            "sentence": writing.said(action.for_what),
            "seconds": round(action.deadline),
            "reads": [
                {
                    "kind": read.kind,
                    "line": writing.plain(read.line),
                    "block": writing.block(_by_hand(read)),
                }
                for read in action.reads
            ],
        }
    return {}
