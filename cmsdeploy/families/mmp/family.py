"""The five verbs of ``mmp``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cmsdeploy.errors import InputError, RefusedError
from cmsdeploy.families.contract import Outcome, Site, VersionRange
from cmsdeploy.families.form import Form, Parameter
from cmsdeploy.families.ladder import Ladder, Rung, climb
from cmsdeploy.families.mmp.explanations import EXPLANATIONS
from cmsdeploy.families.mmp.reads import is_read
from cmsdeploy.families.parameters import Parameters
from cmsdeploy.model.action import Command, Read, Replies
from cmsdeploy.model.cell import BOXES, Cell
from cmsdeploy.model.explanation import Explanation
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Problem, Refusal, Risk

__all__ = ["MmpFamily", "MmpSpec", "MmpState"]

# What must never be sent as a raw command: of a member it leaves a duplicate peer (CSCvi67717), and
# nothing here can tell whether the box is one.
_FORBIDDEN = ("xmpp", "reset")


@dataclass(frozen=True)
class MmpSpec:
    """``command`` is None for a gate: then ``shows`` has to be shown, or nothing is done."""

    cluster: str
    command: Command | None
    read: Command
    shows: str
    risk: Risk


@dataclass(frozen=True)
class MmpState:
    """The replies by command line, blanks folded; ``done`` are predictions. On paper, without a
    look, ``are_gates_open``: what a gate asks of a box cannot be asked of none."""

    replies: Mapping[str, str] = field(default_factory=dict)
    done: frozenset[tuple[str, str]] = frozenset()
    are_gates_open: bool = False

    def meets(self, spec: MmpSpec) -> bool:
        """Whether what ``spec`` asks for is so."""
        return (self.are_gates_open and spec.command is None) or self.shows(spec.read, spec.shows)

    def shows(self, read: Command, text: str) -> bool:
        """Whether the reply to ``read`` contains ``text``, runs of blanks counting as one."""
        # As whole words: 10.0.0.1 is not shown by a reply that has 10.0.0.10.
        folded = re.escape(" ".join(text.split()))
        form = rf"(?<![\w.-]){folded}(?![\w-]|\.\w)"
        is_shown = re.search(form, self.replies.get(read.line, "")) is not None
        return is_shown or (read.line, text) in self.done

    def facts(self) -> Mapping[str, Any]:
        return {}


PARAMETERS = (
    Parameter("command", Form.TEXT, "What is sent where `read` does not show it; none: a gate."),
    Parameter("read", Form.TEXT, "A command that only reads.", True, example="license"),
    Parameter(
        "shows",
        Form.TEXT,
        "What the reply to `read` has to contain.",
        is_needed=True,
        example="'Feature: callbridge status: Activated'",
    ),
    Parameter(
        "risk",
        Form.CHOICE,
        "Else disruptive.",
        options=tuple(one.value for one in Risk),
        default=Risk.DISRUPTIVE.value,
    ),
)


@dataclass(frozen=True)
class MmpFamily:
    """A raw command, guarded by a sentence about its state. In every CMS version."""

    name: str = "mmp"
    parameters: tuple[Parameter, ...] = PARAMETERS
    versions: VersionRange = field(default_factory=VersionRange)
    explanations: Mapping[str, Explanation] = field(
        default_factory=lambda: EXPLANATIONS, hash=False, repr=False
    )

    def spec(self, parameters: Mapping[str, Any], site: Site) -> MmpSpec:
        read = Parameters(self.name, parameters, PARAMETERS)
        line = read.text("command", "")
        question = _command(read.text("read"))
        if not (is_read(question.words) or question.words in _MORE_READS):
            raise InputError(
                f"mmp: {question.line!r} is not known to only read",
                "name a status command, such as: xmpp, license, dns, ntp server list",
            )
        risk = read.choice("risk", [r.value for r in Risk], Risk.DISRUPTIVE.value)
        command = _command(line) if line else None
        if command and command.words[:2] == _FORBIDDEN:
            raise InputError(
                "mmp: `xmpp reset` is never sent",
                "take the server out of its cluster by hand first (CSCvi67717)",
            )
        return MmpSpec(site.cluster, command, question, read.text("shows"), Risk(risk))

    def reads(self, spec: MmpSpec) -> tuple[Read, ...]:
        return (spec.read,)

    def state(self, replies: Replies) -> MmpState:
        return MmpState(
            {
                read.line: " ".join(reply.text.split())
                for read, reply in replies.items()
                if isinstance(read, Command)
            }
        )

    def blank(self, spec: MmpSpec) -> MmpState:
        return MmpState(are_gates_open=True)

    def steps(
        self,
        desired: Mapping[str, MmpSpec],
        observed: Mapping[str, MmpState],
        made: frozenset[SecretRef],
    ) -> Outcome:
        refused = tuple(
            Refusal(host, "mmp/gate", _gate_text(spec), spec.cluster)
            for host, spec in desired.items()
            if spec.command is None and not observed[host].meets(spec)
        )
        ladders = tuple(
            Ladder(host, self.name, spec.cluster, observed[host], (_rung(spec, spec.command),))
            for host, spec in desired.items()
            if spec.command is not None
        )
        steps, predicted = climb(ladders)
        return Outcome(steps, refused, predicted={**observed, **predicted}, ladders=ladders)

    def problems(
        self, desired: Mapping[str, MmpSpec], observed: Mapping[str, MmpState]
    ) -> tuple[Problem, ...]:
        return tuple(
            Problem(
                host,
                "mmp/gate",
                _gate_text(spec),
                cluster=spec.cluster,
                evidence=(Evidence(host, spec.read.line, f"no {spec.shows!r} in the reply"),),
                asks=((host, "mmp", "*"),) if spec.command is not None else (),
            )
            for host, spec in desired.items()
            if not observed[host].meets(spec)
        )

    def cells(
        self, desired: Mapping[str, MmpSpec], observed: Mapping[str, MmpState]
    ) -> tuple[Cell, ...]:
        """A column for each command that is asked: does it show what it has to?"""
        return tuple(
            Cell(
                BOXES, spec.cluster, host, spec.read.line, "ok" if is_so else "no", host, not is_so
            )
            for host, spec in desired.items()
            for is_so in (observed[host].meets(spec),)
        )

    def summary(
        self, desired: Mapping[str, MmpSpec], observed: Mapping[str, MmpState]
    ) -> tuple[str, ...]:
        return ()

    def secrets(self, spec: MmpSpec, state: MmpState) -> Mapping[SecretRef, Secret]:
        return {}

    def is_read(self, words: tuple[str, ...]) -> bool:
        return is_read(words)

    def shows_secrets(self, words: tuple[str, ...]) -> bool:
        return words[0] == "turn"


# Status commands of services that are families of their own: a gate may ask them as well.
_MORE_READS = frozenset(
    {("xmpp",), ("xmpp", "cluster", "status"), ("callbridge",), ("pki", "list")}
)


def _command(line: str) -> Command:
    try:
        return Command(tuple(line.split()))
    except RefusedError as error:
        raise InputError(f"mmp: {error.cause}", error.action) from error


def _rung(spec: MmpSpec, command: Command) -> Rung[MmpState]:
    sentence = (spec.read.line, spec.shows)
    return Rung(
        name=re.sub(r"[^A-Za-z0-9_.]+", "-", command.line),
        why=Phrase("`{read}` shows {shows}", read=spec.read.line, shows=repr(spec.shows)),
        holds=lambda s: s.shows(spec.read, spec.shows),
        action=command,
        then=lambda s: replace(s, done=s.done | {sentence}),
        risk=spec.risk,
        evidence=(spec.read,),
        source="playbook",
    )


def _gate_text(spec: MmpSpec) -> str:
    return Phrase(
        "`{read}` does not show {shows}; look with: {read}",
        read=spec.read.line,
        shows=repr(spec.shows),
    )
