"""The five verbs of ``callbridge``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cmsdeploy.families.callbridge.calls import ALARMS, SETTINGS
from cmsdeploy.families.callbridge.explanations import EXPLANATIONS
from cmsdeploy.families.callbridge.facts import CallbridgeState, understand
from cmsdeploy.families.callbridge.ladder import rungs
from cmsdeploy.families.callbridge.spec import PARAMETERS, CallbridgeSpec, read_spec
from cmsdeploy.families.contract import Outcome, Site, VersionRange
from cmsdeploy.families.form import Parameter
from cmsdeploy.families.ladder import Ladder, climb
from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.model.action import Read, Replies
from cmsdeploy.model.finding import Explanation
from cmsdeploy.model.secret import UNKNOWN, Secret, SecretRef
from cmsdeploy.model.step import Problem, Severity
from cmsdeploy.model.version import Version

__all__ = ["CallbridgeFamily"]

_VERSIONS = VersionRange(
    Version(1, 8),
    Version(3, 0),
    "the API has system/configuration/xmpp from 1.8 on, and CMS 3.0 took it out with the XMPP"
    " server (Cisco TAC 217062)",
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
        return (SETTINGS, ALARMS)

    def state(self, replies: Replies) -> CallbridgeState:
        return understand(replies)

    def blank(self, spec: CallbridgeSpec) -> CallbridgeState:
        return CallbridgeState(has_api=True, name="", domain="", server_address="", has_alarm=False)

    def steps(
        self,
        desired: Mapping[str, CallbridgeSpec],
        observed: Mapping[str, CallbridgeState],
        made: frozenset[SecretRef],
    ) -> Outcome:
        steps, predicted = climb(
            Ladder(host, self.name, spec.cluster, observed[host], tuple(rungs(spec, seen, made)))
            for host, spec in desired.items()
            for seen in (observed[host],)
        )
        return Outcome(steps, (), predicted=predicted)

    def problems(
        self, desired: Mapping[str, CallbridgeSpec], observed: Mapping[str, CallbridgeState]
    ) -> tuple[Problem, ...]:
        found = []
        for host, spec in desired.items():
            state = observed[host]
            if state.has_alarm is True:
                secret = callbridge_secret(spec.cluster, spec.name)
                text = f"the box raises an XMPP alarm: {spec.name} is not logged in ({secret})"
                found.append(Problem(host, "callbridge/alarm", text, cluster=spec.cluster))
            elif state.has_alarm is not False:
                text = "the box does not show whether the login works; look at Web Admin > Status"
                found.append(Problem(host, "callbridge/unseen", text, Severity.NOTE, spec.cluster))
        return tuple(found)

    def summary(
        self, desired: Mapping[str, CallbridgeSpec], observed: Mapping[str, CallbridgeState]
    ) -> tuple[str, ...]:
        return tuple(
            f"call bridge {spec.name} on {host} {_login_in_words(spec, observed[host])}"
            for host, spec in desired.items()
        )

    def secrets(self, spec: CallbridgeSpec, state: CallbridgeState) -> Mapping[SecretRef, Secret]:
        return {}

    def is_read(self, words: tuple[str, ...]) -> bool:
        return words == (self.name,)

    def shows_secrets(self, words: tuple[str, ...]) -> bool:
        return False


def _login_in_words(spec: CallbridgeSpec, state: CallbridgeState) -> str:
    if state.name == "":
        return "has no XMPP login set"
    if not state.has_settings(spec.name, spec.domain, spec.server_address):
        return "does not have the wanted XMPP login"
    if state.has_alarm is UNKNOWN:
        return "does not show whether it is logged in"
    return "is not logged in (XMPP alarm)" if state.has_alarm else "is logged in (no XMPP alarm)"
