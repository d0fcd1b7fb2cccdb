"""The five verbs of ``database``: a gate, which never has a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cmsdeploy.families.contract import Site, VersionRange
from cmsdeploy.families.database.explanations import EXPLANATIONS
from cmsdeploy.families.database.facts import STATUS, DatabaseState, understand
from cmsdeploy.families.form import Form, Parameter
from cmsdeploy.families.gate import Gate
from cmsdeploy.families.parameters import Parameters
from cmsdeploy.model.action import Read, Replies
from cmsdeploy.model.cell import BOXES, Cell
from cmsdeploy.model.explanation import Explanation
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Problem, Severity

__all__ = ["DatabaseFamily", "DatabaseSpec"]

_OPTIONS = ("optional", "wanted")
PARAMETERS = (
    Parameter(
        "cluster",
        Form.CHOICE,
        "Whether a box without a database cluster is fine (optional) or not (wanted).",
        options=_OPTIONS,
        default="optional",
        example="wanted",
    ),
)


@dataclass(frozen=True)
class DatabaseSpec:
    """``is_wanted``: a box that is in no database cluster is refused."""

    cluster: str
    is_wanted: bool = False


@dataclass(frozen=True)
class DatabaseFamily(Gate[DatabaseSpec, DatabaseState]):
    """The database cluster of call bridges, looked at before anything is changed."""

    name: str = "database"
    parameters: tuple[Parameter, ...] = PARAMETERS
    versions: VersionRange = field(default_factory=VersionRange)
    explanations: Mapping[str, Explanation] = field(
        default_factory=lambda: EXPLANATIONS, hash=False, repr=False
    )

    def spec(self, parameters: Mapping[str, object], site: Site) -> DatabaseSpec:
        read = Parameters(self.name, parameters, PARAMETERS)
        return DatabaseSpec(site.cluster, read.choice("cluster", _OPTIONS, "optional") == "wanted")

    def reads(self, spec: DatabaseSpec) -> tuple[Read, ...]:
        return (STATUS,)

    def state(self, replies: Replies) -> DatabaseState:
        return understand(replies)

    def blank(self, spec: DatabaseSpec) -> DatabaseState:
        # A gate is open on paper: what it asks of a box cannot be asked of none.
        return DatabaseState(is_clustered=spec.is_wanted)

    def problems(
        self, desired: Mapping[str, DatabaseSpec], observed: Mapping[str, DatabaseState]
    ) -> tuple[Problem, ...]:
        return tuple(
            problem
            for host, spec in desired.items()
            for problem in _problems(host, spec, observed[host])
        )

    def cells(
        self, desired: Mapping[str, DatabaseSpec], observed: Mapping[str, DatabaseState]
    ) -> tuple[Cell, ...]:
        return tuple(
            Cell(BOXES, spec.cluster, host, "database", *_shown(host, spec, observed[host]))
            for host, spec in desired.items()
        )

    def is_read(self, words: tuple[str, ...]) -> bool:
        return words == STATUS.words


def _problems(host: str, spec: DatabaseSpec, state: DatabaseState) -> Iterator[Problem]:
    troubles = list(state.troubles())
    if troubles:
        text = Phrase(
            "the database cluster is not well: {troubles}; look with: {look}",
            troubles="; ".join(troubles),
            look=STATUS.line,
        )
        evidence = tuple(Evidence(host, STATUS.line, trouble) for trouble in troubles)
        yield Problem(host, "database/cluster", text, cluster=spec.cluster, evidence=evidence)
    elif state.is_clustered is UNKNOWN:
        text = Phrase(
            "the box does not show how its database is; look with: {look}", look=STATUS.line
        )
        yield Problem(host, "database/unseen", text, Severity.NOTE, spec.cluster)
    elif spec.is_wanted and not state.is_clustered:
        text = Phrase("the box is in no database cluster; look with: {look}", look=STATUS.line)
        yield Problem(host, "database/alone", text, cluster=spec.cluster)


def _shown(host: str, spec: DatabaseSpec, state: DatabaseState) -> tuple[str, str, bool]:
    """Text of the cell, the box that it was seen on, and whether it is wrong."""
    if any(state.troubles()):
        return "not well", host, True
    if state.is_clustered is UNKNOWN:
        return "unknown", host, False
    if not state.is_clustered:
        return "alone", host, spec.is_wanted
    return f"{len(state.nodes)} in sync", host, False
