"""The five verbs of ``pki``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cmsdeploy.families.contract import Outcome, Site, VersionRange
from cmsdeploy.families.form import Parameter
from cmsdeploy.families.ladder import Ladder, climb
from cmsdeploy.families.pki.commands import LIST, match, verify
from cmsdeploy.families.pki.explanations import EXPLANATIONS
from cmsdeploy.families.pki.facts import PkiState, understand
from cmsdeploy.families.pki.ladder import rungs
from cmsdeploy.families.pki.rules import refusals
from cmsdeploy.families.pki.spec import PARAMETERS, PkiSpec, read_spec
from cmsdeploy.families.services import SERVICES
from cmsdeploy.model.action import Download, Read, Replies
from cmsdeploy.model.explanation import Explanation
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Problem, Severity

__all__ = ["PkiFamily"]

_READS = frozenset({"list", "inspect", "match", "verify"})


@dataclass(frozen=True)
class PkiFamily:
    """Files on the box: ask for, upload, compare, key matches certificate. In every CMS version."""

    name: str = "pki"
    parameters: tuple[Parameter, ...] = PARAMETERS
    versions: VersionRange = field(default_factory=VersionRange)
    explanations: Mapping[str, Explanation] = field(
        default_factory=lambda: EXPLANATIONS, repr=False, compare=False
    )

    def spec(self, parameters: Mapping[str, Any], site: Site) -> PkiSpec:
        return read_spec(parameters, site)

    def reads(self, spec: PkiSpec) -> tuple[Read, ...]:
        names = dict.fromkeys(file.name for file in spec.files)
        if spec.request is not None and not spec.request.is_here:
            names[spec.request.file] = None
        witnesses = [match(spec.key, spec.certificate)]
        if spec.bundle:
            witnesses.append(verify(spec.certificate, spec.bundle))
        return (LIST, *SERVICES, *witnesses, *map(Download, names))

    def state(self, replies: Replies) -> PkiState:
        return understand(replies)

    def blank(self, spec: PkiSpec) -> PkiState:
        return PkiState(names=frozenset())

    def steps(
        self,
        desired: Mapping[str, PkiSpec],
        observed: Mapping[str, PkiState],
        made: frozenset[SecretRef],
    ) -> Outcome:
        refused = tuple(
            refusal
            for host, spec in desired.items()
            for refusal in refusals(host, spec, observed[host])
        )
        makers = _makers(desired)
        ladders = tuple(
            Ladder(
                host,
                self.name,
                spec.cluster,
                observed[host],
                tuple(rungs(spec, is_maker=host in makers)),
            )
            for host, spec in desired.items()
        )
        steps, predicted = climb(ladders)
        return Outcome(
            steps,
            refused,
            predicted=predicted,
            ladders=ladders,
            notes=_notes(desired),
            waiting=_waiting(desired),
        )

    def problems(
        self, desired: Mapping[str, PkiSpec], observed: Mapping[str, PkiState]
    ) -> tuple[Problem, ...]:
        return ()

    def summary(
        self, desired: Mapping[str, PkiSpec], observed: Mapping[str, PkiState]
    ) -> tuple[str, ...]:
        return ()

    def secrets(self, spec: PkiSpec, state: PkiState) -> Mapping[SecretRef, Secret]:
        return {}

    def is_read(self, words: tuple[str, ...]) -> bool:
        return words[0] == self.name and words[1:2] != () and words[1] in _READS

    def shows_secrets(self, words: tuple[str, ...]) -> bool:
        return False


def _makers(desired: Mapping[str, PkiSpec]) -> frozenset[str]:
    """The hosts whose ladder makes the request: every box its own, and of those that share one that
    is made here the first."""
    first: dict[str, str] = {}
    for host, spec in desired.items():
        if spec.request is not None:
            first.setdefault(spec.request.found.target, host)
    return frozenset(first.values())


def _waiting(desired: Mapping[str, PkiSpec]) -> dict[str, str]:
    """What a person has to bring, by cluster."""
    found: dict[str, dict[str, None]] = {}
    for spec in desired.values():
        if spec.waits_for:
            found.setdefault(spec.cluster, {})[spec.waits_for] = None
    return {cluster: "; ".join(each) for cluster, each in found.items()}


def _notes(desired: Mapping[str, PkiSpec]) -> tuple[Problem, ...]:
    """What the checks remark, once for all hosts that share a file."""
    told: dict[tuple[str, str], Problem] = {}
    for host, spec in desired.items():
        for one in spec.remarks:
            note = Problem(host, one.rule, one.text, Severity.NOTE, spec.cluster)
            told.setdefault((one.rule, one.text), note)
    return tuple(_in_order(told.values()))


def _in_order(notes: Iterable[Problem]) -> list[Problem]:
    return sorted(notes, key=lambda note: (note.cluster, note.rule))
