"""Our SSH against servers that behave badly: scripted asyncssh, and raw sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import asyncssh
import pytest

from cmsdeploy.errors import HostError, UnreachableError
from cmsdeploy.model.host import Host, Login
from cmsdeploy.model.secret import Secret
from cmsdeploy.transport.contract import Deadline, LateReplyError, OutcomeUnknownError
from cmsdeploy.transport.known_hosts import line_for
from cmsdeploy.transport.ssh import connect, scan_host_key
from tests.ending import ends_within
from tests.ports import closed_port

PASSWORD = "correct horse é"
Challenge = tuple[str, str, str, Sequence[tuple[str, bool]]]
KEY = asyncssh.generate_private_key("ssh-ed25519")


@dataclass
class Script:
    """What a scripted server does, and what it saw."""

    host_key: asyncssh.SSHKey = KEY
    options: Mapping[str, object] = field(default_factory=dict)
    made: Callable[[Script], asyncssh.SSHServer] | None = None
    is_keyboard_only: bool = False
    questions: Sequence[tuple[str, bool]] = (("Password:", False),)
    refused_opens: int = 0
    refuse_faster_than: float = 0.0
    passwords: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    opens: list[float] = field(default_factory=list)
    connections: list[asyncssh.SSHServerConnection] = field(default_factory=list)
    port: int = 0


class _Server(asyncssh.SSHServer):
    def __init__(self, script: Script) -> None:
        self.script = script

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.script.connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return not self.script.is_keyboard_only

    def validate_password(self, username: str, password: str) -> bool:
        self.script.passwords.append(password)
        return password == PASSWORD

    def kbdint_auth_supported(self) -> bool:
        return self.script.is_keyboard_only

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Challenge:
        return "", "", "", list(self.script.questions)

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        self.script.passwords += responses
        return list(responses) == [PASSWORD]

    def session_requested(self) -> asyncssh.SSHServerProcess[str]:
        script = self.script
        now = time.monotonic()
        is_fast = bool(script.opens) and now - script.opens[-1] < script.refuse_faster_than
        script.opens.append(now)
        if script.refused_opens > 0 or is_fast:
            script.refused_opens -= 1
            reason = asyncssh.OPEN_RESOURCE_SHORTAGE
            raise asyncssh.ChannelOpenError(reason, "too fast \x1b[31m")
        return asyncssh.SSHServerProcess(lambda process: _run(script, process), None, 3, False)


async def _run(script: Script, process: asyncssh.SSHServerProcess[str]) -> None:
    line = process.command or ""
    script.lines.append(line)
    if line == "hang":
        await asyncio.sleep(30)
    elif line == "cut":
        process.stdout.write("half of ")
        await asyncio.sleep(0.1)
        process.channel.get_connection().abort()
        return
    elif line == "cut silently":
        process.channel.get_connection().abort()
        return
    else:
        process.stdout.write(f"{line}\n")
        process.stderr.write("error\n")
    process.exit(0)


@contextmanager
def serving(script: Script) -> Iterator[Script]:
    """Run the server in a loop of its own thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_start(script), loop).result(10)
    script.port = server.get_port()
    try:
        yield script
    finally:
        asyncio.run_coroutine_threadsafe(_stop(script, server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _start(script: Script) -> asyncssh.SSHAcceptor:
    keys = [script.host_key]
    return await asyncssh.create_server(
        lambda: (script.made or _Server)(script),
        "127.0.0.1",
        0,
        server_host_keys=keys,
        **script.options,
    )


async def _stop(script: Script, server: asyncssh.SSHAcceptor) -> None:
    server.close()
    await server.wait_closed()
    for connection in script.connections:
        connection.abort()
        await connection.wait_closed()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0.02)


def _host(script: Script, password: str = PASSWORD) -> Host:
    login = Login(password=Secret(password))
    fingerprint = script.host_key.get_fingerprint()
    return Host("cb1", "127.0.0.1", script.port, login, fingerprint)


# -- login -------------------------------------------------------------------------------------


def test_password_login() -> None:
    """As it was written, in UTF-8, once."""
    with serving(Script()) as script:
        connection = connect(_host(script), known_hosts=[])
        assert connection.execute("xmpp", deadline_seconds=5) == b"xmpp\nerror\n"
        connection.close()
        assert script.passwords == [PASSWORD]


def test_a_wrong_password_is_tried_once() -> None:
    """Boxes lock accounts. The message shows the user and not the password."""
    with serving(Script()) as script:
        with pytest.raises(UnreachableError, match=r"admin \(one attempt was made\)") as caught:
            connect(_host(script, "wrong-one"), known_hosts=[])
        assert script.passwords == ["wrong-one"]
        assert "wrong-one" not in str(caught.value)


def test_a_password_as_the_answer_to_a_question() -> None:
    """Where the server takes it in no other way."""
    with serving(Script(is_keyboard_only=True)) as script:
        connect(_host(script), known_hosts=[]).close()
        assert script.passwords == [PASSWORD]


@pytest.mark.parametrize(
    "questions", [[("Password:", False), ("Token:", False)], [("Your name?", True)]]
)
def test_other_questions_are_not_answered(questions: list[tuple[str, bool]]) -> None:
    """A password is typed at one hidden question only."""
    with serving(Script(is_keyboard_only=True, questions=questions)) as script:
        with pytest.raises(UnreachableError):
            connect(_host(script), known_hosts=[], timeout=5)
        assert script.passwords == []


# -- algorithms --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kex_algs": ["diffie-hellman-group18-sha512"]}, ["key exchange", "group18-sha512"]),
        ({"encryption_algs": ["chacha20-poly1305@openssh.com"]}, ["cipher", "chacha20"]),
        ({"encryption_algs": ["3des-cbc"]}, ["cipher", "3des-cbc"]),
        (
            {"mac_algs": ["hmac-md5"], "encryption_algs": ["aes128-ctr"]},
            ["MAC", "hmac-md5"],
        ),
    ],
)
def test_what_is_missing_is_named(options: dict[str, list[str]], words: list[str]) -> None:
    """The library says only that nothing is acceptable."""
    with serving(Script(options=options)) as script:
        with pytest.raises(UnreachableError, match="no common") as caught:
            connect(_host(script), known_hosts=[])
        for word in words:
            assert word in str(caught.value)
        assert script.passwords == []


