"""The five verbs of ``dns``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cmsdeploy.families.contract import Outcome, Site, VersionRange
from cmsdeploy.families.dns import log_findings
from cmsdeploy.families.dns.asked import everything
from cmsdeploy.families.dns.cells import cells_of
from cmsdeploy.families.dns.explanations import EXPLANATIONS
from cmsdeploy.families.dns.facts import DnsState, understand
from cmsdeploy.families.dns.ladder import rungs
from cmsdeploy.families.dns.refusals import boxes_astray, refusals_of
from cmsdeploy.families.dns.rules import problems_of, summary_of
from cmsdeploy.families.dns.spec import PARAMETERS, DnsSpec, read_spec
from cmsdeploy.families.form import Parameter
from cmsdeploy.families.ladder import Ladder, climb
from cmsdeploy.model.action import Read, Replies
from cmsdeploy.model.cell import Cell
from cmsdeploy.model.explanation import Explanation
from cmsdeploy.model.logged import Logged
from cmsdeploy.model.records import NameAnswer, Query, RecordSet
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Problem

__all__ = ["DnsFamily"]

_NOTHING = NameAnswer("NXDOMAIN", is_authoritative=True)
_ZONE = "ns. hostmaster. 1 3600 600 86400 300"


@dataclass(frozen=True)
class DnsFamily:
    """The records of XMPP servers. In every CMS version: name servers do not ask for one."""

    name: str = "dns"
    parameters: tuple[Parameter, ...] = PARAMETERS
    versions: VersionRange = field(default_factory=VersionRange)
    explanations: Mapping[str, Explanation] = field(
        default_factory=lambda: EXPLANATIONS, hash=False, repr=False
    )

    def spec(self, parameters: Mapping[str, object], site: Site) -> DnsSpec:
        return read_spec(parameters, site)

    def reads(self, spec: DnsSpec) -> tuple[Read, ...]:
        return everything(spec)

    def state(self, replies: Replies) -> DnsState:
        return understand(replies)

    def blank(self, spec: DnsSpec) -> DnsState:
        asked = [read for read in everything(spec) if isinstance(read, Query)]
        answers = dict.fromkeys(asked, _NOTHING)
        zone = RecordSet(spec.zone, "SOA", spec.ttl, (_ZONE,))
        for server in spec.servers:
            answers[Query(server, spec.zone, "SOA")] = NameAnswer("NOERROR", True, (zone,))
        return DnsState(answers)

    def steps(
        self,
        desired: Mapping[str, DnsSpec],
        observed: Mapping[str, DnsState],
        made: frozenset[SecretRef],
    ) -> Outcome:
        carriers = {host: spec for host, spec in desired.items() if spec.is_carrier}
        refusals = (
            *boxes_astray(desired, observed),
            *(one for host, spec in carriers.items() for one in refusals_of(spec, observed[host])),
        )
        refused = {refusal.host for refusal in refusals}
        ladders = tuple(
            Ladder(host, self.name, spec.cluster, observed[host], tuple(rungs(spec, seen)))
            for host, spec in carriers.items()
            for seen in (observed[host],)
            if host not in refused
        )
        steps, predicted = climb(ladders)
        sources = {spec.key.secret: host for host, spec in carriers.items() if spec.key}
        return Outcome(steps, refusals, sources=sources, predicted=predicted, ladders=ladders)

    def problems(
        self, desired: Mapping[str, DnsSpec], observed: Mapping[str, DnsState]
    ) -> tuple[Problem, ...]:
        return tuple(problems_of(desired, observed))

    def summary(
        self, desired: Mapping[str, DnsSpec], observed: Mapping[str, DnsState]
    ) -> tuple[str, ...]:
        return tuple(summary_of(desired, observed))

    def cells(
        self, desired: Mapping[str, object], observed: Mapping[str, object]
    ) -> tuple[Cell, ...]:
        specs = {host: spec for host, spec in desired.items() if isinstance(spec, DnsSpec)}
        states = {host: seen for host, seen in observed.items() if isinstance(seen, DnsState)}
        return tuple(cells_of(specs, states))

    def secrets(self, spec: DnsSpec, state: DnsState) -> Mapping[SecretRef, Secret]:
        if spec.key is None or spec.secret is None:
            return {}
        return {spec.key.secret: spec.secret}

    def is_read(self, words: tuple[str, ...]) -> bool:
        return words == (self.name,) or words[:2] == (self.name, "lookup")

    def shows_secrets(self, words: tuple[str, ...]) -> bool:
        return False

    def log_findings(self, logs: Mapping[str, Logged]) -> tuple[Problem, ...]:
        return tuple(log_findings.log_findings(logs))

    def log_secrets(self, logs: Mapping[str, Logged]) -> tuple[Secret, ...]:
        return ()

    def not_in_log(self, logs: Mapping[str, Logged]) -> tuple[str, ...]:
        return tuple(log_findings.not_in_log(logs))
