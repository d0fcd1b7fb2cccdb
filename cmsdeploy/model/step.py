"""One step of a plan, what forbids a step, and what is wrong with a box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from cmsdeploy.errors import Origin
from cmsdeploy.model.action import Action, Read
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.secret import SecretRef

if TYPE_CHECKING:
    from cmsdeploy.model.failure_limit import FailureLimit

__all__ = ["Problem", "Proof", "Refusal", "Risk", "Sentence", "Severity", "Step"]


class Risk(Enum):
    """What a step can cost. The play grants all but the first by name (``allow:``). An outage is
    one of a whole cluster: nobody logs in until later steps have brought it back."""

    SAFE = "safe"
    DISRUPTIVE = "disruptive"
    DESTRUCTIVE = "destructive"
    OUTAGE = "outage"


@dataclass(frozen=True)
class Sentence:
    """One true sentence about a host: ``reads`` show whether it ``holds``.

    ``holds`` takes the state that the family makes of the replies.
    """

    text: str
    reads: tuple[Read, ...]
    holds: Callable[[Any], bool]


@dataclass(frozen=True)
class Proof:
    """What must be true of the box after a step: what the steps so far have made so.

    ``own`` is the step's sentence; ``earlier`` are those that still stand. A sentence that no read
    can show is left out.
    """

    own: Sentence | None
    earlier: tuple[Sentence, ...] = ()

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return (*self.earlier, *([self.own] if self.own else []))

    @property
    def reads(self) -> tuple[Read, ...]:
        """Every read that is needed, once each."""
        return tuple(dict.fromkeys(read for each in self.sentences for read in each.reads))


@dataclass(frozen=True)
class Step:
    """One action on one host.

    ``identity`` is ``host/family/rung`` and unique in a plan; ``needs`` are identities of steps
    that must be done before, on this host or another. ``makes`` is the secret that exists
    afterwards. ``source`` is the document that asks for the step. ``proof`` judges the box after
    the step, ``failure_limit`` says what its failure stops beside its own cluster, and
    ``is_transient`` marks a step on the way (its sentence was true before, or is not in the end);
    these three are no part of what the step *is*, and yet people see the limit: it is in the plan's
    digest. A :class:`~cmsdeploy.model.action.Pause` holds all hosts: its ``host`` is the one that
    goes on first, and it has no ``cluster``.
    """

    identity: str
    host: str
    family: str
    action: Action
    why: str
    risk: Risk = Risk.SAFE
    cluster: str = ""
    needs: frozenset[str] = frozenset()
    makes: SecretRef | None = None
    source: str = ""
    proof: Proof | None = field(default=None, compare=False, repr=False)
    is_transient: bool = field(default=False, compare=False)
    failure_limit: FailureLimit | None = field(default=None, compare=False, repr=False)

    @property
    def uses(self) -> frozenset[SecretRef]:
        """The secrets that must be known before this step can be sent."""
        answer = getattr(self.action, "answer", None)
        fields: tuple[tuple[str, SecretRef], ...] = getattr(self.action, "secrets", ())
        return frozenset([answer.secret] if answer else []) | {ref for _, ref in fields}


@dataclass(frozen=True)
class Refusal:
    """Why nothing may be done on ``host``: ``rule`` is a short stable id, ``text`` says the cause
    and the next action. A refusal comes from the first look only. ``is_of_number`` says that it
    speaks of how many servers are wanted: it forbids to write, and nobody to look."""

    host: str
    rule: str
    text: str
    cluster: str = ""
    is_of_number: bool = field(default=False, compare=False)


class Severity(Enum):
    """How much a problem matters: an error fails ``verify``, a note does not."""

    ERROR = "error"
    NOTE = "note"


@dataclass(frozen=True)
class Problem:
    """Something about a box, or between boxes, that is not as promised.

    ``text`` is the cause in one sentence, ``evidence`` what was seen of it and where. ``risk`` says
    what it costs to leave it and ``fix`` what to do next; where they are empty, the family's
    explanation of the rule says so in general. ``likelihood`` (0 to 100) says how often this turns
    out to be the cause. ``explains`` are the rules of which this is the cause, in the same cluster;
    ``explains_on`` narrows them to these hosts, empty means every host. ``asks`` are the rungs that
    repair it, as (host, family, name of the rung, or ``*`` for all of them); empty where no step
    of ours can.
    """

    host: str
    rule: str
    text: str
    severity: Severity = Severity.ERROR
    cluster: str = ""
    origin: Origin | None = field(default=None, compare=False)
    evidence: tuple[Evidence, ...] = ()
    risk: str = ""
    fix: str = ""
    likelihood: int = 50
    explains: frozenset[str] = frozenset()
    explains_on: frozenset[str] = frozenset()
    asks: tuple[tuple[str, str, str], ...] = ()
