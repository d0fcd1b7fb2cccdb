"""D3, D4 and the bytes of D2 over the wire: one session, short deadlines, an odd peer."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence

import pytest

from cmsdeploy.errors import HostError, UnreachableError
from cmsdeploy.model.action import Answer, Call, Command, Upload
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.box import BoxSession
from cmsdeploy.transport.contract import is_outcome_unknown
from tests.ending import ROOM_SECONDS
from tests.faults.bench import SECONDS, Act, Bench, benches, side_by_side
from tests.faults.flow import Direction, Kind, Toxic
from tests.promises.numbers import reached

UP, DOWN = Direction.UP, Direction.DOWN
NAME = SecretRef("callbridge/x")
KEY = b"0123456789abcdef\n" * 100
_SIDE_BY_SIDE = 6


@pytest.fixture(scope="module")
def many() -> Iterator[Sequence[Bench]]:
    with benches(_SIDE_BY_SIDE) as made:
        yield made


@pytest.fixture
def bench(many: Sequence[Bench]) -> Bench:
    return many[0]


BRIDGES = itertools.count()


def _asked() -> Command:
    """Each time another call bridge: a box takes a name once."""
    words = ("xmpp", "callbridge", "add-secret", f"x{next(BRIDGES)}")
    return Command(words, answer=Answer("Enter callbridge secret", NAME))


ACTS: dict[str, tuple[str, Act]] = {
    "read": ("ssh", lambda session: session.read(Command.of("version"))),
    "command": ("ssh", lambda session: session.perform(Command.of("xmpp", "domain", "a.com"))),
    "upload": ("ssh", lambda s: s.perform(Upload("a.key", "files/a.key", "1", Secret(KEY)))),
    "secret": ("ssh", lambda s: s.perform(_asked(), {NAME: Secret("a secret that is typed")})),
    "get": ("api", lambda session: session.read(Call("GET", "/api/v1/system/status"))),
    "put": ("api", lambda s: s.perform(Call("PUT", "/api/v1/system/configuration/xmpp", (
        ("domain", "a.com"),)))),
}  # fmt: skip


def _with(bench: Bench, way: str, toxic: Toxic, act: Act) -> tuple[HostError | None, float]:
    """Do one act behind a toxic: what it raised, and how long it took."""
    bench.ssh.load([toxic] if way == "ssh" else [])
    bench.api.load([toxic] if way == "api" else [])
    began = time.monotonic()
    failure = None
    with bench.opened() as session:
        try:
            act(session)
        except HostError as error:
            failure = error
    return failure, time.monotonic() - began


def _stalled(bench: Bench, name: str, direction: Direction, at: int) -> float:
    """Fall silent at a byte; give how many deadlines it took until that was told."""
    way, act = ACTS[name]
    failure, took = _with(bench, way, Toxic(Kind.STALL, direction, at), act)
    # Connecting has a deadline of its own, and the act another; an upload is read back.
    assert took < 3 * SECONDS + ROOM_SECONDS, (name, direction, at, took)
    if failure is not None:
        assert failure.host == "cb1"
        assert failure.action
    return took / SECONDS


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", [1, pytest.param(25, marks=pytest.mark.long)])
def test_a_stall_ends_at_the_deadline(many: Sequence[Bench], count: int) -> None:
    """D3: silence at any byte of any act, in both directions: an error in words, and in time."""
    places = [
        (name, direction, int(total * (number + 0.5) / count))
        for name, (way, act) in ACTS.items()
        for direction, total in many[0].measured(act, way).items()
        for number in range(count)
    ]
    took = side_by_side(many, places, lambda bench, place: _stalled(bench, *place))
    runs = len(took)
    assert runs == 12 * count
    reached("D3", f"{runs} of {runs} stalls ended in time, the longest {max(took):.1f} deadlines")


def test_slow_peers(bench: Bench) -> None:
    """D4: pieces of one byte are no fault; one byte a second meets the deadline."""
    for way, act in ACTS.values():
        for direction in Direction:
            slow = Toxic(Kind.SLICER, direction, value=200, jitter=0.0005)
            bench.ssh.load([slow] if way == "ssh" else [])
            bench.api.load([slow] if way == "api" else [])
            with bench.opened(20) as session:
                act(session)
    failure, took = _with(bench, "api", Toxic(Kind.DRIP, DOWN, 900, value=0.3), ACTS["get"][1])
    assert failure is not None
    assert took < 2 * SECONDS + ROOM_SECONDS
    reached("D4", "slices work, a drip ends at its deadline")


@pytest.mark.parametrize("kind", [Kind.DUPLICATE, Kind.FLIP, Kind.DROP])
def test_an_altered_packet_is_a_lost_connection_for_the_next_command_too(
    bench: Bench, kind: Kind
) -> None:
    """What ends the reader of the connection is raised again by whoever asks next: in words."""
    version = Command.of("version")
    login = bench.login()[DOWN]

    def twice(session: BoxSession) -> None:
        session.read(version)
        time.sleep(0.05)
        session.read(version)

    total = bench.measured(twice, "ssh")[DOWN]
    failures = [
        _with(bench, "ssh", Toxic(kind, DOWN, at, value=1), twice)[0]
        for at in range(login + 20, total, max(1, (total - login) // 12))
    ]
    assert any(failures)
    assert all(failure is None or failure.host == "cb1" for failure in failures)


def _cut(bench: Bench, name: str, direction: Direction, at: int, whole: object) -> tuple[bool, str]:
    """Cut at a byte: whether the outcome was told as unknown, and what was told wrongly."""
    way, act = ACTS[name]
    before = bench.quiet()
    said: list[object] = []
    toxic = Toxic(Kind.CUT, direction, at)
    failure, _ = _with(bench, way, toxic, lambda session: said.append(act(session)))
    done = bench.quiet() - before
    faults = []
    if done > 1 + (name == "upload"):
        faults.append(f"{done} changes were made")
    if isinstance(failure, UnreachableError) and done:
        faults.append(f"carried out, and told as not sent: {failure}")
    if failure is None and said != [whole]:
        faults.append(f"another answer: {said}")
    if failure is None and not done and name != "read":
        faults.append("told as done, and nothing was")
    place = f"{name}, {direction.value}, byte {at}: "
    is_unknown = failure is not None and is_outcome_unknown(failure)
    return is_unknown, place + "; ".join(faults) if faults else ""


def _places(bench: Bench, name: str, stride: int) -> list[tuple[Direction, int]]:
    """The bytes to cut at. Where the stride is 1, the login of an act over SSH is that of the read,
    of which every byte is cut: of it some are enough, and behind it every byte of the act."""
    way, act = ACTS[name]
    login = bench.login()
    places = []
    for direction, total in bench.measured(act, way).items():
        # Lengths move by a few bytes from login to login.
        same = max(0, login[direction] - 64) if way == "ssh" and name != "read" else 0
        chosen = {*range(stride // 2, total, stride)}
        if stride == 1:
            chosen = {*range(0, same, 23), *range(same, total)}
        # The end is where the reply to the act is: there the default run looks closely too.
        chosen |= {*range(max(0, total - 400), total, min(stride, 40))}
        places += [(direction, at) for at in sorted(chosen)]
    return places


@pytest.mark.parametrize("stride", [1000, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", ["read", "command", "upload", "put"])
@pytest.mark.timeout(3600)
def test_a_cut_says_what_is_known(many: Sequence[Bench], name: str, stride: int) -> None:
    """D2: every byte of a login and an act, both ways: "nothing was sent" is never said of what
    the box has carried out."""
    places = _places(many[0], name, stride)
    with many[0].opened(10) as session:
        whole = ACTS[name][1](session)
    found = side_by_side(many, places, lambda bench, place: _cut(bench, name, *place, whole))
    assert [fault for _, fault in found if fault] == []
    unknown = sum(is_unknown for is_unknown, _ in found)
    runs = len(places)
    reached("D2", f"{name}: {runs} cuts, {unknown} with an unknown outcome, none told wrongly")
