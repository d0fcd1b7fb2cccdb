"""One host during a run: its session, what it last replied, and what the families make of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cmsdeploy.executor.clock import moment
from cmsdeploy.families.contract import Family
from cmsdeploy.model.action import Call, Read, Reply
from cmsdeploy.model.host import Host
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.planning.stage import Stage
from cmsdeploy.session.contract import Session

__all__ = ["Box", "Registry"]

Registry = Mapping[str, Family[Any, Any]]


@dataclass
class Box:
    """``stages`` are those that concern this host. One thread at a time may use a box.

    ``unchanged`` are the reads that were answered after the last change that we sent to this box.
    """

    host: Host
    session: Session
    stages: Sequence[Stage]
    registry: Registry
    replies: dict[Read, Reply] = field(default_factory=dict)
    unchanged: set[Read] = field(default_factory=set)

    def reads(self) -> tuple[Read, ...]:
        """Everything that the stages want to see, once each, in the order of the playbook.

        Calls are left out where no Web Admin is described: their families see no reply.
        """
        wanted = (read for stage in self.stages for read in self._wanted(stage))
        return tuple(dict.fromkeys(wanted))

    def look(self, reads: Sequence[Read]) -> None:
        """Send ``reads`` and remember the replies. Raises ``HostError``."""
        for read in reads:
            reply = self.session.read(read)
            self.replies[read] = replace(reply, moment=moment())
            self.unchanged.add(read)

    def state(self, family: str) -> Any:
        """What ``family`` makes of the latest replies."""
        return self.registry[family].state(self.replies)

    def states(self) -> dict[str, Any]:
        """The states of all families that have a stage here."""
        return {stage.family: self.state(stage.family) for stage in self.stages}

    def whole_states(self) -> dict[str, Any]:
        """The states of those families that every one of their reads was answered to."""
        unanswered = {
            stage.family
            for stage in self.stages
            for read in self._wanted(stage)
            if read not in self.replies
        }
        names = {stage.family for stage in self.stages} - unanswered if self.replies else set()
        return {name: self.state(name) for name in sorted(names)}

    def _wanted(self, stage: Stage) -> tuple[Read, ...]:
        has_api = self.host.webadmin is not None
        reads = self.registry[stage.family].reads(stage.desired[self.host.name])
        return tuple(read for read in reads if has_api or not isinstance(read, Call))

    def secrets(self) -> dict[SecretRef, Secret]:
        """Every secret that the latest replies show, by name."""
        found: dict[SecretRef, Secret] = {}
        for stage in self.stages:
            family = self.registry[stage.family]
            found.update(family.secrets(stage.desired[self.host.name], self.state(stage.family)))
        return found
