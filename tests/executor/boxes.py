"""A box that needs no family: it does what it is told, and what a test plans for a line happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cmsdeploy.executor.box import Box
from cmsdeploy.executor.carry_out import Carrier
from cmsdeploy.families import families
from cmsdeploy.model.action import Call, Command, Read, Reply, Upload
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.host import Host
from cmsdeploy.model.records import Update
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Step
from cmsdeploy.transport.contract import is_outcome_unknown

__all__ = ["Obedient", "Site", "step"]

Deed = Callable[[], None]


@dataclass
class Obedient:
    """A session that remembers what was sent, after the deed that is planned for the line."""

    deeds: Mapping[str, Deed]
    sent: list[str] = field(default_factory=list)
    prepared: list[int] = field(default_factory=list)
    connections: int = 1

    def read(self, read: Read) -> Reply:
        """Nothing is ever seen."""
        return Reply("")

    def copy(self, name: str, take: Callable[[bytes], None]) -> bool:
        """There is no file."""
        return False

    def perform(
        self, action: Command | Upload | Call | Update, secrets: Mapping[SecretRef, Secret]
    ) -> Reply:
        """Do the deed of the line, then remember the line."""
        self.deeds.get(action.line, lambda: None)()
        self.sent.append(action.line)
        return Reply("")

    def prepare(self) -> None:
        """Nothing is opened; what had been sent by then is remembered."""
        self.prepared.append(len(self.sent))

    def reconnect(self) -> None:
        """Nothing is open; it is counted."""
        self.connections += 1

    def close(self) -> None:
        """Nothing is open."""


class Site:
    """Hosts that obey, and the events that are told of them."""

    def __init__(self, *hosts: str, **deeds: Deed) -> None:
        """``deeds`` by line, blanks written as underscores."""
        planned = {line.replace("_", " "): deed for line, deed in deeds.items()}
        self.sessions = {host: Obedient(planned) for host in hosts}
        self.events: list[Event] = []

    def carrier(self, listener: Callable[[Event], None] | None = None) -> Carrier:
        """A carrier to all hosts that asks for no proof."""
        boxes = {
            name: Box(Host(name, "10.0.0.1"), session, (), families())
            for name, session in self.sessions.items()
        }
        return Carrier(boxes, frozenset(), listener or self.events.append, is_outcome_unknown)

    @property
    def sent(self) -> list[str]:
        """Every line that was carried out, host by host."""
        return [line for session in self.sessions.values() for line in session.sent]

    def told(self, kind: EventKind) -> list[str]:
        """The steps of which an event was told."""
        return [event.step for event in self.events if event.kind is kind]


def step(identity: str, needs: str = "", cluster: str = "default") -> Step:
    """A step ``host/line``: the line is what is sent, underscores as blanks."""
    host, _, line = identity.partition("/")
    words = tuple(line.split("_"))
    return Step(
        identity,
        host,
        "toy",
        Command(words),
        "why",
        cluster=cluster,
        needs=frozenset(needs.split()),
    )
