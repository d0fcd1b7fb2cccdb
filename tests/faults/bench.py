"""A box behind two proxies, for one act at a time; and several of them side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeVar

from cmsdeploy.lab import BoxDescription, Lab
from cmsdeploy.model.host import Host, Login, WebAdmin
from cmsdeploy.model.secret import Secret
from cmsdeploy.session.box import BoxSession
from cmsdeploy.session.opening import open_box
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.ssh import connect
from tests.faults.flow import Direction
from tests.faults.proxy import Proxy

__all__ = ["SECONDS", "Act", "Bench", "a_bench", "benches", "side_by_side"]

SECONDS = 0.6
# A box has nothing more to do when so long nothing came: longer than threads wait for each other.
_QUIET_SECONDS = 0.06
_PASSWORD = "the password of the box"
_Place = TypeVar("_Place")
_Result = TypeVar("_Result")
Act = Callable[[BoxSession], object]


@dataclass
class Bench:
    """One box behind two proxies; ``session`` is a new one with short deadlines."""

    lab: Lab
    ssh: Proxy
    api: Proxy

    def host(self) -> Host:
        """The box, as somebody sees it who goes through the proxies."""
        box = self.lab.boxes["cb1"]
        password = Secret(_PASSWORD)
        webadmin = WebAdmin(
            "127.0.0.1", self.api.port, "admin", password, fingerprint=box.api_fingerprint
        )
        login = Login("admin", password=password)
        key = box.host_key_fingerprint
        return Host("cb1", "127.0.0.1", self.ssh.port, login, key, webadmin=webadmin)

    def session(self, seconds: float = SECONDS) -> BoxSession:
        return open_box(
            self.host(),
            known_hosts=[],
            redactor=Redactor(),
            connect_timeout=seconds,
            default_deadline_seconds=seconds,
            file_seconds=seconds,
        )

    @contextmanager
    def opened(self, seconds: float = SECONDS) -> Iterator[BoxSession]:
        session = self.session(seconds)
        try:
            yield session
        finally:
            session.close()

    def sent(self) -> list[str]:
        """What the box was told that changes it."""
        return [entry.text for entry in self.lab.audit("cb1") if entry.is_write]

    def quiet(self) -> int:
        """How much was sent so far, once the box has done all that it got from the run before."""
        for proxy in (self.ssh, self.api):
            proxy.load([])
        seen = -1
        while seen != len(self.sent()):
            seen = len(self.sent())
            time.sleep(_QUIET_SECONDS)
        return seen

    def measured(self, act: Act, way: str) -> dict[Direction, int]:
        """How many bytes an act takes, with its login, in both directions."""
        self.quiet()
        with self.opened(10) as session:
            act(session)
        return dict((self.ssh if way == "ssh" else self.api).passed)

    def login(self) -> dict[Direction, int]:
        """How many bytes a login over SSH takes."""
        self.quiet()
        connection = connect(self.host(), known_hosts=[])
        passed = dict(self.ssh.passed)
        connection.close()
        return passed


@contextmanager
def a_bench() -> Iterator[Bench]:
    """A box that runs, and nobody else."""
    box = BoxDescription("cb1", "127.0.1.1", password=_PASSWORD)
    with Lab([box]) as lab:
        found = lab.boxes["cb1"]
        with (
            Proxy((found.address, found.ssh_port)) as ssh,
            Proxy((found.address, found.api_port)) as api,
        ):
            yield Bench(lab, ssh, api)


@contextmanager
def benches(count: int) -> Iterator[Sequence[Bench]]:
    """So many: most of what a fault takes is waiting, and boxes can wait side by side."""
    with ExitStack() as stack:
        yield [stack.enter_context(a_bench()) for _ in range(count)]


def side_by_side(
    of: Sequence[Bench], places: Sequence[_Place], visit: Callable[[Bench, _Place], _Result]
) -> list[_Result]:
    """Visit each place with a bench that is free; the results are in the order of the places."""
    free: SimpleQueue[Bench] = SimpleQueue()
    for bench in of:
        free.put(bench)

    def visited(place: _Place) -> _Result:
        bench = free.get()
        try:
            return visit(bench, place)
        finally:
            free.put(bench)

    with ThreadPoolExecutor(len(of)) as pool:
        return list(pool.map(visited, places))
