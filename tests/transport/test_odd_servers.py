"""Servers that speak the protocol and are odd: rows iS, iA and iD of the table of bad inputs, those
that no other test is about."""

from __future__ import annotations

import gc
import re
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import asyncssh
import pytest

from cmsdeploy.errors import CmsdeployError, DeviceError, HostError, InputError, UnreachableError
from cmsdeploy.families import families
from cmsdeploy.model.action import Call
from cmsdeploy.model.host import Host, Login, WebAdmin
from cmsdeploy.model.records import RecordSet, Update, UpdateKey
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.naming import Namer
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import Names, Verdict
from cmsdeploy.transport.https import HttpsApi
from cmsdeploy.transport.ssh import connect
from tests.ending import ends_within
from tests.transport.environment import environment
from tests.transport.sshd import sshd
from tests.transport.test_ssh_scripted import (
    PASSWORD,
    Script,
    _host,
    _listening,
    _Server,
    serving,
)
from tests.transport.web import make_certificate, web

_RAW = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.mark.parametrize(
    "said",
    [b"\x1b[31mred\x07\r\n" * 3, b"x" * (1 << 20), b"\xff\xfe\x9b31m\r\n", b"SSH\r\n" * 5000],
    ids=["escapes", "a megabyte", "no UTF-8", "lines without end"],
)
def test_what_comes_before_the_banner(said: bytes) -> None:
    """iS2: shown escaped and cut, or not at all; never in full."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(said + b"SSH-2.0-\x1b[31m\xff\r\n")
        connection.close()

    with _listening(behave) as port:
        host = Host("cb1", "127.0.0.1", port, Login(password=Secret("x" * 12)))
        with pytest.raises(UnreachableError) as caught:
            connect(host, known_hosts=[], timeout=2)
    assert not _RAW.search(str(caught.value))
    assert len(str(caught.value)) < 2000


class _Leaving(_Server):
    """Says goodbye in colours at a place of the protocol, or greets in them."""

    place = ""

    def _leave(self, place: str) -> None:
        if place == self.place:
            self.script.connections[-1].disconnect(asyncssh.DISC_BY_APPLICATION, "go \x1b[31m!")

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        super().connection_made(conn)
        self._leave("connected")

    def begin_auth(self, username: str) -> bool:
        if self.place == "greeting":
            self.script.connections[-1].send_auth_banner("hello \x1b[31m\n" + "y" * 100_000)
        self._leave("login begins")
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._leave("password")
        return super().validate_password(username, password)

    def session_requested(self) -> asyncssh.SSHServerProcess[str]:
        self._leave("channel")
        return super().session_requested()


def _left(place: str) -> str:
    class Server(_Leaving):
        pass

    Server.place = place
    with serving(Script(made=Server)) as script:
        try:
            connection = connect(_host(script), known_hosts=[], timeout=5)
        except HostError as error:
            return str(error)
        try:
            return connection.execute("version", deadline_seconds=5).decode()
        except HostError as error:
            return str(error)
        finally:
            connection.close()


@pytest.mark.parametrize("place", ["connected", "login begins", "password", "channel"])
def test_goodbye_at_any_place(place: str) -> None:
    """iS6: an error in words, and harmless."""
    said = _left(place)
    assert "version\nerror" not in said
    assert not _RAW.search(said)


def test_a_greeting_is_not_output() -> None:
    """iS2: the banner of the login stands in no reply."""
    assert _left("greeting") == "version\nerror\n"


def test_questions_about_life_in_a_flood() -> None:
    """iS8: requests that nobody knows, a hundred a second, are no output and no trouble."""
    with serving(Script(options={"keepalive_interval": 0.01})) as script:
        connection = connect(_host(script), known_hosts=[])
        for _ in range(10):
            assert connection.execute("version", deadline_seconds=5) == b"version\nerror\n"
            time.sleep(0.05)
        connection.close()
        assert script.passwords == [PASSWORD]


def test_new_keys_for_every_kilobyte(tmp_path: Path) -> None:
    """iS7: a long reply and a file there and back, with keys that change all the way."""
    with sshd(tmp_path / "sshd", ("ed25519",), "RekeyLimit 1K") as server:
        connection = connect(server.host(), known_hosts=[server.known_hosts("ed25519")])
        reply = connection.execute("head -c 200000 /dev/zero | tr '\\0' x", deadline_seconds=30)
        assert reply == b"x" * 200_000
        connection.write_file("a.key", b"k" * 50_000)
        assert connection.read_file("a.key") == b"k" * 50_000
        connection.close()
        assert server.log.count("rekey") + server.log.count("SSH2_MSG_KEXINIT sent") > 10


def test_a_server_that_lets_in_no_second_one(tmp_path: Path) -> None:
    """iS9: one session a connection, one connection at a time, and the first goes on."""
    with sshd(tmp_path / "sshd", ("ed25519",), "MaxSessions 1\nMaxStartups 1:100:1") as server:
        known = [server.known_hosts("ed25519")]
        time.sleep(0.5)  # the one who looked whether it is there has to be gone
        connection = connect(server.host(), known_hosts=known)
        for number in range(4):
            line = f"echo {number}"
            assert connection.execute(line, deadline_seconds=10) == f"{number}\n".encode()
        with socket.create_connection(("127.0.0.1", server.port)):
            time.sleep(0.2)
            with pytest.raises(HostError) as caught:
                connect(server.host(), known_hosts=known, timeout=2)
        assert caught.value.action
        assert connection.execute("echo 9", deadline_seconds=10) == b"9\n"
        connection.close()


def test_a_target_that_is_no_file(tmp_path: Path) -> None:
    """iS12: a folder in its place is an error in words; nothing is written elsewhere by a link
    whose content would differ."""
    with sshd(tmp_path / "sshd", ("ed25519",)) as server:
        connection = connect(server.host(), known_hosts=[server.known_hosts("ed25519")])
        (server.root / "a.key").mkdir()
        with pytest.raises(HostError):
            connection.write_file("a.key", b"content")
        (server.root / "b.key").symlink_to("/dev/full")
        with pytest.raises(HostError):
            connection.write_file("b.key", b"content")
        connection.close()


def test_an_agent_that_hangs(tmp_path: Path) -> None:
    """iS15: it takes the question and never answers: a sentence, within five seconds."""
    before = {*threading.enumerate()}
    with warnings.catch_warnings():
        # The library leaves its socket to the collector, once the agent is gone.
        warnings.simplefilter("ignore", ResourceWarning)
        with sshd(tmp_path / "sshd", ("ed25519",)) as server:
            host = replace(server.host(), login=Login("admin", is_agent_allowed=True))
            with (
                _mute_agent(str(tmp_path / "agent")),
                ends_within(5),
                pytest.raises(CmsdeployError) as caught,
            ):
                connect(host, known_hosts=[server.known_hosts("ed25519")], timeout=5)
            assert isinstance(caught.value, (InputError, HostError))
        # Only who asked here: other tests leave threads that never end.
        for asker in {*threading.enumerate()} - before:
            asker.join(5)
        gc.collect()


@contextmanager
def _mute_agent(path: str) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as listener, environment(SSH_AUTH_SOCK=path):
        listener.bind(path)
        listener.listen()
        yield


def _old_tls(port_of: list[int], certificate: tuple[Path, Path], done: threading.Event) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1
    context.load_cert_chain(*certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port_of.append(listener.getsockname()[1])
        done.set()
        plain, _ = listener.accept()
        with plain:
            try:
                context.wrap_socket(plain, server_side=True).recv(100)
                port_of.append(-1)
            except OSError:
                return


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated:DeprecationWarning")
def test_a_web_admin_of_the_last_decade(tmp_path: Path) -> None:
    """iA4: TLS 1.0 and nothing newer: no request, no password."""
    good = make_certificate(tmp_path, "old", "-addext", "subjectAltName=IP:127.0.0.1")
    port_of: list[int] = []
    done = threading.Event()
    arguments = (port_of, (good.path, good.key), done)
    thread = threading.Thread(target=_old_tls, args=arguments)
    thread.start()
    done.wait(10)
    webadmin = WebAdmin("127.0.0.1", port_of[0], "admin", Secret("x" * 12), good.fingerprint)
    with pytest.raises(UnreachableError):
        HttpsApi(webadmin).request("GET", "/api/v1/system/status")
    thread.join(10)
    assert len(port_of) == 1


def test_headers_that_want_to_be_remembered(tmp_path: Path) -> None:
    """iA5: a cookie, a policy and a place elsewhere change nothing in the next request."""
    good = make_certificate(tmp_path, "good", "-addext", "subjectAltName=IP:127.0.0.1")

    def behave(connection: ssl.SSLSocket, _request: bytes) -> None:
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nStrict-Transport-Security: max-age=99\r\n"
            b"Location: https://127.0.0.2/\r\nAlt-Svc: h3\r\nContent-Length: 4\r\n\r\n<a/>"
        )

    with web(good, behave) as server:
        webadmin = WebAdmin("127.0.0.1", server.port, "admin", Secret("x" * 12), good.fingerprint)
        api = HttpsApi(webadmin)
        for _ in range(2):
            assert api.request("GET", "/api/v1/system/status").status == 200
        first, second = (request.lower() for request in server.requests)
    assert first == second
    assert b"cookie" not in second


def test_no_identity_of_the_api_enters_an_address() -> None:
    """iA6: families ask for fixed places: what the API calls its objects is in none of them."""
    from tests.fuzz.replies import site

    paths = {
        read.path
        for stage in site().stages
        for spec in stage.desired.values()
        for read in families()[stage.family].reads(spec)
        if isinstance(read, Call)
    }
    assert paths
    assert not [
        path for path in paths if re.search(r"[^a-zA-Z0-9/]|\d{2}", path.partition("v1")[2])
    ]


class _Refusing:
    """Name servers that say one thing."""

    def __init__(self, code: str) -> None:
        self.verdict = Verdict(code)

    def change(self, _update: Update, _secret: Secret | None) -> Verdict:
        return self.verdict

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was asked for")


CODES = (
    "YXRRSET", "NXRRSET", "NXDOMAIN", "YXDOMAIN", "NOTAUTH", "NOTZONE", "SERVFAIL", "REFUSED",
    "NOTIMP", "FORMERR", "BADVERS",
)  # fmt: skip


def test_every_refusal_of_an_update_has_its_own_words() -> None:
    """iD8: eleven codes, eleven messages; each names the code, and what to do."""
    secret = SecretRef("dns/deploy")
    key = UpdateKey("deploy", "hmac-sha256", secret)
    after = RecordSet("cb1.tptac9.com.", "A", 300, ("10.0.0.1",))
    update = Update("127.0.0.1", "tptac9.com.", None, after, key)
    secrets, said = {secret: Secret("eA==")}, {}
    for code in CODES:
        with pytest.raises(DeviceError) as caught:
            Namer(cast("Names", _Refusing(code)), Redactor()).change(update, secrets)
        assert code in caught.value.cause
        assert caught.value.action
        said[code] = caught.value.cause.replace(code, "")
    assert len(set(said.values())) == len(CODES)
