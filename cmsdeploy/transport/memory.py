"""A transport without a wire: a device in the same process, through the same verbs.

For tests of every room. The shell is a real one in what counts: it greets, prompts, echoes, asks
and answers in bytes, so a conversation cannot tell it from a terminal. It is no mock: nothing is
recorded and nothing is expected here; what the device does is the device's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from cmsdeploy.errors import DeviceError, UnreachableError
from cmsdeploy.transport.contract import (
    Deadline,
    Form,
    HttpAnswer,
    LateReplyError,
    OutcomeUnknownError,
)

__all__ = ["ApiReply", "Device", "Exchange", "MemoryApi", "MemoryConnection", "MemoryShell"]


class Exchange(Protocol):
    """What a device says to one line, with the question that may stand at its end."""

    @property
    def text(self) -> str:
        """Output so far, line ends ``\\n``."""

    @property
    def question(self) -> str | None:
        """The words of the question that stands, or None."""

    @property
    def is_echoed(self) -> bool:
        """Whether the terminal shows what is typed at the question."""

    def answer(self, text: str) -> Exchange:
        """Type one line at the question."""


class ApiReply(Protocol):
    """What the API of a device answers."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def body(self) -> str | bytes:
        """The body, text or bytes."""


class Device(Protocol):
    """A device that can be called. Files raise the class named to the connection, or give None."""

    @property
    def prompt(self) -> str:
        """What the terminal shows when it waits for a command, such as ``cb1> ``."""

    def execute(self, line: str) -> Exchange:
        """Run one command line."""

    def write_file(self, name: str, content: bytes) -> None:
        """Store a file."""

    def read_file(self, name: str) -> bytes | None:
        """Give a file."""

    def list_files(self) -> Iterable[str]:
        """Names of all files."""

    def api(self, method: str, path: str, form: Mapping[str, str]) -> ApiReply:
        """Answer one API request of a user who is already let in."""


class MemoryConnection:
    """A :class:`~cmsdeploy.transport.contract.Connection` to ``device``.

    ``refusal`` is the class of errors by which the device refuses a file. ``is_chopped`` hands
    out what a shell reads one byte at a time. ``greeting`` is shown before the first prompt.
    """

    def __init__(
        self,
        device: Device,
        *,
        refusal: type[Exception] = OSError,
        is_chopped: bool = False,
        is_echoing: bool = True,
        greeting: str = "",
    ) -> None:
        self._device = device
        self._refusal = refusal
        self._is_chopped = is_chopped
        self._is_echoing = is_echoing
        self._greeting = greeting
        self._is_closed = False

    def execute(self, line: str, *, deadline_seconds: float) -> bytes:
        """Run a line without a terminal: at a question, input has ended and so does the reply."""
        self._check_open()
        exchange = self._device.execute(line)
        return (exchange.text + (exchange.question or "")).encode()

    def open_shell(self, width: int = 511) -> MemoryShell:
        """Open a terminal on the device. It never wraps, so ``width`` changes nothing."""
        self._check_open()
        return MemoryShell(
            self._device,
            greeting=self._greeting,
            is_chopped=self._is_chopped,
            is_echoing=self._is_echoing,
        )

    def read_file(self, name: str) -> bytes | None:
        """Give a file, or None where the device refuses."""
        self._check_open()
        try:
            return self._device.read_file(name)
        except self._refusal:
            return None

    def read_end(self, name: str, size: int) -> bytes | None:
        """Give the end of a file, or None where the device refuses."""
        content = self.read_file(name)
        return None if content is None else content[-size:]

    def copy_file(self, name: str, take: Callable[[bytes], None]) -> bool:
        """Hand a file to ``take``; False where the device refuses."""
        content = self.read_file(name)
        if content is not None:
            take(content)
        return content is not None

    def write_file(self, name: str, content: bytes) -> None:
        """Store a file."""
        self._check_open()
        try:
            self._device.write_file(name, content)
        except self._refusal as error:
            raise DeviceError(f"the box does not take the file {name}: {error}") from error

    def list_files(self) -> tuple[str, ...]:
        """The names of the files."""
        self._check_open()
        return tuple(self._device.list_files())

    def close(self) -> None:
        """From now on nothing can be sent."""
        self._is_closed = True

    def _check_open(self) -> None:
        if self._is_closed:
            raise UnreachableError("the connection is closed", "connect again")


class MemoryShell:
    """A terminal on a device. Time does not pass in it: where nothing waits, the deadline is over.

    ``is_echoing`` false is a terminal that never shows what is typed.
    """

    def __init__(
        self,
        device: Device,
        *,
        greeting: str = "",
        is_chopped: bool = False,
        is_echoing: bool = True,
    ) -> None:
        self._device = device
        self._is_chopped = is_chopped
        self._is_echoing = is_echoing
        self._exchange: Exchange | None = None
        self._typed = b""
        self._shown = _on_terminal(greeting + device.prompt)
        self._is_closed = False

    def read(self, deadline: Deadline) -> bytes:
        """Give what the terminal shows and was not read yet."""
        if self._is_closed:
            return b""
        if not self._shown:
            raise LateReplyError("the device has nothing to say")
        length = 1 if self._is_chopped else len(self._shown)
        content, self._shown = self._shown[:length], self._shown[length:]
        return content

    def write(self, content: bytes) -> None:
        """Type ``content``; each line end sends a line."""
        if self._is_closed:
            raise OutcomeUnknownError("the shell is closed")
        for number in content:
            self._type(bytes([number]))

    def close(self) -> None:
        """From now on the terminal has ended."""
        self._is_closed = True

    def _type(self, character: bytes) -> None:
        # A terminal takes either line end for Enter and shows both for it.
        is_enter = character in (b"\r", b"\n")
        if self._is_shown:
            self._shown += b"\r\n" if is_enter else character
        if is_enter:
            line, self._typed = self._typed.decode(), b""
            self._enter(line)
        else:
            self._typed += character

    @property
    def _is_shown(self) -> bool:
        is_secret = self._exchange is not None and not self._exchange.is_echoed
        return self._is_echoing and not is_secret

    def _enter(self, line: str) -> None:
        before = self._exchange
        if before is not None and not before.is_echoed:
            # The Enter behind a hidden answer moves the cursor, though the answer is not shown.
            self._shown += b"\r\n"
        exchange = before.answer(line) if before is not None else self._device.execute(line)
        self._exchange = exchange if exchange.question is not None else None
        end = exchange.question if exchange.question is not None else self._device.prompt
        self._shown += _on_terminal(exchange.text + end)


class MemoryApi:
    """An :class:`~cmsdeploy.transport.contract.Api` of ``device``."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def request(self, method: str, path: str, form: Form = ()) -> HttpAnswer:
        """Send one request."""
        fields = {
            name: value.decode() if isinstance(value, bytes) else value for name, value in form
        }
        reply = self._device.api(method, path, fields)
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        return HttpAnswer(reply.status, {"content-type": "text/xml"}, body)

    def close(self) -> None:
        """Nothing is open."""


def _on_terminal(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()
