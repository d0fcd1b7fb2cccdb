"""The five verbs of ``callbridge``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cmsdeploy.families.callbridge import log_findings
from cmsdeploy.families.callbridge.calls import ALARMS, LOG, SETTINGS
from cmsdeploy.families.callbridge.cells import cells_of
from cmsdeploy.families.callbridge.explanations import EXPLANATIONS
from cmsdeploy.families.callbridge.facts import CallbridgeState, understand
from cmsdeploy.families.callbridge.ladder import rungs
from cmsdeploy.families.callbridge.rules import login_in_words, problems_of
from cmsdeploy.families.callbridge.setting_findings import setting_findings
from cmsdeploy.families.callbridge.spec import PARAMETERS, CallbridgeSpec, read_spec
from cmsdeploy.families.contract import Outcome, Site, VersionRange
from cmsdeploy.families.form import Parameter
from cmsdeploy.families.ladder import Ladder, climb
from cmsdeploy.model.action import Read, Replies
from cmsdeploy.model.cell import Cell
from cmsdeploy.model.explanation import Explanation
from cmsdeploy.model.logged import Logged
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Problem
from cmsdeploy.model.version import Version

__all__ = ["CallbridgeFamily"]

_VERSIONS = VersionRange(
    Version(1, 8),
    Version(3, 0),
    Phrase(
        "the API has system/configuration/xmpp from 1.8 on, and CMS 3.0 took it out with the XMPP"
        " server (Cisco TAC 217062)"
    ),
)


@dataclass(frozen=True)
class CallbridgeFamily:
    """The login of a call bridge, through the API of its own box."""

    name: str = "callbridge"
    parameters: tuple[Parameter, ...] = PARAMETERS
    versions: VersionRange = field(default=_VERSIONS)
    explanations: Mapping[str, Explanation] = field(
        default_factory=lambda: EXPLANATIONS, hash=False, repr=False
    )

    def spec(self, parameters: Mapping[str, Any], site: Site) -> CallbridgeSpec:
        return read_spec(parameters, site)

    def reads(self, spec: CallbridgeSpec) -> tuple[Read, ...]:
        return (SETTINGS, ALARMS, LOG)

    def state(self, replies: Replies) -> CallbridgeState:
        return understand(replies)

    def blank(self, spec: CallbridgeSpec) -> CallbridgeState:
        blank = CallbridgeState(
            has_api=True, name="", domain="", server_address="", has_alarm=False
        )
        # Without a look, who shall have no login is taken to have one.
        return replace(blank, name=spec.name, domain=spec.domain) if spec.is_leaving else blank

    def steps(
        self,
        desired: Mapping[str, CallbridgeSpec],
        observed: Mapping[str, CallbridgeState],
        made: frozenset[SecretRef],
    ) -> Outcome:
        ladders = tuple(
            Ladder(host, self.name, spec.cluster, seen, tuple(rungs(spec, seen, made)))
            for host, spec in desired.items()
            # An earlier task may have set it, with the secret that there was then.
            for seen in (replace(observed[host], is_fresh=False),)
        )
        steps, predicted = climb(ladders)
        return Outcome(steps, (), predicted=predicted, ladders=ladders)

    def problems(
        self, desired: Mapping[str, CallbridgeSpec], observed: Mapping[str, CallbridgeState]
    ) -> tuple[Problem, ...]:
        return tuple(
            problem
            for host, spec in _logging_in(desired)
            for problem in (
                *setting_findings(host, spec, observed[host]),
                *problems_of(host, spec, observed[host]),
            )
        )

    def cells(
        self, desired: Mapping[str, CallbridgeSpec], observed: Mapping[str, CallbridgeState]
    ) -> tuple[Cell, ...]:
        return tuple(
            cell
            for host, spec in _logging_in(desired)
            for cell in cells_of(host, spec, observed[host])
        )

    def summary(
        self, desired: Mapping[str, CallbridgeSpec], observed: Mapping[str, CallbridgeState]
    ) -> tuple[str, ...]:
        return tuple(
            f"  call bridge {spec.name} on {host} {login_in_words(spec, observed[host])}"
            for host, spec in _logging_in(desired)
        )

    def secrets(self, spec: CallbridgeSpec, state: CallbridgeState) -> Mapping[SecretRef, Secret]:
        return {}

    def is_read(self, words: tuple[str, ...]) -> bool:
        return words == (self.name,)

    def shows_secrets(self, words: tuple[str, ...]) -> bool:
        return False

    def log_findings(self, logs: Mapping[str, Logged]) -> tuple[Problem, ...]:
        return tuple(log_findings.log_findings(logs))

    def log_secrets(self, logs: Mapping[str, Logged]) -> tuple[Secret, ...]:
        return ()

    def not_in_log(self, logs: Mapping[str, Logged]) -> tuple[str, ...]:
        return tuple(log_findings.not_in_log(logs))


def _logging_in(desired: Mapping[str, CallbridgeSpec]) -> list[tuple[str, CallbridgeSpec]]:
    """Those that shall have a login: nothing is promised of the others."""
    return [(host, spec) for host, spec in desired.items() if not spec.is_leaving]
