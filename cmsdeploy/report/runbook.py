"""The runbook: a plan as a method of procedure that a person carries out by hand, box by box.

What stands in the document is the template's affair (``runbook.md.j2``), and a site may have its
own. Here the plan becomes plain values for it, every one of them escaped for Markdown already, so
that no template can forget it. Secrets are names, with the command that shows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmsdeploy.errors import OptionError, printable
from cmsdeploy.model.action import Call, Command, Pause, Read, Upload, Wait
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Step
from cmsdeploy.report.markdown import block, code, plain
from cmsdeploy.template import render_document

__all__ = ["LANGUAGES", "TEMPLATE", "runbook"]

LANGUAGES = ("en", "fr")
TEMPLATE = "runbook.md.j2"
_OURS = Path(__file__).parent.parent / "examples" / "templates"


def runbook(plan: Plan, *, title: str, language: str = "en", search: Sequence[Path] = ()) -> str:
    """Give ``plan`` as Markdown. ``search`` are the site's own template folders; ours come last.

    Raises ``OptionError`` for a language that we do not have and ``InputError`` for a template
    that cannot be read.
    """
    if language not in LANGUAGES:
        raise OptionError(
            f"there is no runbook in {printable(language, 20)!r}",
            f"choose one of: {', '.join(LANGUAGES)}",
        )
    view = _View.of(plan)
    variables = {
        "title": plain(title),
        "language": language,
        "digest": code(plan.digest),
        "boxes": [view.box(host) for host in plan.hosts],
        "order": [view.step(step) for step in plan.steps],
        "secrets": [view.secret(reference) for reference in view.references()],
        "refusals": [
            {"box": plain(each.host), "rule": plain(each.rule), "text": plain(each.text)}
            for each in plan.refusals
        ],
    }
    return render_document(TEMPLATE, variables, search=[*search, _OURS])


@dataclass(frozen=True)
class _View:
    """A plan with its steps numbered through all boxes, so that one person can follow it alone."""

    plan: Plan
    numbers: Mapping[str, int]
    makers: Mapping[SecretRef, Step]

    @classmethod
    def of(cls, plan: Plan) -> _View:
        numbers = {step.identity: number for number, step in enumerate(plan.steps, start=1)}
        return cls(plan, numbers, {step.makes: step for step in plan.steps if step.makes})

    def box(self, host: str) -> dict[str, Any]:
        """One box and what is done to it, in order."""
        return {
            "box": plain(host),
            "steps": [self.step(step) for step in self.plan.steps if step.host == host],
        }

    def step(self, step: Step) -> dict[str, Any]:
        """Everything that is known of one step."""
        return {
            "number": self.numbers[step.identity],
            "box": plain(step.host),
            "kind": step.action.kind,
            "line": plain(step.action.line),
            "block": block(_typed(step)),
            "why": plain(step.why),
            "risk": step.risk.value,
            "source": plain(step.source),
            "waits": self._waits(step),
            "makes": self.secret(step.makes) if step.makes else None,
            **_details(step, {ref: self.secret(ref) for ref in step.uses}),
        }

    def _waits(self, step: Step) -> list[dict[str, Any]]:
        """The steps on other boxes that come before; those on this box stand above it anyway."""
        others = [other for other in self.plan.steps if other.identity in step.needs]
        return [
            {"number": self.numbers[other.identity], "box": plain(other.host)}
            for other in others
            if other.host != step.host
        ]

    def references(self) -> tuple[SecretRef, ...]:
        """Every secret that the plan speaks of, once, in the order of the steps."""
        named = (
            reference
            for step in self.plan.steps
            for reference in (*([step.makes] if step.makes else []), *sorted(step.uses))
        )
        return tuple(dict.fromkeys(named))

    def secret(self, reference: SecretRef) -> dict[str, Any]:
        """Where a secret can be read: on the box that makes it, or on the one that has it."""
        maker = self.makers.get(reference)
        host = maker.host if maker else self.plan.sources.get(reference, "")
        read = self._reading(reference)
        return {
            "name": plain(str(reference)),
            "box": plain(host),
            "made_by": self.numbers[maker.identity] if maker else None,
            "read": code(read.line) if read else "",
        }

    def _reading(self, reference: SecretRef) -> Read | None:
        """The command that shows the secret, as the steps around it say; None where none does."""
        shown = (
            read
            for step in self.plan.steps
            if step.proof and (step.makes == reference or reference in step.uses)
            for read in step.proof.reads
            if isinstance(read, Command) and read.shows_secrets
        )
        return next(shown, None)


def _typed(step: Step) -> str:
    """What a person types or pastes for ``step``."""
    action = step.action
    if isinstance(action, Upload):
        return f"put {_quoted(action.source)} {action.name}"
    return action.line


def _quoted(path: str) -> str:
    # sftp and psftp both read a path in double quotes; a path without a blank needs none.
    return f'"{path}"' if any(character in path for character in " \t'") else path


def _details(step: Step, secrets: Mapping[SecretRef, dict[str, Any]]) -> dict[str, Any]:
    """What only one kind of action has; a template asks for ``kind`` before it looks."""
    action = step.action
    if isinstance(action, Command):
        answer = action.answer
        return {
            "words": [plain(word) for word in action.words],
            "asks": code(answer.prompt) if answer else "",
            "secret": secrets[answer.secret] if answer else None,
            "confirmations": [code(question) for question in action.confirmations],
        }
    if isinstance(action, Upload):
        return {
            "name": code(action.name),
            "file": code(action.source),
            "identity": code(action.identity) if action.identity else "",
        }
    if isinstance(action, Call):
        clear = [{"name": plain(name), "shown": code(value)} for name, value in action.form]
        hidden = [{"name": plain(name), "secret": secrets[ref]} for name, ref in action.secrets]
        return {"path": plain(action.path), "fields": clear + hidden}
    if isinstance(action, Pause):
        lines = [plain(line) for line in action.prompt.splitlines() if line.strip()]
        return {"lines": lines, "seconds": action.seconds}
    if isinstance(action, Wait):
        return {
            "sentence": plain(action.for_what),
            "seconds": round(action.deadline),
            "reads": [
                {"kind": read.kind, "line": plain(read.line), "block": block(read.line)}
                for read in action.reads
            ],
        }
    return {}
