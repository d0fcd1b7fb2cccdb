"""Rungs and the climb: how a family turns true sentences about a host into steps.

A rung is one true sentence about a host, with the action that makes it true and the prediction of
what the action changes. :func:`climb` walks a ladder of them over a state: a rung that holds costs
nothing, one that does not yields a step and moves the predicted state, and a rung whose ``given``
does not hold puts the given's action before its own. So enabling and disabling a service are
written once each, and the dance between them is derived.

The same ``holds`` plans, proves after the step, verifies at the end and explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from cmsdeploy.model.action import Action, Read
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Proof, Risk, Sentence, Step

__all__ = ["Ladder", "Rung", "climb"]

S = TypeVar("S")


@dataclass(frozen=True)
class Rung(Generic[S]):
    """One true sentence about a host.

    ``name`` is short and stable (it becomes part of the step's identity); ``why`` is the sentence.
    ``evidence`` are the reads that show whether it holds; empty means that the wire proves it (an
    upload is read back as it is written). ``after`` names rungs of other hosts, as (host, rung),
    that must have been climbed before, where they are climbed at all. ``is_closing`` marks what has
    to be so in the end, whichever other rungs of the ladder are climbed: a service runs again.
    """

    name: str
    why: str
    holds: Callable[[S], bool]
    action: Action
    then: Callable[[S], S]
    given: Rung[S] | None = None
    risk: Risk = Risk.SAFE
    makes: SecretRef | None = None
    after: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Read, ...] = ()
    source: str = ""
    is_closing: bool = False


@dataclass(frozen=True)
class Ladder(Generic[S]):
    """The rungs of one host over its observed state."""

    host: str
    family: str
    cluster: str
    state: S
    rungs: Sequence[Rung[S]]


@dataclass
class _Ascent(Generic[S]):
    """A climb under way on one host."""

    ladder: Ladder[S]
    state: S
    steps: list[Step] = field(default_factory=list)
    climbed: list[Rung[S]] = field(default_factory=list)

    def take(self, rung: Rung[S]) -> None:
        """Put ``rung`` under our feet, after what it is given."""
        if rung.holds(self.state):
            return
        if rung.given is not None:
            self.take(rung.given)
        self.state = rung.then(self.state)
        self.climbed.append(rung)
        self.steps.append(self._step(rung))

    def mark_transient(self) -> None:
        """At the top: mark what was only a step on the way."""
        for place, rung in enumerate(self.climbed):
            if rung.holds(self.ladder.state) or not rung.holds(self.state):
                self.steps[place] = replace(self.steps[place], is_transient=True)

    def _step(self, rung: Rung[S]) -> Step:
        previous = frozenset({self.steps[-1].identity} if self.steps else ())
        return Step(
            identity=self._identity(rung),
            host=self.ladder.host,
            family=self.ladder.family,
            cluster=self.ladder.cluster,
            action=rung.action,
            why=rung.why,
            risk=rung.risk,
            needs=previous,
            makes=rung.makes,
            source=rung.source,
            proof=self._proof(rung),
        )

    def _identity(self, rung: Rung[S]) -> str:
        times = sum(1 for other in self.climbed if other.name == rung.name)
        suffix = f"-{times}" if times > 1 else ""
        return f"{self.ladder.host}/{self.ladder.family}/{rung.name}{suffix}"

    def _proof(self, rung: Rung[S]) -> Proof:
        # Only what we climbed and what is still predicted: `disable` on the way to a change is
        # over when the service runs again. Makers of secrets are judged among themselves, because
        # others wait for the secret and for nothing else.
        standing = {
            other.name: other
            for other in self.climbed
            if other.evidence and other.holds(self.state) and bool(other.makes) >= bool(rung.makes)
        }
        own = standing.pop(rung.name, None)
        return Proof(_sentence(own) if own else None, tuple(map(_sentence, standing.values())))


def _sentence(rung: Rung[S]) -> Sentence:
    return Sentence(rung.why, rung.evidence, rung.holds)


def climb(ladders: Iterable[Ladder[S]]) -> tuple[tuple[Step, ...], Mapping[str, S]]:
    """Climb every ladder; give the steps host by host, and the predicted state of each host.

    A step needs the step before it on the same host, and the last step made for each rung that its
    own rung comes ``after``. Identities are unique: a rung climbed twice gets a number.
    """
    ascents = []
    for ladder in ladders:
        ascent = _Ascent(ladder, ladder.state)
        for rung in ladder.rungs:
            ascent.take(rung)
        ascent.mark_transient()
        ascents.append(ascent)
    last = {
        (ascent.ladder.host, rung.name): step.identity
        for ascent in ascents
        for rung, step in zip(ascent.climbed, ascent.steps, strict=True)
    }
    steps = tuple(
        _needing(step, {last[place] for place in rung.after if place in last})
        for ascent in ascents
        for rung, step in zip(ascent.climbed, ascent.steps, strict=True)
    )
    return steps, {ascent.ladder.host: ascent.state for ascent in ascents}


def _needing(step: Step, more: Set[str]) -> Step:
    return step if more <= step.needs else replace(step, needs=step.needs | more)
