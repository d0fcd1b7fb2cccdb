"""Our SSH against OpenSSH's server: identity, login, commands, terminal, files."""

from __future__ import annotations

import base64
import gc
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import paramiko
import pytest

from cmsdeploy.errors import DeviceError, IdentityError, InputError, UnreachableError
from cmsdeploy.model.host import Login
from cmsdeploy.model.secret import Secret
from cmsdeploy.transport.contract import (
    REPLY_CAP,
    Connection,
    Deadline,
    LateReplyError,
    OutcomeUnknownError,
)
from cmsdeploy.transport.known_hosts import fingerprint, line_for
from cmsdeploy.transport.ssh import connect, scan_host_key
from tests.ending import ends_within
from tests.transport.environment import environment
from tests.transport.sshd import KINDS, Sshd, make_key, public_key, sshd


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A server with three kinds of host keys that runs what it is told."""
    with sshd(tmp_path_factory.mktemp("sshd") / "server") as running:
        yield running


@pytest.fixture(scope="module")
def connection(server: Sshd) -> Iterator[Connection]:
    """One connection for the tests that leave it as it was."""
    opened = connect(server.host(), known_hosts=[server.known_hosts("ed25519")])
    yield opened
    opened.close()


# -- identity ----------------------------------------------------------------------------------


def _assert_no_authentication(server: Sshd, before: int) -> None:
    deadline = Deadline(5)
    while "[preauth]" not in server.log[before:] and not deadline.has_passed:
        time.sleep(0.02)
    new = server.log[before:]
    assert "Connection from" in new
    for word in ("userauth-request", "Failed ", "Accepted ", "Postponed "):
        assert word not in new


@pytest.mark.parametrize("kind", KINDS)
def test_a_box_is_recognised_by_any_of_its_keys(server: Sshd, kind: str) -> None:
    """It is asked for the kinds that are known, not for the one that it prefers."""
    opened = connect(server.host(), known_hosts=[server.known_hosts(kind)])
    assert opened.negotiated["host key"].startswith(
        {"ed25519": "ssh-ed", "ecdsa": "ecdsa", "rsa": "rsa-sha2"}[kind]
    )
    assert "gcm" in opened.negotiated["cipher"]
    opened.close()
    pinned = server.host(fingerprint(public_key(server.folder / f"host_{kind}")[1]))
    connect(pinned, known_hosts=[]).close()


def test_an_unknown_key_stops_before_authentication(server: Sshd, tmp_path: Path) -> None:
    """The message names what was seen, how to compare it, and how to trust it."""
    before = len(server.log)
    with pytest.raises(IdentityError, match="not known") as caught:
        connect(server.host(), known_hosts=[tmp_path / "missing", server.known_hosts()])
    seen = fingerprint(public_key(server.folder / "host_ed25519")[1])
    for word in (seen, "ssh-keygen -lf", "cmsdeploy hosts trust cb1", "no password was sent"):
        assert word in str(caught.value)
    assert caught.value.exit_code == 4
    _assert_no_authentication(server, before)


@pytest.mark.parametrize(("known", "offered"), list(permutations(KINDS, 2)))
def test_a_key_of_another_type_is_a_changed_key(known: str, offered: str, tmp_path: Path) -> None:
    """All ordered pairs: the host is known by one kind, and shows only another."""
    with sshd(tmp_path / "other", [offered]) as other:
        make_key(other.folder / f"host_{known}", known)
        before = len(other.log)
        with pytest.raises(IdentityError, match="has changed") as caught:
            connect(other.host(), known_hosts=[other.known_hosts(known)])
        assert fingerprint(public_key(other.folder / f"host_{known}")[1]) in str(caught.value)
        assert fingerprint(public_key(other.folder / f"host_{offered}")[1]) in str(caught.value)
        _assert_no_authentication(other, before)


def test_a_changed_and_a_revoked_key_stop_before_authentication(
    server: Sshd, tmp_path: Path
) -> None:
    """Also where a fingerprint is pinned."""
    make_key(tmp_path / "wrong")
    key_type, wrong = public_key(tmp_path / "wrong")
    right_type, right = public_key(server.folder / "host_ed25519")
    known = tmp_path / "known_hosts"
    before = len(server.log)

    known.write_text(line_for("127.0.0.1", server.port, key_type, wrong))
    with pytest.raises(IdentityError, match="known_hosts line 1 expects SHA256"):
        connect(server.host(), known_hosts=[known])

    spelled = base64.b64encode(right).decode()
    known.write_text(f"@revoked * {right_type} {spelled}\n")
    for pinned in (None, fingerprint(right)):
        with pytest.raises(IdentityError, match="is revoked"):
            connect(server.host(pinned), known_hosts=[server.known_hosts("ed25519"), known])

    with pytest.raises(IdentityError, match="the inventory expects"):
        connect(server.host(fingerprint(wrong)), known_hosts=[server.known_hosts("ed25519")])

    known.write_text(f"@cert-authority * {right_type} {spelled}\n")
    with pytest.raises(IdentityError, match="not known"):
        connect(server.host(), known_hosts=[known])
    _assert_no_authentication(server, before)


def test_scanning_finds_all_keys(server: Sshd) -> None:
    """And authenticates to nobody."""
    before = len(server.log)
    found = scan_host_key("127.0.0.1", server.port, Deadline(10))
    expected = {public_key(server.folder / f"host_{kind}") for kind in KINDS}
    assert {(kind, base64.b64decode(key)) for kind, key in found} == expected
    _assert_no_authentication(server, before)


@pytest.mark.parametrize(
    "extra",
    ["KexAlgorithms diffie-hellman-group14-sha1", "HostKeyAlgorithms ssh-rsa"],
)
def test_a_box_with_sha1_only(extra: str, tmp_path: Path) -> None:
    """With paramiko 4 it works; with 5 the message says what to install."""
    with sshd(tmp_path / "old", ["rsa"], extra) as old:
        known = old.known_hosts("rsa")
        if int(paramiko.__version__.split(".")[0]) < 5:
            connect(old.host(), known_hosts=[known]).close()
            return
        with pytest.raises(UnreachableError, match="paramiko<5") as caught:
            connect(old.host(), known_hosts=[known])
        assert extra.split()[1] in str(caught.value)
        pinned = old.host(fingerprint(public_key(old.folder / "host_rsa")[1]))
        with pytest.raises(UnreachableError, match="paramiko<5"):
            connect(pinned, known_hosts=[])


# -- login -------------------------------------------------------------------------------------


def _refused(server: Sshd, login: Login, kind: type[Exception], words: str) -> None:
    host = replace(server.host(), login=login)
    with pytest.raises(kind, match=words):
        connect(host, known_hosts=[server.known_hosts("ed25519")])


def test_a_refused_key_is_tried_once(server: Sshd, tmp_path: Path) -> None:
    """No other key, no password, no agent."""
    make_key(tmp_path / "stranger")
    before = len(server.log)
    user = server.host().login.user
    stranger = Login(user, key_file=str(tmp_path / "stranger"))
    _refused(server, stranger, UnreachableError, "one attempt was made")
    requests = [line for line in server.log[before:].splitlines() if "userauth-request" in line]
    assert len([line for line in requests if "method publickey" in line]) == 1
    assert not [line for line in requests if "password" in line]


def test_a_way_that_the_server_does_not_offer_is_named(server: Sshd) -> None:
    """The server of this test takes keys only."""
    login = Login(server.host().login.user, password=Secret("some-password"))
    _refused(server, login, UnreachableError, "allows only: publickey")


@pytest.mark.parametrize("kind", KINDS)
def test_keys_with_a_passphrase(server: Sshd, tmp_path: Path, kind: str) -> None:
    """Right, wrong and missing passphrase."""
    path = tmp_path / "locked"
    make_key(path, kind, "open sesame")
    server_keys = server.folder / "user.pub"
    before = server_keys.read_text()
    server_keys.write_text(before + path.with_suffix(".pub").read_text())
    try:
        user = server.host().login.user
        login = Login(user, key_file=str(path), key_passphrase=Secret("open sesame"))
        host = replace(server.host(), login=login)
        connect(host, known_hosts=[server.known_hosts("ed25519")]).close()
    finally:
        server_keys.write_text(before)
    wrong = replace(login, key_passphrase=Secret("wrong"))
    _refused(server, wrong, InputError, "passphrase is wrong")
    _refused(server, replace(login, key_passphrase=None), InputError, "needs a passphrase")


def test_key_files_that_are_not_used(server: Sshd, tmp_path: Path) -> None:
    """Refused before any connection."""
    path = tmp_path / "key"
    user = server.host().login.user
    before = len(server.log)
    _refused(server, Login(user, key_file=str(path)), InputError, "No such file")
    make_key(path)
    for mode in (0o640, 0o604, 0o620, 0o660, 0o644, 0o777):
        path.chmod(mode)
        _refused(server, Login(user, key_file=str(path)), InputError, "touched by others")
    path.chmod(0o600)
    path.write_text("no key at all")
    _refused(server, Login(user, key_file=str(path)), InputError, "no kind that we can use")
    path.unlink()
    os.mkfifo(path, 0o600)
    _refused(server, Login(user, key_file=str(path)), InputError, "no regular file")
    _refused(server, Login(user, key_file=str(tmp_path)), InputError, "no regular file")
    _refused(server, Login(user), InputError, "no password and no key")
    assert len(server.log) == before


@contextmanager
def _agent(path: Path) -> Iterator[None]:
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    try:
        deadline = Deadline(5)
        while not path.exists() and not deadline.has_passed:
            time.sleep(0.01)
        with environment(SSH_AUTH_SOCK=str(path)):
            yield
    finally:
        process.terminate()
        process.wait(5)


def test_the_agent_is_asked_only_when_allowed(server: Sshd, tmp_path: Path) -> None:
    """And then for one key: a server that counts tries lets us in at the first."""
    with _agent(tmp_path / "agent"):
        user, key = server.host().login.user, str(server.folder / "user")
        for number in range(8):
            make_key(tmp_path / f"other{number}")
            subprocess.run(["ssh-add", "-q", str(tmp_path / f"other{number}")], check=True)
        subprocess.run(["ssh-add", "-q", key], check=True, stderr=subprocess.DEVNULL)
        allowed = Login(user, is_agent_allowed=True)
        _refused(server, allowed, InputError, "holds 9 keys")
        _refused(server, Login(user), InputError, "no password and no key")
        before = len(server.log)
        public = str(server.folder / "user.pub")
        host = replace(server.host(), login=replace(allowed, key_file=public))
        connect(host, known_hosts=[server.known_hosts("ed25519")]).close()
        assert server.log[before:].count("method publickey") == 1
        assert "auth-agent-req" not in server.log[before:]


# The library drops the socket of such an agent without closing it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_agent_that_is_none(server: Sshd, tmp_path: Path) -> None:
    """Not there, closing at once, or talking nonsense: a sentence, within five seconds."""
    login = Login(server.host().login.user, is_agent_allowed=True)
    with environment(SSH_AUTH_SOCK=str(tmp_path / "nobody")):
        _refused(server, login, InputError, "holds 0 keys")
    for number, said in enumerate(
        (b"", b"\0\0\0\x05\xff\xff\xff\xff\xff", b"\0\0\0\x05\x0c\0\0\0\x09")
    ):
        path = str(tmp_path / f"agent{number}")
        with socket.socket(socket.AF_UNIX) as listener, environment(SSH_AUTH_SOCK=path):
            listener.bind(path)
            listener.listen()
            thread = threading.Thread(target=_say, args=(listener, said))
            thread.start()
            _refused(server, login, InputError, "does not answer|holds")
            thread.join(5)
    gc.collect()


def _say(listener: socket.socket, content: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(100)
        connection.sendall(content)


# -- commands and terminal ---------------------------------------------------------------------


def test_commands_have_both_streams_and_no_terminal(connection: Connection) -> None:
    """One channel each; the end of the channel is the end of the reply."""
    reply = connection.execute("echo out; echo err >&2; tty; exit 3", deadline_seconds=10)
    assert sorted(reply.splitlines()) == [b"err", b"not a tty", b"out"]
    assert connection.execute("true", deadline_seconds=10) == b""


def test_a_large_reply_is_whole(connection: Connection) -> None:
    """Beyond one window."""
    reply = connection.execute("head -c 3000000 /dev/zero | tr '\\0' x", deadline_seconds=30)
    assert reply == b"x" * 3_000_000


def test_an_endless_reply_is_cut(connection: Connection) -> None:
    """At 4 MiB, and the connection serves on."""
    with pytest.raises(OutcomeUnknownError, match="longer than 4194304 bytes"):
        connection.execute("cat /dev/zero", deadline_seconds=30)
    assert connection.execute("echo alive", deadline_seconds=10) == b"alive\n"


def test_a_late_reply_ends_at_the_deadline(connection: Connection) -> None:
    """With what had come by then."""
    with ends_within(2, after=1.9), pytest.raises(LateReplyError) as caught:
        connection.execute("echo part; sleep 60", deadline_seconds=2)
    assert caught.value.partial == b"part\n"


def test_a_dripping_reply_ends_at_the_deadline(connection: Connection) -> None:
    """Each piece is in time, the whole is not."""
    began = time.monotonic()
    with pytest.raises(LateReplyError):
        connection.execute("while echo drip; do sleep 0.2; done", deadline_seconds=1)
    assert time.monotonic() - began < 2


def test_a_terminal(connection: Connection) -> None:
    """Wide enough for any line of ours."""
    shell = connection.open_shell(600)
    shell.write(b"stty size; exit\n")
    seen = b""
    while piece := shell.read(Deadline(10)):
        seen += piece
    assert b"100 600" in seen
    shell.close()


def test_a_connection_that_is_killed_leaves_an_unknown_outcome(server: Sshd) -> None:
    """A lost reply is no empty reply; afterwards nothing can be sent, and that is said."""
    opened = connect(server.host(), known_hosts=[server.known_hosts("ed25519")])
    # The shell's grandparent is the sshd process of this connection.
    kill = "echo part; sleep 0.2; kill -9 $(ps -o ppid= -p $PPID) $PPID; sleep 5"
    with pytest.raises(OutcomeUnknownError):
        opened.execute(kill, deadline_seconds=10)
    with pytest.raises(UnreachableError, match="before the command was sent"):
        opened.execute("true", deadline_seconds=10)
    opened.close()
    opened.close()


# -- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 1700, 32768, 32769, 200_000])
def test_files_of_any_size(connection: Connection, server: Sshd, size: int) -> None:
    """Written in pieces, whole at the end, and read back as they are."""
    content = os.urandom(size)
    connection.write_file("cb1.key", content)
    assert (server.root / "cb1.key").read_bytes() == content
    assert connection.read_file("cb1.key") == content
    assert (server.root / "cb1.key").stat().st_mode & 0o077 == 0


def test_a_file_larger_than_a_reply_may_be_is_copied(connection: Connection, server: Sshd) -> None:
    """Piece by piece, with the size that OpenSSH's server tells; a missing one is no error."""
    content = os.urandom(REPLY_CAP + 100_001)
    (server.root / "large.bak").write_bytes(content)
    taken = bytearray()
    assert connection.copy_file("large.bak", taken.extend)
    assert taken == content
    assert not connection.copy_file("missing.bak", taken.extend)


def test_files_that_are_not_there(connection: Connection, server: Sshd) -> None:
    """None, and a sentence for a name that cannot be written."""
    (server.root / "a.crt").write_text("x")
    (server.root / "folder").mkdir(exist_ok=True)
    assert connection.read_file("missing.key") is None
    assert {"a.crt", "folder"} <= set(connection.list_files())
    with pytest.raises(DeviceError, match="refuses to write folder"):
        connection.write_file("folder", b"x")
    assert connection.read_file("a.crt") == b"x"


def test_a_full_disk_is_noticed(connection: Connection, server: Sshd) -> None:
    """At the write or at the close; never taken for success."""
    (server.root / "full.key").symlink_to("/dev/full")
    with pytest.raises(DeviceError, match="refuses to write"):
        connection.write_file("full.key", b"x" * 100_000)
