"""The reply to an update is lost: look, then decide (promises G5)."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.dns.bind import DOMAIN, Server, primary
from tests.dns.material import Person, parameters
from tests.lab_dns.programs import Place, short
from tests.ports import free_port

TIMES = 100
_UPDATE = 5


class _Between:
    """Passes questions on; of an update it passes the message and drops the reply."""

    def __init__(self, server: Server, *, is_dropped_before: bool = False) -> None:
        self.place = Place("127.0.0.1", free_port())
        self.dropped = 0
        self._server = server
        self._is_dropped_before = is_dropped_before
        self._tcp = socket.create_server((self.place.address, self.place.port))
        self._udp = socket.socket(type=socket.SOCK_DGRAM)
        self._udp.bind((self.place.address, self.place.port))

    @contextmanager
    def running(self) -> Iterator[str]:
        for serve in (self._serve_tcp, self._serve_udp):
            threading.Thread(target=serve, daemon=True).start()
        yield f"{self.place.address}#{self.place.port}"
        self._tcp.close()
        self._udp.close()

    def _serve_udp(self) -> None:
        there = (self._server.place.address, self._server.place.port)
        with suppress(OSError):
            while True:
                asked, who = self._udp.recvfrom(65535)
                with socket.socket(type=socket.SOCK_DGRAM) as onward:
                    onward.settimeout(2)
                    onward.sendto(asked, there)
                    self._udp.sendto(onward.recv(65535), who)

    def _serve_tcp(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._tcp.accept()
                with connection, suppress(OSError):
                    self._pass_on(connection)

    def _pass_on(self, connection: socket.socket) -> None:
        asked = _message(connection)
        is_update = (asked[4] >> 3) & 15 == _UPDATE
        self.dropped += is_update
        if is_update and self._is_dropped_before:
            return
        there = (self._server.place.address, self._server.place.port)
        with socket.create_connection(there, timeout=5) as onward:
            onward.sendall(asked)
            reply = _message(onward)
        if not is_update:
            connection.sendall(reply)


def _message(connection: socket.socket) -> bytes:
    file = connection.makefile("rb")
    head = file.read(2)
    return bytes(head + file.read(struct.unpack("!H", head)[0]))


def _domain(person_number: int, words: str) -> Person:
    domain = f"l{person_number}.{DOMAIN}"
    hosts = [
        {"host": host, "name": f"{host}.{domain}", "addresses": ["10.0.0.1"], "client": "none"}
        for host in ("cb1", "cb2")
    ]
    return Person(parameters(words, domain=domain, zone=DOMAIN, hosts=hosts), hosts=("cb1", "cb2"))


def test_a_reply_that_is_lost_doubles_nothing(tmp_path: Path) -> None:
    """The update took effect: a look shows it, and the run goes on; a hundred times."""
    with primary(tmp_path) as server:
        between = _Between(server)
        with between.running() as words:
            for number in range(TIMES):
                person = _domain(number, words)
                assert person.apply().errors == {}
                found = short(server.place, f"_xmpp-component._tcp.l{number}.{DOMAIN}", "SRV")
                assert found == [f"0 0 5223 cb{n}.l{number}.{DOMAIN}." for n in (1, 2)]
                assert person.plan().plan.is_empty
        assert between.dropped == 3 * TIMES


def test_an_update_that_is_lost_is_an_error_and_not_sent_again(tmp_path: Path) -> None:
    """It took no effect: the run says so, and sends nothing twice; the next run goes on."""
    with primary(tmp_path) as server:
        between = _Between(server, is_dropped_before=True)
        with between.running() as words:
            report = _domain(0, words).apply()
            assert "ended the connection before its answer" in str(report.errors["cb1"])
            assert between.dropped == 1
        assert _domain(0, server.words).apply().errors == {}
