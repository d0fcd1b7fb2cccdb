"""A healthy cluster, a fault, a doctor before it, and a repair that is carried out."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from functools import cache

from cmsdeploy.executor.apply import RunReport, walk
from cmsdeploy.executor.carry_out import Carrier
from cmsdeploy.executor.observe import Observation
from cmsdeploy.families import families
from cmsdeploy.lab import World
from cmsdeploy.model.event import Event
from cmsdeploy.model.plan import Plan
from cmsdeploy.planning.compare import compare
from cmsdeploy.planning.diagnosis import Diagnosis, diagnose
from cmsdeploy.planning.guard import check_plan_holds
from cmsdeploy.planning.proofs import proof_points
from cmsdeploy.planning.stage import Stage
from cmsdeploy.transport.contract import is_outcome_unknown
from tests.contract.deployment import Deployment, names
from tests.contract.engineer import Engineer, blank_world
from tests.contract.wire import Fuse
from tests.doctor.shipped import site_stages

__all__ = ["FAMILIES", "Doctor", "healthy", "wanted_of"]

FAMILIES = ("clock", "pki", "xmpp", "dns", "callbridge")
Positions = tuple[tuple[str, str], ...]


def wanted_of(count: int) -> Deployment:
    """A cluster of so many servers, each a call bridge as well."""
    return Deployment(tuple(names(count)), tuple(names(count)))


@cache
def _deployed(count: int, switches: Positions) -> World:
    wanted = wanted_of(count)
    world = blank_world(wanted, dict(switches))
    outcome = Engineer(world, wanted, FAMILIES).run()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    world.advance(200)
    return world


def healthy(count: int, *switches: tuple[str, str]) -> World:
    """A world of its own in which nothing is wrong."""
    return copy.deepcopy(_deployed(count, switches))


@dataclass
class Doctor:
    """One look, one diagnosis, and a repair that is planned from it and carried out, by the tasks
    of the shipped ``site.yml``; with ``is_alone`` there is one task for each family."""

    world: World
    wanted: Deployment
    families: tuple[str, ...] = FAMILIES
    fuse: Fuse = field(default_factory=Fuse)
    events: list[Event] = field(default_factory=list)
    is_alone: bool = False

    def stages(self) -> list[Stage]:
        """The tasks."""
        if self.is_alone:
            return Engineer(self.world, self.wanted, self.families).stages()
        return site_stages(self.wanted, self.families)

    def look(self) -> Observation:
        self._engineer = Engineer(self.world, self.wanted, self.families, self.fuse)
        return self._engineer.look(self.stages())

    def diagnosis(self) -> Diagnosis:
        """What is wrong, causes first."""
        look = self.look().look
        return diagnose(self.stages(), look, families())

    def plan(self) -> Plan:
        """The repair of all that is wrong."""
        look = self.look().look
        stages = self.stages()
        asks = diagnose(stages, look, families()).asks
        return compare(stages, look, families(), asks=asks).plan

    def heal(self) -> RunReport | None:
        """Carry the repair out; None where there is nothing to do."""
        observation = self.look()
        stages = self.stages()
        asks = diagnose(stages, observation.look, families()).asks
        plan = compare(stages, observation.look, families(), asks=asks).plan
        check_plan_holds(plan)
        if not plan.steps:
            return None
        carrier = Carrier(
            observation.boxes,
            proof_points(plan.steps),
            self.events.append,
            is_outcome_unknown,
            {ref: observation.boxes[host].secrets()[ref] for ref, host in plan.sources.items()},
            pauses=self._engineer.pauses,
            are_shown_secrets_allowed=True,
        )
        return walk(plan.steps, carrier, self.events.append, 1)
