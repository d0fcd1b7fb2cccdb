"""What a family of commands owes the rest of the house: five verbs, and a range of versions.

    spec      parameters of a task            -> what is wanted of one host
    reads     what is wanted                  -> the commands that show how the host stands
    state     their replies                   -> what is observed
    steps     wanted and observed, all hosts  -> steps, refusals, where secrets are read
    problems  wanted and observed, all hosts  -> what is wrong, by other evidence

All five are pure. Beside them stand ``blank`` (a box out of the carton, for ``render``),
``secrets`` (what a state holds that others wait for), and two questions about command lines:
``is_read`` (may it be sent by somebody who promised to change nothing?) and ``shows_secrets``.
``explanations`` tells every rule of its refusals and problems at length.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from cmsdeploy.errors import Origin
from cmsdeploy.families.form import Parameter
from cmsdeploy.families.ladder import Ladder
from cmsdeploy.model.action import Read, Replies
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Problem, Refusal, Step
from cmsdeploy.model.version import Version

if TYPE_CHECKING:
    from cmsdeploy.model.cell import Cell
    from cmsdeploy.model.certificate_order import CertificateOrder, FoundCertificate
    from cmsdeploy.model.explanation import Explanation
    from cmsdeploy.model.local_file import LocalFile
    from cmsdeploy.model.logged import Logged

__all__ = [
    "Family",
    "LogReader",
    "Outcome",
    "Repeating",
    "Site",
    "State",
    "Tabular",
    "VersionRange",
]


@dataclass(frozen=True)
class VersionRange:
    """From ``first`` on, up to but not including ``end``; ``reason`` says why there are bounds."""

    first: Version = field(default_factory=lambda: Version(0, 0))
    end: Version | None = None
    reason: str = ""

    def __contains__(self, version: Version) -> bool:
        return self.first <= version and (self.end is None or version < self.end)


class Site(Protocol):
    """What a family may ask about the task's host while it reads parameters."""

    @property
    def host(self) -> str:
        """The inventory name of the host that the parameters are for."""

    @property
    def cluster(self) -> str:
        """The cluster that this host belongs to."""

    @property
    def origin(self) -> Origin:
        """Where the task stands in the playbook."""

    def local_file(self, name: str, source: str | None) -> LocalFile:
        """The file that shall be called ``name`` on the box.

        ``source`` is a path; None looks in ``files/`` of the site. Raises ``InputError`` where
        there is no such file and its content is needed.
        """

    def certificate(self, order: CertificateOrder) -> FoundCertificate:
        """The files of ``order``, checked and written anew as the box wants them.

        Raises ``InputError`` for everything that a box or its peers would stumble over.
        """


class State(Protocol):
    """What a family observed of one host."""

    def facts(self) -> Mapping[str, object]:
        """What a plan rests on: plain JSON values, no secret and no digest of one."""


SpecT = TypeVar("SpecT")
StateT = TypeVar("StateT", bound=State)
AnyLadder = Ladder[Any]
# Of the states by host, and the clusters that have steps.
Settled = Callable[[Mapping[str, object], Collection[str]], Mapping[str, object]]


@dataclass(frozen=True)
class Outcome:
    """What a family says to the difference between wanted and observed.

    ``ladders`` are what was climbed for the steps; a repair climbs single rungs of them.
    ``repairs`` are ladders for a cluster that is refused: nobody climbs them but a repair that
    somebody asked for, and then the refusals of that cluster are lifted.

    ``sources`` names, for each secret that exists already, the host it is read from; ``replaced``
    are those of which some host has another value now and loses it. ``predicted`` is the state of
    each host after the steps, so that a later task of the same family builds on it; ``settled``
    makes of the states after a repair what the hosts of these clusters will then report of each
    other. ``notes`` are
    what a person should see before saying yes. ``waiting`` says for a cluster what a person has to
    bring before its later tasks make sense: they are not planned.
    """

    steps: tuple[Step, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    sources: Mapping[SecretRef, str] = field(default_factory=dict)
    replaced: frozenset[SecretRef] = frozenset()
    predicted: Mapping[str, object] = field(default_factory=dict)
    ladders: tuple[AnyLadder, ...] = ()
    repairs: tuple[AnyLadder, ...] = ()
    notes: tuple[Problem, ...] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)
    settled: Settled | None = None


class Family(Protocol[SpecT, StateT]):
    """The verbs; see the module's docstring. ``desired`` and ``observed`` are keyed by host name,
    in inventory order, and hold every host of the task, whatever ``--limit`` says."""

    @property
    def name(self) -> str:
        """The word in a playbook, and the folder."""

    @property
    def versions(self) -> VersionRange:
        """The CMS versions that have these commands."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What a task may say: the table by which ``spec`` reads."""

    @property
    def explanations(self) -> Mapping[str, Explanation]:
        """Every rule of the family's refusals and problems, by id (``family/rule``)."""

    def spec(self, parameters: Mapping[str, object], site: Site) -> SpecT:
        """Check ``parameters``; raise ``InputError`` (the caller adds the place)."""

    def reads(self, spec: SpecT) -> tuple[Read, ...]:
        """The reads that ``state`` wants, in the order of sending."""

    def state(self, replies: Replies) -> StateT:
        """Understand ``replies``; a read that is missing or odd gives unknown fields."""

    def blank(self, spec: SpecT) -> StateT:
        """A box on which nothing of this family was ever done."""

    def steps(
        self,
        desired: Mapping[str, SpecT],
        observed: Mapping[str, StateT],
        made: frozenset[SecretRef],
    ) -> Outcome:
        """The ladders climbed. ``made`` are secrets that earlier steps of the plan make anew, or
        that they put in the place of another value."""

    def problems(
        self, desired: Mapping[str, SpecT], observed: Mapping[str, StateT]
    ) -> tuple[Problem, ...]:
        """What is wrong between hosts, borne out by other output than the settings."""

    def summary(
        self, desired: Mapping[str, SpecT], observed: Mapping[str, StateT]
    ) -> tuple[str, ...]:
        """How things stand, one sentence a line, for a person; it judges nothing."""

    def secrets(self, spec: SpecT, state: StateT) -> Mapping[SecretRef, Secret]:
        """The secrets that this host shows, by name."""

    def is_read(self, words: tuple[str, ...]) -> bool:
        """Whether this command line belongs to the family and only reads."""

    def shows_secrets(self, words: tuple[str, ...]) -> bool:
        """Whether the reply to this command line holds secrets in clear."""


@runtime_checkable
class Tabular(Protocol):
    """A family with a column in the tables of ``verify``. Not every one has something to show."""

    def cells(
        self, desired: Mapping[str, object], observed: Mapping[str, object]
    ) -> tuple[Cell, ...]:
        """The cells of every host, columns in the order in which people should read them."""


@runtime_checkable
class Repeating(Protocol):
    """A family with something that is done each time it is asked for, as a restart is: no look can
    tell that it was done already."""

    def done(self, spec: object) -> object:
        """What is left to want when ``spec`` has been carried out."""


@runtime_checkable
class LogReader(Protocol):
    """A family that finds what is wrong in logs as well, without a box and without an inventory.
    ``logs`` are by the name in the prompt, "" for lines of which nobody can tell the box."""

    def log_findings(self, logs: Mapping[str, Logged]) -> tuple[Problem, ...]:
        """What is wrong by what the logs show."""

    def log_secrets(self, logs: Mapping[str, Logged]) -> tuple[Secret, ...]:
        """What must not be shown again."""

    def not_in_log(self, logs: Mapping[str, Logged]) -> tuple[str, ...]:
        """What the family would have to see to say more, each as a noun."""
