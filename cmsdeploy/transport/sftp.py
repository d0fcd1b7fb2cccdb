"""SFTP version 3 as far as a flat root needs it: write a file, read a file, list the names.

Written here, over one channel, because paramiko's client hides refusals: ``put`` sends all chunks
before it looks at an answer, and the answer to ``close`` is never looked at, so a full disk or a
quota passes for success. Here one request follows the answer to the one before, each answer is
looked at, and no size, no time and no permission that the server tells is relied upon: the size
that is asked for the end of a log says where to begin to read, and no more.

Source of the numbers: draft-ietf-secsh-filexfer-02.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from cmsdeploy.errors import DeviceError, printable
from cmsdeploy.transport.contract import REPLY_CAP, Deadline, OutcomeUnknownError, Shell
from cmsdeploy.transport.sftp_answers import Answer, garbled, names_of, size_in

__all__ = ["Sftp", "StatusError"]

# Servers must take 32 KiB of data in one request, and some take no more.
CHUNK = 32 * 1024
_LARGEST_PACKET = 256 * 1024
_LONGEST_HANDLE = 256
_MOST_NAMES = 20_000


class _Kind(IntEnum):
    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    OPENDIR = 11
    READDIR = 12
    STAT = 17
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRIBUTES = 105


class _Status(IntEnum):
    OK = 0
    END = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3


# What the draft says for want of words, where the server sends none.
_STATUS_WORDS = {2: "no such file", 3: "permission denied", 4: "failure", 8: "not supported"}
_READ = 0x01
_WRITE_CREATE_TRUNCATE = 0x02 | 0x08 | 0x10
# Attributes of a new file: only its permissions, readable by nobody else. A box that keeps no
# permissions ignores them.
_PRIVATE = b"\0\0\0\4" + (0o600).to_bytes(4, "big")
_NO_ATTRIBUTES = b"\0\0\0\0"


class StatusError(DeviceError):
    """The server answered a request with a refusal. ``code`` as in the draft."""

    def __init__(self, what: str, code: int, text: str) -> None:
        said = printable(text.strip(), 300) or _STATUS_WORDS.get(code, f"status {code}")
        super().__init__(
            f"the box refuses to {what}: {said}", "check the name and the free space of the box"
        )
        self.code = code


class Sftp:
    """One SFTP channel. ``stream`` is the open subsystem; ``deadline`` is for the greeting."""

    def __init__(self, stream: Shell, deadline: Deadline) -> None:
        self._stream = stream
        self._buffer = b""
        self._request = 0
        self._send(_Kind.INIT, (3).to_bytes(4, "big"), None)
        kind, _ = self._packet(deadline)
        if kind != _Kind.VERSION:
            raise garbled(f"the greeting is of kind {kind}")

    def close(self) -> None:
        """End the channel."""
        self._stream.close()

    def write_file(self, name: str, content: bytes, deadline: Deadline) -> None:
        """Create or replace ``name``. Raises ``StatusError`` at the first refusal."""
        what = f"write {name}"
        request = _string(name.encode()) + _number(_WRITE_CREATE_TRUNCATE) + _PRIVATE
        handle = self._open(_Kind.OPEN, request, what, deadline)
        for offset in range(0, len(content), CHUNK):
            chunk = content[offset : offset + CHUNK]
            request = _string(handle) + offset.to_bytes(8, "big") + _string(chunk)
            self._acknowledged(_Kind.WRITE, request, what, deadline)
        # A server may find out only now that the disk is full.
        self._acknowledged(_Kind.CLOSE, _string(handle), what, deadline)

    def read_file(self, name: str, deadline: Deadline) -> bytes | None:
        """Give ``name`` until the server says that it ends; None where it may not be read.

        Raises ``DeviceError`` beyond 4 MiB.
        """
        content = bytearray()

        def take(chunk: bytes) -> None:
            content.extend(chunk)
            if len(content) > REPLY_CAP:
                raise DeviceError(f"{name} is larger than {REPLY_CAP} bytes", "fetch it by hand")

        is_there = self._copied(name, take, deadline, deadline.seconds) is not None
        return bytes(content) if is_there else None

    def copy_file(
        self, name: str, take: Callable[[bytes], None], deadline: Deadline, piece_seconds: float
    ) -> bool:
        """Hand ``name`` to ``take`` piece by piece; False where it may not be read.

        Raises ``DeviceError`` where its end comes before or after the size that the server tells.
        """
        size = self._copied(name, take, deadline, piece_seconds)
        if size is None:
            return False
        what, request = f"look at {name}", _string(name.encode())
        try:
            answer = self._ask(_Kind.STAT, request, _Kind.ATTRIBUTES, what, deadline)
        except StatusError:
            return True
        told = size_in(answer) if answer else 0
        if told not in (0, size):
            raise DeviceError(f"{name} has {told} bytes, and {size} came", "fetch it once more")
        return True

    def read_end(self, name: str, size: int, deadline: Deadline) -> bytes | None:
        """Give at most the last ``size`` bytes of ``name``; None where the server refuses."""
        what = f"read the end of {name}"
        try:
            answer = self._ask(_Kind.STAT, _string(name.encode()), _Kind.ATTRIBUTES, what, deadline)
            start = max(0, size_in(answer) - size) if answer else 0
            request = _string(name.encode()) + _number(_READ) + _NO_ATTRIBUTES
            handle = self._open(_Kind.OPEN, request, what, deadline)
            content = b""
            # What was written since the size was told comes too; a file that was never told the
            # size of is read from its beginning, as far as one reply may go.
            while chunk := self._chunk(handle, start + len(content), what, deadline):
                content += chunk
                if len(content) > REPLY_CAP:
                    break
            self._acknowledged(_Kind.CLOSE, _string(handle), what, deadline)
        except StatusError:
            return None
        return content[-size:]

    def list_files(self, deadline: Deadline) -> tuple[str, ...]:
        """The names of the root, without ``.`` and ``..``."""
        what = "list the files"
        handle = self._open(_Kind.OPENDIR, _string(b"."), what, deadline)
        names: list[str] = []
        while (found := self._names(handle, what, deadline)) is not None:
            names += found
            if len(names) > _MOST_NAMES:
                raise DeviceError(f"the box has more than {_MOST_NAMES} files", "list them by hand")
        self._acknowledged(_Kind.CLOSE, _string(handle), what, deadline)
        return tuple(name for name in names if name not in (".", ".."))

    # -- one request, one answer -----------------------------------------------------------------

    def _copied(
        self, name: str, take: Callable[[bytes], None], deadline: Deadline, piece_seconds: float
    ) -> int | None:
        """How many bytes were handed over until the server said that this is the end."""
        request = _string(name.encode()) + _number(_READ) + _NO_ATTRIBUTES
        try:
            handle = self._open(_Kind.OPEN, request, f"open {name}", deadline)
        except StatusError as error:
            if error.code in (_Status.NO_SUCH_FILE, _Status.PERMISSION_DENIED):
                return None
            raise
        size = 0
        while chunk := self._chunk(handle, size, f"read {name}", deadline.within(piece_seconds)):
            size += len(chunk)
            take(chunk)
        self._acknowledged(_Kind.CLOSE, _string(handle), f"close {name}", deadline)
        return size

    def _open(self, kind: _Kind, request: bytes, what: str, deadline: Deadline) -> bytes:
        answer = self._ask(kind, request, _Kind.HANDLE, what, deadline)
        handle = answer.string() if answer else b""
        if not 0 < len(handle) <= _LONGEST_HANDLE:
            raise garbled("a handle is empty or too long")
        return handle

    def _chunk(self, handle: bytes, offset: int, what: str, deadline: Deadline) -> bytes:
        request = _string(handle) + offset.to_bytes(8, "big") + _number(CHUNK)
        answer = self._ask(_Kind.READ, request, _Kind.DATA, what, deadline)
        return answer.string() if answer else b""

    def _names(self, handle: bytes, what: str, deadline: Deadline) -> list[str] | None:
        answer = self._ask(_Kind.READDIR, _string(handle), _Kind.NAME, what, deadline)
        return names_of(answer) if answer else None

    def _acknowledged(self, kind: _Kind, request: bytes, what: str, deadline: Deadline) -> None:
        self._ask(kind, request, _Kind.STATUS, what, deadline)

    def _ask(
        self, kind: _Kind, request: bytes, wanted: _Kind, what: str, deadline: Deadline
    ) -> Answer | None:
        """Send one request and give its answer, or None where the server says that this is all."""
        self._request += 1
        self._send(kind, request, self._request)
        got, content = self._packet(deadline)
        answer = Answer(content)
        if answer.number() != self._request:
            raise garbled("an answer belongs to another request")
        if got == _Kind.STATUS:
            return self._judge(answer, wanted, what)
        if got != wanted:
            raise garbled(f"an answer is of kind {got} instead of {wanted}")
        return answer

    def _judge(self, answer: Answer, wanted: _Kind, what: str) -> Answer | None:
        code = answer.number()
        if code == _Status.OK and wanted is _Kind.STATUS:
            return answer
        if code == _Status.END and wanted in (_Kind.DATA, _Kind.NAME):
            return None
        # Before version 3 servers sent no text; some still do not.
        text = answer.string().decode("utf-8", "backslashreplace") if answer.content else ""
        raise StatusError(what, code, text)

    def _send(self, kind: _Kind, content: bytes, request: int | None) -> None:
        number = b"" if request is None else _number(request)
        self._stream.write(_string(bytes([kind]) + number + content))

    def _packet(self, deadline: Deadline) -> tuple[int, bytes]:
        length = int.from_bytes(self._bytes(4, deadline), "big")
        if not 1 <= length <= _LARGEST_PACKET:
            raise garbled(f"a packet of {length} bytes")
        packet = self._bytes(length, deadline)
        return packet[0], packet[1:]

    def _bytes(self, length: int, deadline: Deadline) -> bytes:
        while len(self._buffer) < length:
            content = self._stream.read(deadline)
            if not content:
                raise OutcomeUnknownError(
                    "the connection ended in the middle of a file transfer",
                    "run again; no command has named the file",
                )
            self._buffer += content
        taken, self._buffer = self._buffer[:length], self._buffer[length:]
        return taken


def _number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _string(content: bytes) -> bytes:
    return _number(len(content)) + content
