"""Channels of one SSH connection, and its end.

paramiko waits without a deadline for the answer to a request; here every wait has one.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from cmsdeploy.errors import UnreachableError, printable
from cmsdeploy.transport.contract import Deadline, LateReplyError, OutcomeUnknownError
from cmsdeploy.transport.ssh_connection import ChannelRefusedError
from cmsdeploy.transport.ssh_library import FAILURES, paramiko

__all__ = ["Channels", "end"]

_WRITE_SECONDS = 30.0
_READ_SIZE = 32 * 1024


def end(transport: paramiko.Transport) -> None:
    """Close a connection. Never raises.

    Its reader waits for bytes without a clock of its own (see ``ssh``): the shutdown wakes it.
    """
    with contextlib.suppress(OSError):
        transport.sock.shutdown(socket.SHUT_RDWR)
    transport.close()


class _Bounded(threading.Event):
    """An event that waits for the answer to a request until a deadline, and then says so.

    paramiko waits for that answer for ever.
    """

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def wait(self, timeout: float | None = None) -> bool:
        if super().wait(self._deadline.remaining()):
            return True
        raise LateReplyError(f"no answer within {self._deadline.seconds:g} seconds")


class Channels:
    """Opens channels on one transport."""

    def __init__(self, transport: paramiko.Transport) -> None:
        self._transport = transport

    def open_channel(self, deadline: Deadline) -> _Channel:
        """Open one; nothing is sent on it yet."""
        try:
            channel = self._transport.open_channel("session", timeout=deadline.remaining())
        except paramiko.ChannelException as error:
            raise ChannelRefusedError(printable(str(error.args[-1]), 200)) from error
        except FAILURES as error:
            raise UnreachableError(
                f"the connection was lost before the command was sent: "
                f"{printable(str(error) or 'it ended', 300)}",
                "run again",
            ) from error
        return _Channel(channel)

    def close(self) -> None:
        """End the connection."""
        end(self._transport)


class _Channel:
    """One channel; see ``ssh_connection.Channel``."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel

    @property
    def is_complete(self) -> bool:
        """Whether the other side ended the channel. Where the connection breaks, paramiko closes
        the channel too, but has neither received an end nor answered one."""
        return bool(self._channel.eof_received or self._channel.eof_sent)

    def start_command(self, line: str, deadline: Deadline) -> None:
        """Run a command; errors and output come in one stream, as they came."""
        self._channel.set_combine_stderr(True)
        self._start(deadline, lambda: self._channel.exec_command(line))

    def start_terminal(self, width: int, deadline: Deadline) -> None:
        """Run a shell on a terminal that does nothing clever."""
        self._start(deadline, lambda: self._channel.get_pty("vt100", width, 100))
        self._start(deadline, self._channel.invoke_shell)

    def start_subsystem(self, name: str, deadline: Deadline) -> None:
        """Run a subsystem."""
        self._start(deadline, lambda: self._channel.invoke_subsystem(name))

    def _start(self, deadline: Deadline, request: Callable[[], object]) -> None:
        self._channel.event = _Bounded(deadline)
        try:
            request()
        except FAILURES as error:
            raise OutcomeUnknownError(
                f"the box closed the channel when it was asked to start: "
                f"{printable(str(error) or 'it ended', 300)}",
                "if it always does, set `cms_session: shell` for this host",
            ) from error

    def read(self, deadline: Deadline) -> bytes:
        """Give what has arrived, waiting for at least one byte."""
        self._channel.settimeout(deadline.remaining())
        try:
            return self._channel.recv(_READ_SIZE)
        except TimeoutError as error:
            raise LateReplyError(f"nothing came within {deadline.seconds:g} seconds") from error

    def write(self, content: bytes) -> None:
        """Send all of ``content``."""
        self._channel.settimeout(_WRITE_SECONDS)
        try:
            self._channel.sendall(content)
        except TimeoutError as error:
            raise LateReplyError("the box does not take what is sent") from error
        except FAILURES as error:
            raise OutcomeUnknownError(
                "the connection was lost while sending", "read the state of the box again"
            ) from error

    def close(self) -> None:
        """End the channel."""
        with contextlib.suppress(*FAILURES):
            self._channel.close()