# -- channels ----------------------------------------------------------------------------------


def test_refused_channels_are_asked_for_again() -> None:
    """The pause grows, is remembered, and no command is sent twice."""
    with serving(Script(refused_opens=3)) as script:
        connection = connect(_host(script), known_hosts=[])
        assert connection.execute("one", deadline_seconds=5) == b"one\nerror\n"
        began = time.monotonic()
        connection.execute("two", deadline_seconds=5)
        assert time.monotonic() - began >= 0.1
        connection.close()
        gaps = [b - a for a, b in zip(script.opens, script.opens[1:], strict=False)]
        assert gaps[0] >= 0.045
        assert gaps[1] >= 0.09
        assert gaps[2] >= 0.18
        assert script.lines == ["one", "two"]


def test_a_box_that_wants_pauses_gets_them() -> None:
    """Twelve commands, each sent once, with a box that refuses fast channels."""
    with serving(Script(refuse_faster_than=0.08)) as script:
        connection = connect(_host(script), known_hosts=[])
        lines = [f"command {number}" for number in range(12)]
        for line in lines:
            connection.execute(line, deadline_seconds=5)
        connection.close()
        assert script.lines == lines
        assert len(script.opens) <= 15


def test_without_refusals_there_is_no_pause() -> None:
    """Between two of fifty commands there is usually far less time than a pause takes."""
    with serving(Script()) as script:
        connection = connect(_host(script), known_hosts=[])
        for number in range(50):
            connection.execute(f"command {number}", deadline_seconds=5)
        connection.close()
        gaps = [b - a for a, b in zip(script.opens, script.opens[1:], strict=False)]
        assert median(gaps) < 0.04


def test_a_box_that_refuses_every_channel() -> None:
    """Until the deadline; nothing was sent, and its words are harmless."""
    with serving(Script(refused_opens=10_000)) as script:
        connection = connect(_host(script), known_hosts=[])
        with (
            ends_within(1),
            pytest.raises(UnreachableError, match="refused every channel") as caught,
        ):
            connection.execute("one", deadline_seconds=1)
        assert "\x1b" not in str(caught.value)
        connection.close()
        assert script.lines == []


@pytest.mark.parametrize(("line", "partial"), [("cut", b"half of "), ("cut silently", b"")])
def test_a_lost_reply_is_never_an_empty_one(line: str, partial: bytes) -> None:
    """Ten times each, because the library closes channels before it says that it is dead."""
    with serving(Script()) as script:
        for _ in range(10):
            connection = connect(_host(script), known_hosts=[])
            with pytest.raises(OutcomeUnknownError) as caught:
                connection.execute(line, deadline_seconds=5)
            assert caught.value.partial == partial
            with pytest.raises(UnreachableError, match="before the command was sent"):
                connection.execute("again", deadline_seconds=5)
            connection.close()
        assert script.lines == [line] * 10


