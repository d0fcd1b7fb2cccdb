"""The proxy on real sockets: what the flow says is what the two ends see."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.faults.flow import Direction, Kind, Toxic
from tests.faults.proxy import Proxy
from tests.ports import closed_port

UP, DOWN = Direction.UP, Direction.DOWN
CONTENT = bytes(range(256)) * 16


class _Echo:
    """Gives back what it gets, and remembers it."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.received: list[bytearray] = []
        self.endings: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def place(self) -> tuple[str, int]:
        return "127.0.0.1", int(self.listener.getsockname()[1])

    def settled(self, number: int = 0) -> bytes:
        """What connection ``number`` brought, once it has ended."""
        end = time.monotonic() + 5
        while len(self.endings) <= number and time.monotonic() < end:
            time.sleep(0.001)
        return bytes(self.received[number])

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                got = bytearray()
                self.received.append(got)
                threading.Thread(target=self._serve, args=(connection, got), daemon=True).start()

    def _serve(self, connection: socket.socket, got: bytearray) -> None:
        with connection:
            try:
                while content := connection.recv(65536):
                    got += content
                    connection.sendall(content)
                self.endings.append("end")
            except OSError as error:
                self.endings.append(type(error).__name__)


@contextmanager
def _between(*toxics: Toxic) -> Iterator[tuple[_Echo, Proxy, socket.socket]]:
    echo = _Echo()
    with Proxy(echo.place) as proxy:
        proxy.load(toxics)
        with socket.create_connection(("127.0.0.1", proxy.port), 5) as client:
            yield echo, proxy, client
    echo.listener.close()


def _all_of(client: socket.socket, seconds: float = 5.0) -> tuple[bytes, str]:
    """What came, and how it ended: ``end``, a name of an error, or ``TimeoutError``."""
    client.settimeout(seconds)
    received = b""
    try:
        while content := client.recv(65536):
            received += content
    except OSError as error:
        return received, type(error).__name__
    return received, "end"


def test_without_toxics_all_passes_and_is_counted() -> None:
    """Both ways, to the byte; an end of one side is passed on."""
    with _between() as (echo, proxy, client):
        client.sendall(CONTENT)
        client.shutdown(socket.SHUT_WR)
        assert _all_of(client) == (CONTENT, "end")
        assert echo.settled(0) == CONTENT
        assert proxy.passed == {UP: len(CONTENT), DOWN: len(CONTENT)}


@pytest.mark.parametrize("at", [0, 1, 100, 4095])
def test_cut_towards_the_server(at: int) -> None:
    """The server has exactly so many bytes; both see an end; the next connection is well."""
    with _between(Toxic(Kind.CUT, UP, at)) as (echo, proxy, client):
        client.sendall(CONTENT)
        _, how = _all_of(client)
        assert how == "end"
        assert echo.settled(0) == CONTENT[:at]
        assert [toxic.kind for toxic in proxy.fired] == [Kind.CUT]
        with socket.create_connection(("127.0.0.1", proxy.port), 5) as again:
            again.sendall(b"again")
            again.shutdown(socket.SHUT_WR)
            assert _all_of(again) == (b"again", "end")


@pytest.mark.parametrize("at", [0, 1, 100, 4095])
def test_cut_towards_the_client(at: int) -> None:
    """The client has exactly so many bytes although the server has all."""
    with _between(Toxic(Kind.CUT, DOWN, at)) as (echo, _, client):
        client.sendall(CONTENT)
        assert _all_of(client) == (CONTENT[:at], "end")
        assert echo.settled(0) == CONTENT


def test_reset_is_a_reset() -> None:
    """Not an end: the client's system says so."""
    with _between(Toxic(Kind.RESET, UP, 10)) as (_, _, client):
        client.sendall(CONTENT)
        assert _all_of(client)[1] == "ConnectionResetError"


def test_a_stall_is_silence() -> None:
    """Nothing comes, nothing ends; `load` lets go of it."""
    with _between(Toxic(Kind.STALL, DOWN, 10)) as (_, proxy, client):
        client.sendall(CONTENT)
        assert _all_of(client, 0.3) == (CONTENT[:10], "TimeoutError")
        proxy.load([])
        assert _all_of(client)[1] != "TimeoutError"


def test_half_an_end() -> None:
    """The server sees the end of what the client sends; its own words still come."""
    with _between(Toxic(Kind.HALF_CLOSE, UP, 10)) as (echo, _, client):
        client.sendall(CONTENT)
        assert _all_of(client) == (CONTENT[:10], "end")
        assert echo.settled(0) == CONTENT[:10]


@pytest.mark.parametrize("direction", [UP, DOWN])
def test_a_byte_is_changed_repeated_or_lost(direction: Direction) -> None:
    """What arrives differs there and nowhere else."""
    for kind, value, wanted in (
        (Kind.FLIP, 0, CONTENT[:7] + bytes([CONTENT[7] ^ 1]) + CONTENT[8:]),
        (Kind.DUPLICATE, 2, CONTENT[:9] + CONTENT[7:]),
        (Kind.DROP, 2, CONTENT[:7] + CONTENT[9:]),
    ):
        with _between(Toxic(kind, direction, 7, value)) as (echo, _, client):
            client.sendall(CONTENT)
            client.shutdown(socket.SHUT_WR)
            received, _ = _all_of(client)
            assert received == wanted
            assert echo.settled(0) == (wanted if direction is UP else CONTENT)


def test_slow_ones_take_their_time() -> None:
    """All arrives, and takes at least as long as the toxic says; without it, far less."""
    took = {}
    rows: dict[str, list[Toxic]] = {
        "none": [],
        "latency": [Toxic(Kind.LATENCY, DOWN, value=0.2)],
        "bandwidth": [Toxic(Kind.BANDWIDTH, UP, value=4096 / 0.2)],
        "slicer": [Toxic(Kind.SLICER, UP, value=1024, jitter=0.05)],
        "drip": [Toxic(Kind.DRIP, DOWN, at=4086, value=0.02)],
        "slow close": [Toxic(Kind.SLOW_CLOSE, UP, value=0.2)],
    }
    for name, toxics in rows.items():
        with _between(*toxics) as (_, _, client):
            began = time.monotonic()
            client.sendall(CONTENT)
            client.shutdown(socket.SHUT_WR)
            assert _all_of(client) == (CONTENT, "end"), name
            took[name] = time.monotonic() - began
    assert all(seconds >= 0.19 for name, seconds in took.items() if name != "none"), took


def test_bytes_are_counted_over_all_connections() -> None:
    """Byte 15 of three connections of ten bytes is in the second one."""
    with _between(Toxic(Kind.CUT, UP, 15)) as (echo, proxy, client):
        client.sendall(b"0123456789")
        client.shutdown(socket.SHUT_WR)
        assert _all_of(client) == (b"0123456789", "end")
        with socket.create_connection(("127.0.0.1", proxy.port), 5) as second:
            second.sendall(b"abcdefghij")
            assert _all_of(second)[1] == "end"
        assert echo.settled(1) == b"abcde"


def test_a_server_that_is_not_there() -> None:
    """The client learns it at once: while it connects, or by the first thing that it reads."""
    with closed_port() as port, Proxy(("127.0.0.1", port)) as proxy:
        try:
            with socket.create_connection(("127.0.0.1", proxy.port), 5) as client:
                told = _all_of(client, 20.0)[1]
        except ConnectionResetError:
            told = "ConnectionResetError"
    assert told in ("end", "ConnectionResetError")
