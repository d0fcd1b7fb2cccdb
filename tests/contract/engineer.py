"""Somebody who looks, plans and applies, in the order in which the command line does it."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cmsdeploy.executor.apply import RunReport, walk
from cmsdeploy.executor.carry_out import Carrier
from cmsdeploy.executor.observe import Observation, Observer
from cmsdeploy.families import families
from cmsdeploy.lab import World
from cmsdeploy.model.event import Event
from cmsdeploy.model.host import Host
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Step
from cmsdeploy.planning.compare import Comparison, compare
from cmsdeploy.planning.guard import check_plan_holds
from cmsdeploy.planning.proofs import proof_points
from cmsdeploy.planning.stage import Stage
from cmsdeploy.session.box import BoxSession
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import is_outcome_unknown
from tests.contract.deployment import Deployment
from tests.contract.names import add_name_servers, zone_lines
from tests.contract.registration import REGISTERED, stages_of
from tests.contract.wire import Fuse, Killed, open_session

__all__ = ["Engineer", "Outcome", "blank_world", "digest", "written"]

Order = Callable[[Sequence[Step]], Sequence[Step]]


def blank_world(
    wanted: Deployment, switches: Mapping[str, str] | None = None, version: str = "2.9.5"
) -> World:
    """Boxes out of the carton."""
    world = World(switches, checks_certificates=False)
    for name in wanted.boxes:
        world.add_box(name, wanted.address(name), version=version)
    add_name_servers(world, wanted.domain)
    return world


@dataclass(frozen=True)
class Outcome:
    """One run: what was planned, and what became of it. ``report`` is None without an apply."""

    comparison: Comparison
    report: RunReport | None
    events: tuple[Event, ...]

    @property
    def plan(self) -> Plan:
        """The plan of the run."""
        return self.comparison.plan


@dataclass
class Engineer:
    """One engineer with one playbook, before one world."""

    world: World
    wanted: Deployment
    families: tuple[str, ...] = tuple(REGISTERED)
    fuse: Fuse = field(default_factory=Fuse)
    redactor: Redactor = field(default_factory=Redactor)
    are_shown_secrets_allowed: bool = True

    def stages(self) -> list[Stage]:
        """The tasks."""
        return stages_of(self.wanted, self.families)

    def session(self, host: Host) -> BoxSession:
        """A session to the simulated box of that name."""
        return open_session(self.world.boxes[host.name], host, self.fuse, self.redactor)

    def look(self, stages: Sequence[Stage]) -> Observation:
        """Look at every box."""
        hosts = {name: self.wanted.host(name) for name in self.wanted.boxes}
        return Observer(families(), self.session, lambda _: None, forks=1).observe(stages, hosts)

    def plan(self, limit: frozenset[str] | None = None) -> Comparison:
        """Look and plan; nothing is written."""
        stages = self.stages()
        return compare(stages, self.look(stages).look, families(), limit)

    def run(
        self, order: Order = tuple, *, forks: int = 1, limit: frozenset[str] | None = None
    ) -> Outcome:
        """Look, plan, apply. ``order`` may shuffle the steps before they are carried out."""
        stages = self.stages()
        observation = self.look(stages)
        comparison = compare(stages, observation.look, families(), limit)
        plan = comparison.plan
        check_plan_holds(plan)
        events: list[Event] = []

        def listen(event: Event) -> None:
            self.fuse.hear(event)
            events.append(event)

        report = None
        if plan.steps:
            carrier = Carrier(
                observation.boxes,
                proof_points(plan.steps),
                listen,
                is_outcome_unknown,
                {ref: observation.boxes[host].secrets()[ref] for ref, host in plan.sources.items()},
                pauses=self.pauses,
                are_shown_secrets_allowed=self.are_shown_secrets_allowed,
            )
            report = walk(order(plan.steps), carrier, listen, forks)
        return Outcome(comparison, report, tuple(events))

    def run_until_cut(self) -> Outcome | None:
        """Run; None where the fuse killed the process."""
        try:
            return self.run()
        except Killed:
            return None

    def again(self) -> Engineer:
        """A new process before the same world, without memory."""
        return Engineer(self.world, self.wanted, self.families)

    def pauses(self, deadline_seconds: float) -> Iterator[float]:
        """Simulated waiting: the clock of the world moves, ours does not."""
        waited = 0.0
        yield waited
        while waited < deadline_seconds:
            self.world.advance(5.0)
            waited += 5.0
            yield waited


def written(world: World) -> dict[str, list[str]]:
    """What each box was asked to change, in order: lines, file names and API requests."""
    return {
        name: [e.text for e in box.audit if e.is_write and e.kind != "answer"]
        for name, box in world.boxes.items()
    }


def digest(world: World) -> str:
    """A canonical digest of the end state: everything that a person would compare, no leader."""
    state = {name: _box(world, name) for name in sorted(world.boxes)}
    state["name servers"] = zone_lines(world)
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def _box(world: World, name: str) -> object:
    box = world.boxes[name]
    xmpp = box.xmpp
    cluster = world.clusters.get(xmpp.cluster_number or 0)
    return {
        "settings": [xmpp.domain, xmpp.interfaces, xmpp.key_file, xmpp.certificate_file],
        "more": [xmpp.bundle_file, xmpp.trust_file, xmpp.is_enabled, xmpp.is_cluster_enabled],
        "secrets": sorted(xmpp.callbridges.items()),
        "peers": sorted([p.address, p.is_ghost] for p in cluster.peers) if cluster else None,
        "has_leader": cluster is not None and cluster.leader is not None,
        "login": [sorted(box.xmpp_settings.items()), world.login(name).state],
        "files": {file: repr(box.files.get(file)) for file in sorted(box.files.names())},
        "dns": box.dns_servers,
    }


def copied(world: World) -> World:
    """The same world once more."""
    return copy.deepcopy(world)
