"""The wire between executor and simulated box: in memory, and it can be cut at any write."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from cmsdeploy.errors import UnreachableError
from cmsdeploy.lab import ApiAnswer, Box, Exchange, FileRefusedError
from cmsdeploy.lab.mmp.table import find, is_write
from cmsdeploy.lab.presenting import presented
from cmsdeploy.model.action import Handshake
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.host import Host
from cmsdeploy.model.records import NameAnswer, Query, Update, UpdateKey
from cmsdeploy.model.secret import Secret
from cmsdeploy.session.box import BoxSession
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import OutcomeUnknownError, Verdict
from cmsdeploy.transport.handshake import Presentation
from cmsdeploy.transport.memory import MemoryApi, MemoryConnection
from tests.contract.names import MemoryNames

__all__ = ["Cut", "Ear", "Fuse", "Killed", "open_session"]

_T = TypeVar("_T")


class Killed(BaseException):
    """The process is gone: nothing more is sent, and nobody handles this."""


class Cut(Enum):
    """What happens at the chosen write."""

    KILLED_BEFORE = "killed before it arrives"
    KILLED_AFTER = "killed after it took effect"
    LOST_BEFORE = "the connection ends before it arrives"
    LOST_AFTER = "the reply is lost after it took effect"

    @property
    def is_after(self) -> bool:
        """Whether the write takes effect."""
        return self in (Cut.KILLED_AFTER, Cut.LOST_AFTER)

    @property
    def is_kill(self) -> bool:
        """Whether the process ends."""
        return self in (Cut.KILLED_BEFORE, Cut.KILLED_AFTER)


@dataclass
class Fuse:
    """Counts the writes of a run over all boxes and cuts at number ``at`` (from 1)."""

    at: int = 0
    cut: Cut = Cut.KILLED_BEFORE
    writes: int = 0
    is_dead: bool = False

    def pass_on(self, act: Callable[[], _T], is_writing: bool) -> _T:
        """Do ``act`` on the box, unless this is where the wire is cut."""
        if self.is_dead:
            raise Killed
        self.writes += is_writing
        if not is_writing or self.writes != self.at:
            return act()
        if self.cut.is_after:
            act()
        self.is_dead = self.cut.is_kill
        if self.cut.is_kill:
            raise Killed
        raise OutcomeUnknownError("the connection ended", "look again")

    def hear(self, event: Event) -> None:
        """Listen to what the run tells, before anybody writes it down."""


@dataclass
class Ear(Fuse):
    """Cuts at no write: the process ends when it tells of its ``at``-th event of ``kind``. So it
    is dead before a step was sent, or after the reply was read and before that was written down."""

    kind: EventKind = EventKind.STEP_INTENDED
    heard: int = 0

    def pass_on(self, act: Callable[[], _T], is_writing: bool) -> _T:
        """Do ``act``, unless the process is dead."""
        if self.is_dead:
            raise Killed
        self.writes += is_writing
        return act()

    def hear(self, event: Event) -> None:
        """End the process at its event."""
        self.heard += event.kind is self.kind
        if self.heard == self.at and event.kind is self.kind:
            self.is_dead = True
            raise Killed


@dataclass(frozen=True)
class _Said:
    """An exchange whose answer passes the fuse too."""

    exchange: Exchange
    fuse: Fuse

    @property
    def text(self) -> str:
        return self.exchange.text

    @property
    def question(self) -> str | None:
        return self.exchange.question

    @property
    def is_echoed(self) -> bool:
        return self.exchange.is_echoed

    def answer(self, text: str) -> _Said:
        return _Said(self.fuse.pass_on(lambda: self.exchange.answer(text), True), self.fuse)


@dataclass(frozen=True)
class _Wired:
    """A box of the lab behind a fuse."""

    box: Box
    fuse: Fuse

    @property
    def prompt(self) -> str:
        return self.box.prompt

    def execute(self, line: str) -> _Said:
        words = tuple(line.split())
        is_writing = bool(words) and is_write(find(words, self.box.release), words)
        return _Said(self.fuse.pass_on(lambda: self.box.execute(line), is_writing), self.fuse)

    def write_file(self, name: str, content: bytes) -> None:
        self.fuse.pass_on(lambda: self.box.write_file(name, content), True)

    def read_file(self, name: str) -> bytes | None:
        return self.fuse.pass_on(lambda: self.box.read_file(name), False)

    def list_files(self) -> Iterable[str]:
        return self.box.list_files()

    def api(self, method: str, path: str, form: Mapping[str, str]) -> ApiAnswer:
        return self.fuse.pass_on(lambda: self.box.api(method, path, form), method != "GET")


class _SeeingSession(BoxSession):
    """A session that sees certificates without sockets. ``boxes`` are those at its addresses."""

    boxes: Mapping[str, Box] = {}
    fuse = Fuse()

    def see(self, look: Handshake) -> Presentation:
        """What the box at that address presents."""
        box = self.boxes.get(look.address)
        shown = self.fuse.pass_on(lambda: box and presented(box), False)
        if not shown:
            raise UnreachableError(f"{look.address} port {look.port} refuses connections")
        blocks = (shown.certificate + shown.bundle).decode().split("-----END CERTIFICATE-----")
        chain = [one.strip() + "\n-----END CERTIFICATE-----" for one in blocks[:-1]]
        return Presentation(tuple(map(ssl.PEM_cert_to_DER_cert, chain)), "nothing: in memory")


@dataclass(frozen=True)
class _WiredNames:
    """The name servers of the lab behind a fuse."""

    names: MemoryNames
    fuse: Fuse

    def ask(self, query: Query) -> NameAnswer:
        return self.fuse.pass_on(lambda: self.names.ask(query), False)

    def change(self, update: Update, secret: Secret | None) -> Verdict:
        return self.fuse.pass_on(lambda: self.names.change(update, secret), True)

    def try_key(self, server: str, zone: str, key: UpdateKey, secret: Secret) -> Verdict:
        return self.fuse.pass_on(lambda: self.names.try_key(server, zone, key, secret), False)

    def close(self) -> None:
        self.names.close()


def open_session(box: Box, host: Host, fuse: Fuse, redactor: Redactor) -> BoxSession:
    """A session to ``box``, as the real wire would give one."""
    device = _Wired(box, fuse)
    session = _session(device, host, redactor)
    session.boxes = {one.address: one for one in box.world.boxes.values()}
    session.fuse = fuse
    return session


def _session(device: _Wired, host: Host, redactor: Redactor) -> _SeeingSession:
    return _SeeingSession(
        host,
        connect=lambda _: MemoryConnection(device, refusal=FileRefusedError),
        connect_api=lambda _: MemoryApi(device),
        connect_names=lambda: _WiredNames(MemoryNames(device.box.world), device.fuse),
        redactor=redactor,
    )
