"""Boxes in memory that fail, or say what they should not, at a place of our choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from cmsdeploy.lab import ApiAnswer, Box, FileRefusedError
from cmsdeploy.lab.mmp.table import find, is_write
from cmsdeploy.model.host import Host, Login, WebAdmin
from cmsdeploy.model.secret import Secret
from cmsdeploy.session.box import BoxSession
from cmsdeploy.transport.contract import LateReplyError, OutcomeUnknownError
from cmsdeploy.transport.memory import Device, MemoryApi, MemoryConnection
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer
from tests.contract.wire import open_session

__all__ = ["WAYS", "Failing", "Guarded", "Told", "Watcher"]

WAYS = ("says", "reset", "late", "bug")


@dataclass(frozen=True)
class Guarded(Deployment):
    """A deployment whose boxes want a password, so that there is one to lose."""

    password: str = ""

    def host(self, name: str) -> Host:
        """With a login, over SSH and the API."""
        secret = Secret(self.password)
        host = super().host(name)
        webadmin = WebAdmin(host.address, password=secret)
        return replace(host, login=Login("admin", password=secret), webadmin=webadmin)


@dataclass(frozen=True)
class Told:
    """What a box says to one line; ``answer`` is never asked for."""

    text: str
    question: str | None = None
    is_echoed: bool = True

    def answer(self, text: str) -> Told:
        """Nobody asked."""
        raise AssertionError(f"an answer that nobody asked for: {len(text)} characters")


@dataclass
class Failing:
    """Counts the writes over all boxes, and fails at number ``at`` (from 1) in one of ``WAYS``."""

    at: int
    way: str
    leak: Callable[[], str]
    writes: int = 0

    def is_now(self, is_writing: bool) -> bool:
        """Whether this write is the one."""
        self.writes += is_writing
        return is_writing and self.writes == self.at

    def fail(self) -> str:
        """Raise, or give what the box says."""
        leaked = self.leak()
        if self.way == "reset":
            raise OutcomeUnknownError(f"reset: {leaked}"[:6], "", leaked.encode())
        if self.way == "late":
            raise LateReplyError("no answer", "look", leaked.encode())
        if self.way == "bug":
            raise RuntimeError(leaked)
        return leaked


@dataclass(frozen=True)
class _FailingBox:
    box: Box
    failing: Failing
    alter: Callable[[str, str], str]

    @property
    def prompt(self) -> str:
        return self.box.prompt

    def execute(self, line: str) -> object:
        words = tuple(line.split())
        is_writing = bool(words) and is_write(find(words, self.box.release), words)
        if self.failing.is_now(is_writing):
            if self.failing.way == "lies":
                # What asks for a secret has to ask, or the lie would be another one.
                return self.box.execute(line) if "add-secret" in line else Told("SUCCESS: done\n")
            return Told(f"FAILURE: {self.failing.fail()}\n")
        said = self.box.execute(line)
        if said.question is not None:
            return said
        return Told(self.alter(line, said.text))

    def write_file(self, name: str, content: bytes) -> None:
        if self.failing.is_now(True):
            if self.failing.way == "lies":
                return
            raise FileRefusedError("denied", self.failing.fail())
        self.box.write_file(name, content)

    def read_file(self, name: str) -> bytes | None:
        return self.box.read_file(name)

    def list_files(self) -> Iterable[str]:
        return self.box.list_files()

    def api(self, method: str, path: str, form: Mapping[str, str]) -> ApiAnswer:
        if self.failing.is_now(method != "GET"):
            if self.failing.way == "lies":
                return ApiAnswer(200, {}, "")
            return ApiAnswer(500, {}, f"<failure>{self.failing.fail()}</failure>")
        answer = self.box.api(method, path, form)
        return replace(answer, body=self.alter(f"{method} {path}", answer.body))


@dataclass
class Watcher(Engineer):
    """An engineer before boxes that fail or talk; ``greeting`` comes before the first prompt."""

    failing: Failing = field(default_factory=lambda: Failing(0, "says", str))
    alter: Callable[[str, str], str] = lambda line, text: text
    greeting: str = ""
    is_chopped: bool = False
    met: list[Host] = field(default_factory=list)

    def session(self, host: Host) -> BoxSession:
        """A session to the box, as it behaves here."""
        self.met.append(host)
        device = cast("Device", _FailingBox(self.world.boxes[host.name], self.failing, self.alter))
        session = open_session(self.world.boxes[host.name], host, self.fuse, self.redactor)
        # The wire of the contract tests, with a box that fails in the place of one that does not.
        session._connect = lambda _: MemoryConnection(
            device,
            refusal=FileRefusedError,
            is_chopped=self.is_chopped,
            greeting=self.greeting,
        )
        session._connect_api = lambda _: MemoryApi(device)
        return session
