"""A task about three servers, and somebody who looks, plans and applies it over the real wire."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cmsdeploy.executor.apply import RunReport, walk
from cmsdeploy.executor.carry_out import Carrier
from cmsdeploy.executor.clock import pauses
from cmsdeploy.executor.observe import Observation, Observer
from cmsdeploy.families import families
from cmsdeploy.model.event import Event
from cmsdeploy.model.host import Host, WebAdmin
from cmsdeploy.model.records import NameAnswer, Query, Update, UpdateKey
from cmsdeploy.model.secret import Secret
from cmsdeploy.model.step import Problem, Risk, Severity
from cmsdeploy.planning.compare import Comparison, compare
from cmsdeploy.planning.gate import UNKNOWN_VERSION
from cmsdeploy.planning.proofs import proof_points
from cmsdeploy.planning.stage import Permission, Stage
from cmsdeploy.session.box import BoxSession
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import Api, Connection, Names, Verdict, is_outcome_unknown
from cmsdeploy.transport.dns import DnsNames
from tests.contract.deployment import TestSite
from tests.dns.bind import DOMAIN, KEY
from tests.lab_dns.programs import Key

__all__ = ["SERVERS", "Person", "key_of", "parameters", "right_zone", "rules"]

SERVERS = {"cb1": "10.0.0.1", "cb2": "10.0.0.2", "cb3": "10.0.0.3"}


def key_of(key: Key) -> dict[str, object]:
    """The key as a task names it."""
    secret = base64.b64encode(key.secret).decode()
    return {"name": key.name, "algorithm": key.algorithm, "secret": Secret(secret)}


def parameters(*servers: str, **more: object) -> dict[str, object]:
    """What a task says; ``more`` wins."""
    hosts = [
        {"host": host, "name": f"{host}.{DOMAIN}", "addresses": [address]}
        for host, address in SERVERS.items()
    ]
    return {
        "domain": DOMAIN,
        "hosts": hosts,
        "servers": list(servers),
        "key": key_of(KEY),
        "ask_boxes": False,
        **more,
    }


def right_zone(ttl: int = 86400) -> list[str]:
    """The lines of a zone in which all is as the task above wants it."""
    return [
        *(f"{host} {ttl} IN A {address}" for host, address in SERVERS.items()),
        *(f"_xmpp-component._tcp {ttl} IN SRV 0 0 5223 {host}" for host in SERVERS),
        *(f"_xmpp-client._tcp {ttl} IN SRV 10 50 5222 {host}" for host in SERVERS),
    ]


@dataclass
class CountedNames:
    """The real wire, and how many updates went over it."""

    names: Names = field(default_factory=DnsNames)
    updates: int = 0

    def ask(self, query: Query) -> NameAnswer:
        return self.names.ask(query)

    def change(self, update: Update, secret: Secret | None) -> Verdict:
        self.updates += 1
        return self.names.change(update, secret)

    def try_key(self, server: str, zone: str, key: UpdateKey, secret: Secret) -> Verdict:
        return self.names.try_key(server, zone, key, secret)

    def close(self) -> None:
        self.names.close()


@dataclass
class Person:
    """One engineer with one task. ``hosts`` are those of the play."""

    given: Mapping[str, object]
    names: CountedNames = field(default_factory=CountedNames)
    redactor: Redactor = field(default_factory=Redactor)
    wait_seconds: float = 5.0
    hosts: Sequence[str] = tuple(SERVERS)

    def stages(self) -> list[Stage]:
        family = families()["dns"]
        desired = {host: family.spec(self.given, TestSite(host)) for host in self.hosts}
        permission = Permission(frozenset(Risk), frozenset({UNKNOWN_VERSION}))
        clusters = dict.fromkeys(self.hosts, "default")
        return [Stage("dns", "records", desired, clusters, permission=permission)]

    def _session(self, host: Host) -> BoxSession:
        def connect(_: Host) -> Connection:
            raise AssertionError("no box has to be asked")

        def connect_api(_: WebAdmin) -> Api:
            raise AssertionError("no box has to be asked")

        return BoxSession(
            host,
            connect=connect,
            connect_api=connect_api,
            connect_names=lambda: self.names,
            redactor=self.redactor,
        )

    def look(self) -> Observation:
        hosts = {name: Host(name, name) for name in self.hosts}
        observer = Observer(
            families(), self._session, lambda _: None, forks=1, are_boxes_asked=False
        )
        return observer.observe(self.stages(), hosts)

    def plan(self) -> Comparison:
        """Look and plan, and send nothing that changes anything."""
        return compare(self.stages(), self.look().look, families())

    def found(self) -> tuple[Problem, ...]:
        """What is wrong."""
        return self.plan().problems

    def apply(self, observation: Observation | None = None) -> RunReport:
        """Carry the plan out; refusals make an empty report."""
        seen = observation or self.look()
        plan = compare(self.stages(), seen.look, families()).plan
        secrets = {ref: seen.boxes[host].secrets()[ref] for ref, host in plan.sources.items()}
        self.events: list[Event] = []
        carrier = Carrier(
            seen.boxes,
            proof_points(plan.steps),
            self.events.append,
            is_outcome_unknown,
            secrets,
            pauses=lambda _: pauses(self.wait_seconds),
        )
        return walk(plan.steps, carrier, self.events.append, forks=1)


def rules(problems: Sequence[Problem], severity: Severity | None = Severity.ERROR) -> list[str]:
    """The rules of ``problems``, sorted; only those of one severity."""
    return sorted(one.rule for one in problems if severity in (None, one.severity))
