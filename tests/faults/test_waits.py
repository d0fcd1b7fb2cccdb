"""D3, D4 and the bytes of D2 over the wire: one session, short deadlines, an odd peer."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from cmsdeploy.errors import HostError, UnreachableError
from cmsdeploy.lab import BoxDescription, Lab
from cmsdeploy.model.action import Answer, Call, Command, Upload
from cmsdeploy.model.host import Host, Login, WebAdmin
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.box import BoxSession
from cmsdeploy.session.opening import open_box
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import is_outcome_unknown
from tests.faults.flow import Direction, Kind, Toxic
from tests.faults.proxy import Proxy
from tests.promises.numbers import reached

UP, DOWN = Direction.UP, Direction.DOWN
SECONDS = 0.6
NAME = SecretRef("callbridge/x")
KEY = b"0123456789abcdef\n" * 100


@dataclass
class Bench:
    """One box behind two proxies; ``session`` is a new one with short deadlines."""

    lab: Lab
    ssh: Proxy
    api: Proxy

    def session(self, seconds: float = SECONDS) -> BoxSession:
        box = self.lab.boxes["cb1"]
        password = Secret("the password of the box")
        webadmin = WebAdmin(
            "127.0.0.1", self.api.port, "admin", password, fingerprint=box.api_fingerprint
        )
        host = Host(
            "cb1",
            "127.0.0.1",
            self.ssh.port,
            Login("admin", password=password),
            box.host_key_fingerprint,
            webadmin=webadmin,
        )
        return open_box(
            host,
            known_hosts=[],
            redactor=Redactor(),
            connect_timeout=seconds,
            default_deadline_seconds=seconds,
            file_seconds=seconds,
        )

    def sent(self) -> list[str]:
        """What the box was told that changes it."""
        return [entry.text for entry in self.lab.audit("cb1") if entry.is_write]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    box = BoxDescription("cb1", "127.0.1.1", password="the password of the box")
    with Lab([box]) as lab:
        found = lab.boxes["cb1"]
        with (
            Proxy((found.address, found.ssh_port)) as ssh,
            Proxy((found.address, found.api_port)) as api,
        ):
            yield Bench(lab, ssh, api)


BRIDGES = itertools.count()


def _asked() -> Command:
    """Each time another call bridge: a box takes a name once."""
    words = ("xmpp", "callbridge", "add-secret", f"x{next(BRIDGES)}")
    return Command(words, answer=Answer("Enter callbridge secret", NAME))


Act = Callable[[BoxSession], object]
ACTS: dict[str, tuple[str, Act]] = {
    "read": ("ssh", lambda session: session.read(Command.of("version"))),
    "command": ("ssh", lambda session: session.perform(Command.of("xmpp", "domain", "a.com"))),
    "upload": ("ssh", lambda s: s.perform(Upload("a.key", "files/a.key", "1", Secret(KEY)))),
    "secret": ("ssh", lambda s: s.perform(_asked(), {NAME: Secret("a secret that is typed")})),
    "get": ("api", lambda session: session.read(Call("GET", "/api/v1/system/status"))),
    "put": ("api", lambda s: s.perform(Call("PUT", "/api/v1/system/configuration/xmpp", (
        ("domain", "a.com"),)))),
}  # fmt: skip


@contextmanager
def _open(bench: Bench, seconds: float = SECONDS) -> Iterator[BoxSession]:
    session = bench.session(seconds)
    try:
        yield session
    finally:
        session.close()


def _measured(bench: Bench, act: Act, way: str) -> dict[Direction, int]:
    for proxy in (bench.ssh, bench.api):
        proxy.load([])
    with _open(bench, 10) as session:
        act(session)
    return dict((bench.ssh if way == "ssh" else bench.api).passed)


def _with(bench: Bench, way: str, toxic: Toxic, act: Act) -> tuple[HostError | None, float]:
    """Do one act behind a toxic: what it raised, and how long it took."""
    bench.ssh.load([toxic] if way == "ssh" else [])
    bench.api.load([toxic] if way == "api" else [])
    began = time.monotonic()
    failure = None
    with _open(bench) as session:
        try:
            act(session)
        except HostError as error:
            failure = error
    return failure, time.monotonic() - began


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", [1, pytest.param(25, marks=pytest.mark.long)])
def test_a_stall_ends_at_the_deadline(bench: Bench, count: int) -> None:
    """D3: silence at any byte of any act, in both directions: an error in words, and in time."""
    runs, longest = 0, 0.0
    for name, (way, act) in ACTS.items():
        totals = _measured(bench, act, way)
        for direction, total in totals.items():
            for number in range(count):
                at = int(total * (number + 0.5) / count)
                failure, took = _with(bench, way, Toxic(Kind.STALL, direction, at), act)
                # Connecting has a deadline of its own, and the act another; an upload is read back.
                assert took < 3 * SECONDS + 1, (name, direction, at, took)
                if failure is not None:
                    assert failure.host == "cb1"
                    assert failure.action
                runs += 1
                longest = max(longest, took / SECONDS)
    reached("D3", f"{runs} of {runs} stalls ended in time, the longest {longest:.1f} deadlines")


def test_slow_peers(bench: Bench) -> None:
    """D4: pieces of one byte are no fault; one byte a second meets the deadline."""
    for way, act in ACTS.values():
        for direction in Direction:
            slow = Toxic(Kind.SLICER, direction, value=200, jitter=0.0005)
            bench.ssh.load([slow] if way == "ssh" else [])
            bench.api.load([slow] if way == "api" else [])
            with _open(bench, 20) as session:
                act(session)
    failure, took = _with(bench, "api", Toxic(Kind.DRIP, DOWN, 900, value=0.3), ACTS["get"][1])
    assert failure is not None
    assert took < 2 * SECONDS + 1
    reached("D4", "slices work, a drip ends at its deadline")


def _noting(act: Act, said: list[object]) -> Act:
    return lambda session: said.append(act(session))


def _quiet(bench: Bench) -> int:
    """How much was sent so far, once the box has done all that it got from the run before."""
    for proxy in (bench.ssh, bench.api):
        proxy.load([])
    seen = -1
    while seen != len(bench.sent()):
        seen = len(bench.sent())
        time.sleep(0.03)
    return seen


@pytest.mark.parametrize("stride", [1000, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", ["read", "command", "upload", "put"])
@pytest.mark.timeout(3600)
def test_a_cut_says_what_is_known(bench: Bench, name: str, stride: int) -> None:
    """D2: every byte of a login and an act, both ways: "nothing was sent" is never said of what
    the box has carried out."""
    way, act = ACTS[name]
    totals = _measured(bench, act, way)
    runs = unknown = 0
    with _open(bench, 10) as session:
        whole = act(session)
    for direction, total in totals.items():
        # The end is where the reply to the act is: there the default run looks closely too.
        last = range(max(0, total - 400), total, min(stride, 40))
        for at in sorted({*range(stride // 2, total, stride), *last}):
            before = _quiet(bench)
            said: list[object] = []
            toxic = Toxic(Kind.CUT, direction, at)
            failure, _ = _with(bench, way, toxic, _noting(act, said))
            carried_out = _quiet(bench) - before
            assert carried_out <= 1 + (name == "upload"), (direction, at)
            if isinstance(failure, UnreachableError):
                assert carried_out == 0, (direction, at, str(failure))
            if failure is None:
                assert said == [whole], (direction, at)
                assert carried_out or name == "read", (direction, at)
            unknown += failure is not None and is_outcome_unknown(failure)
            runs += 1
    reached("D2", f"{name}: {runs} cuts, {unknown} with an unknown outcome, none told wrongly")