def test_a_command_that_hangs() -> None:
    """Until its own deadline."""
    with serving(Script()) as script:
        connection = connect(_host(script), known_hosts=[])
        with ends_within(0.4), pytest.raises(LateReplyError):
            connection.execute("hang", deadline_seconds=0.4)
        connection.close()


# -- raw sockets -------------------------------------------------------------------------------

Behave = Callable[[socket.socket], None]


@contextmanager
def _listening(behave: Behave) -> Iterator[int]:
    """A server that treats each connection as told."""
    listener = socket.create_server(("127.0.0.1", 0))
    opened: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            behave(connection)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            opened.append(connection)
            threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
            threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(5)
        for connection in opened:
            connection.close()
        for thread in threads:
            thread.join(5)


def _silent(connection: socket.socket) -> None:
    connection.recv(1)
    time.sleep(0.1)
    while connection.recv(65536):
        pass


def _closing(connection: socket.socket) -> None:
    connection.close()


def _web_server(connection: socket.socket) -> None:
    connection.recv(100)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n<html>\x1b[31m")
    connection.close()


def _dripping(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def _banner_only(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-box \x1b[31m\r\n")
    while connection.recv(65536):
        pass


def _huge_packet(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-box\r\n" + b"\x7f" * 64)
    while connection.recv(65536):
        pass


def _disconnect(connection: socket.socket) -> None:
    message = b"\x01\0\0\0\x02" + b"\0\0\0\x09go \x1b[31m!" + b"\0\0\0\0"
    padding = 16 - (len(message) + 5) % 8
    packet = (len(message) + padding + 1).to_bytes(4, "big") + bytes([padding]) + message
    connection.sendall(b"SSH-2.0-box\r\n" + packet + b"\0" * padding)
    time.sleep(0.2)


def _old_protocol(connection: socket.socket) -> None:
    connection.sendall(b"SSH-1.5-old\r\n")
    while connection.recv(65536):
        pass


BEHAVIOURS: dict[str, tuple[Behave, str]] = {
    "says nothing": (_silent, "sent no SSH banner"),
    "closes at once": (_closing, "sent no SSH banner"),
    "is a web server": (_web_server, "sent no SSH banner"),
    "drips a banner": (_dripping, "sent no SSH banner"),
    "stops behind the banner": (_banner_only, "did not finish the key exchange"),
    "sends a huge packet": (_huge_packet, "key exchange"),
    "says goodbye": (_disconnect, "key exchange"),
    "is of the last century": (_old_protocol, "1.5"),
}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_servers_that_are_none(name: str) -> None:
    """A sentence, harmless, within the deadline."""
    behave, words = BEHAVIOURS[name]
    with _listening(behave) as port:
        host = Host("cb1", "127.0.0.1", port, Login(password=Secret("x" * 12)))
        with ends_within(2), pytest.raises(UnreachableError) as caught:
            connect(host, known_hosts=[], timeout=2)
        assert words in str(caught.value)
        assert "\x1b" not in str(caught.value)
        assert caught.value.action
        with pytest.raises(HostError):
            scan_host_key("127.0.0.1", port, Deadline(0.5))


def test_nobody_listens() -> None:
    """Refused, unroutable, and a name that does not exist."""
    with closed_port() as port:
        cases = [
            ("127.0.0.1", port, "refuses connections"),
            ("no-such-host.invalid", 22, "has no address"),
            ("255.255.255.255", 22, "no way to|cannot be reached"),
        ]
        for address, number, words in cases:
            host = Host("cb1", address, number, Login(password=Secret("x" * 12)))
            with ends_within(2), pytest.raises(UnreachableError, match=words):
                connect(host, known_hosts=[], timeout=2)


def test_a_listener_that_never_accepts(tmp_path: Path) -> None:
    """Its queue is full: the connection is never answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        try:
            host = Host("cb1", "127.0.0.1", port, Login(password=Secret("x" * 12)))
            with pytest.raises(UnreachableError, match=r"does not answer within 0\.5 seconds"):
                connect(host, known_hosts=[], timeout=0.5)
        finally:
            for filler in fillers:
                filler.close()


def test_a_box_is_found_by_its_name(tmp_path: Path) -> None:
    """Names are resolved; the host key is bound to the name as it is written."""
    with serving(Script()) as script:
        path = tmp_path / "known_hosts"
        key = script.host_key.public_data
        path.write_text(line_for("LOCALHOST", script.port, "ssh-ed25519", key) + "\n")
        host = Host("cb1", "localhost", script.port, Login(password=Secret(PASSWORD)))
        connect(host, known_hosts=[path]).close()
