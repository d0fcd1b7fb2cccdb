"""SFTP against a server that lies, refuses and garbles; OpenSSH's own is in another file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsdeploy.errors import DeviceError, HostError
from cmsdeploy.transport.contract import Deadline, OutcomeUnknownError
from cmsdeploy.transport.sftp import CHUNK, Sftp, StatusError

OPEN, CLOSE, READ, WRITE, OPENDIR, READDIR, STAT = 3, 4, 5, 6, 11, 12, 17


def _string(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _status(code: int, text: bytes = b"no \x1b[31m") -> bytes:
    return bytes([101]) + b"%ID%" + code.to_bytes(4, "big") + _string(text) + _string(b"en")


@dataclass
class Server:
    """A server in memory. ``answers`` replaces the answer to the n-th request of a kind."""

    content: bytearray = field(default_factory=bytearray)
    answers: dict[tuple[int, int], bytes] = field(default_factory=dict)
    requests: list[int] = field(default_factory=list)
    chop: int = 0
    said: bytes = b""
    is_closed: bool = False

    def write(self, packet: bytes) -> None:
        """Take one request (they come whole) and prepare its answer."""
        kind, number, body = packet[4], packet[5:9], packet[9:]
        if kind == 1:
            self.said += _string(bytes([2]) + (3).to_bytes(4, "big"))
            return
        self.requests.append(kind)
        place = (kind, self.requests.count(kind))
        answer = self.answers.get(place) or self._answer(kind, body)
        self.said += _string(answer.replace(b"%ID%", number, 1))

    def _answer(self, kind: int, body: bytes) -> bytes:
        if kind in (OPEN, OPENDIR):
            return bytes([102]) + b"%ID%" + _string(b"handle")
        if kind == WRITE:
            offset = int.from_bytes(body[10:18], "big")
            data = body[22:]
            assert len(data) <= 32768
            self.content[offset : offset + len(data)] = data
            return _status(0)
        if kind == READ:
            offset = int.from_bytes(body[10:18], "big")
            data = bytes(self.content[offset : offset + 1000])
            return bytes([103]) + b"%ID%" + _string(data) if data else _status(1)
        return _status(1 if kind == READDIR else 0)

    def read(self, deadline: Deadline) -> bytes:
        """Give what is prepared."""
        length = self.chop or len(self.said)
        content, self.said = self.said[:length], self.said[length:]
        return content

    def close(self) -> None:
        """Note it."""
        self.is_closed = True


def _sftp(server: Server) -> Sftp:
    return Sftp(server, Deadline(5))


@pytest.mark.parametrize("chop", [0, 1])
def test_a_file_there_and_back(chop: int) -> None:
    """In chunks, one after the other; short reads are read on."""
    server = Server(chop=chop)
    content = bytes(range(256)) * 400
    sftp = _sftp(server)
    sftp.write_file("a.key", content, Deadline(5))
    assert bytes(server.content) == content
    assert server.requests == [OPEN, *[WRITE] * 4, CLOSE]
    assert sftp.read_file("a.key", Deadline(5)) == content


REFUSALS = {
    "open": (OPEN, 1, 3),
    "first chunk": (WRITE, 1, 4),
    "third chunk": (WRITE, 3, 4),
    "last chunk": (WRITE, 7, 4),
    "close": (CLOSE, 1, 4),
    "unsupported": (WRITE, 2, 8),
    "end of file for a write": (WRITE, 2, 1),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_every_refused_write_is_an_error(name: str) -> None:
    """At the open, at each chunk, and at the close, where a full disk may show first."""
    kind, number, code = REFUSALS[name]
    server = Server(answers={(kind, number): _status(code)})
    with pytest.raises(StatusError, match=r"refuses to write a\.key: no \\x1b") as caught:
        _sftp(server).write_file("a.key", b"x" * (6 * CHUNK + 1), Deadline(5))
    assert caught.value.code == code
    assert "\x1b" not in str(caught.value)


def test_a_file_that_may_not_be_read() -> None:
    """Is None, as one that is not there; another refusal is an error."""
    for code in (2, 3):
        server = Server(answers={(OPEN, 1): _status(code)})
        assert _sftp(server).read_file("a.key", Deadline(5)) is None
    with pytest.raises(StatusError):
        _sftp(Server(answers={(OPEN, 1): _status(4)})).read_file("a.key", Deadline(5))


def test_a_copy_of_any_size_goes_piece_by_piece() -> None:
    """Beyond what a reply may have; nothing of it is kept here."""
    content = bytes(5_000_000)
    server, taken = Server(bytearray(content)), [0]

    def take(piece: bytes) -> None:
        assert len(piece) <= CHUNK
        taken[0] += len(piece)

    server.answers[(STAT, 1)] = _told(len(content))
    assert _sftp(server).copy_file("a.bak", take, Deadline(60), 60)
    assert taken == [len(content)]
    with pytest.raises(DeviceError, match="larger than"):
        _sftp(server).read_file("a.bak", Deadline(60))


@pytest.mark.parametrize("told", [999, 1001, 0, None])
def test_a_copy_is_as_long_as_the_server_says(told: int | None) -> None:
    """Where it says nothing, or refuses to, it cannot be held against it."""
    server = Server(bytearray(1000))
    server.answers[(STAT, 1)] = _status(8) if told is None else _told(told)
    if told:
        with pytest.raises(DeviceError, match="and 1000 came"):
            _sftp(server).copy_file("a.bak", lambda _: None, Deadline(5), 5)
    else:
        assert _sftp(server).copy_file("a.bak", lambda _: None, Deadline(5), 5)
    for code in (2, 3):
        missing = Server(answers={(OPEN, 1): _status(code)})
        assert not _sftp(missing).copy_file("a.bak", lambda _: None, Deadline(5), 5)


def _told(size: int) -> bytes:
    return bytes([105]) + b"%ID%" + (1).to_bytes(4, "big") + size.to_bytes(8, "big")


@pytest.mark.parametrize("told", [5000, 0, 4990, 9000, None])
def test_the_end_of_a_file(told: int | None) -> None:
    """The size is a hint where to begin; one that is wrong costs bytes, or gives none, no more."""
    content = bytes(range(250)) * 20
    server = Server(answers={(STAT, 1): bytes([105]) + b"%ID%" + b"\0\0\0\0"})
    if told is not None:
        server = Server(answers={(STAT, 1): _told(told)})
    server.content = bytearray(content)
    expected = b"" if told == 9000 else content[-300:]
    assert _sftp(server).read_end("log", 300, Deadline(5)) == expected


@pytest.mark.parametrize("kind", [STAT, OPEN])
def test_the_end_of_a_file_that_is_refused(kind: int) -> None:
    """Is not known; a log is worth no error."""
    server = Server(answers={(STAT, 1): _told(9), (kind, 1): _status(4)})
    assert _sftp(server).read_end("log", 300, Deadline(5)) is None


GARBLED = {
    "another request's answer": bytes([102]) + (77).to_bytes(4, "big") + _string(b"handle"),
    "status for a handle": _status(0),
    "data for a handle": bytes([103]) + b"%ID%" + _string(b"x"),
    "empty handle": bytes([102]) + b"%ID%" + _string(b""),
    "handle of 257 bytes": bytes([102]) + b"%ID%" + _string(b"h" * 257),
    "cut handle": bytes([102]) + b"%ID%" + b"\0\0\0\x09abc",
    "only a number": bytes([102]) + b"%ID%",
    "unknown kind": bytes([250]) + b"%ID%",
}


@pytest.mark.parametrize("name", GARBLED)
def test_garbled_answers(name: str) -> None:
    """An error of ours, never an exception of the parser."""
    with pytest.raises(DeviceError):
        _sftp(Server(answers={(OPEN, 1): GARBLED[name]})).write_file("a", b"x", Deadline(5))


def test_a_file_without_end() -> None:
    """Is cut at 4 MiB."""
    data = bytes([103]) + b"%ID%" + _string(b"x" * 32768)
    server = Server(answers={(READ, number): data for number in range(1, 200)})
    with pytest.raises(DeviceError, match="larger than 4194304"):
        _sftp(server).read_file("a", Deadline(5))


def test_names() -> None:
    """With attributes of all kinds, which are skipped."""
    attributes = (
        (0x8000000F).to_bytes(4, "big") + b"\0" * 8 + b"\0" * 8 + b"\0" * 4 + b"\0" * 8
        + (1).to_bytes(4, "big") + _string(b"type") + _string(b"data")
    )  # fmt: skip
    entries = b"".join(
        _string(name) + _string(b"long name") + attributes
        for name in (b".", b"..", b"a.key", b"caf\xe9")
    )
    names = bytes([104]) + b"%ID%" + (4).to_bytes(4, "big") + entries
    server = Server(answers={(READDIR, 1): names})
    assert _sftp(server).list_files(Deadline(5)) == ("a.key", "caf\\xe9")


Verb = Callable[[Sftp], object]
VERBS: list[Verb] = [
    lambda sftp: sftp.write_file("a", b"x" * 100, Deadline(5)),
    lambda sftp: sftp.read_file("a", Deadline(5)),
    lambda sftp: sftp.list_files(Deadline(5)),
]


@given(
    st.sampled_from(VERBS),
    st.dictionaries(
        st.tuples(st.sampled_from([OPEN, CLOSE, READ, WRITE, OPENDIR, READDIR]), st.just(1)),
        st.binary(min_size=1, max_size=40),
        max_size=3,
    ),
)
def test_random_answers(verb: Verb, answers: dict[tuple[int, int], bytes]) -> None:
    """Either it works, or it is an error that a person can read."""
    with suppress(HostError):
        verb(_sftp(Server(bytearray(b"content"), answers)))


def test_the_end_in_the_middle() -> None:
    """Nobody knows how much was written."""

    class Ending(Server):
        def read(self, deadline: Deadline) -> bytes:
            return b"" if WRITE in self.requests else super().read(deadline)

    with pytest.raises(OutcomeUnknownError, match="middle of a file transfer"):
        _sftp(Ending()).write_file("a", b"x", Deadline(5))
