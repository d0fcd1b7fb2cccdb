"""One logged-in SSH connection as four verbs: when to open a channel, and when a reply is whole.

Knows no library: ``ssh`` gives it channels. So what a lost channel *means* is said in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from cmsdeploy.errors import DeviceError, UnreachableError
from cmsdeploy.transport.contract import (
    REPLY_CAP,
    Deadline,
    LateReplyError,
    OutcomeUnknownError,
    Shell,
)
from cmsdeploy.transport.pacing import Pacing
from cmsdeploy.transport.sftp import Sftp

__all__ = ["Channel", "ChannelRefusedError", "ChannelSource", "SshConnection"]

_READ_AGAIN = "read the state of the box before anything is repeated"
# A file of unknown length: an hour for all of it, as long as no piece keeps us waiting.
_COPY_SECONDS = 3600.0


class ChannelRefusedError(DeviceError):
    """The box is there and does not want to open a channel just now. Nothing was sent on it."""


class Channel(Shell, Protocol):
    """One channel of its own, not yet used for anything; then one of the three, once."""

    @property
    def is_complete(self) -> bool:
        """After ``read`` gave ``b""``: whether the box ended the channel, and not the network."""

    def start_command(self, line: str, deadline: Deadline) -> None:
        """Run a command, without a terminal."""

    def start_terminal(self, width: int, deadline: Deadline) -> None:
        """Run a shell on a terminal."""

    def start_subsystem(self, name: str, deadline: Deadline) -> None:
        """Run a subsystem, such as ``sftp``."""


class ChannelSource(Protocol):
    """Where channels come from."""

    def open_channel(self, deadline: Deadline) -> Channel:
        """Open one, or raise ``ChannelRefusedError`` or ``UnreachableError``."""

    def close(self) -> None:
        """End the connection. Never raises."""


class SshConnection:
    """A :class:`~cmsdeploy.transport.contract.Connection` over SSH.

    ``negotiated`` names the algorithms in use, for reports. ``setup_seconds`` bounds the opening
    of a terminal, ``file_seconds`` each transfer of a file.
    """

    def __init__(
        self,
        source: ChannelSource,
        negotiated: Mapping[str, str],
        *,
        setup_seconds: float = 15.0,
        file_seconds: float = 60.0,
    ) -> None:
        self.negotiated = negotiated
        self._source = source
        self.setup_seconds = setup_seconds
        self.file_seconds = file_seconds
        self._pacing = Pacing()
        self._sftp: Sftp | None = None

    def execute(self, line: str, *, deadline_seconds: float) -> bytes:
        """Send one command on a channel of its own and give its whole reply."""
        deadline = Deadline(deadline_seconds)
        channel = self._opened(deadline)
        try:
            channel.start_command(line, deadline)
            return _reply(channel, deadline)
        finally:
            channel.close()
            self._pacing.touch()

    def open_shell(self, width: int = 511) -> Shell:
        """Open a terminal of ``width`` columns."""
        deadline = Deadline(self.setup_seconds)
        channel = self._opened(deadline)
        with _nothing_sent_yet(channel, "a terminal"):
            channel.start_terminal(width, deadline)
        return channel

    def read_file(self, name: str) -> bytes | None:
        """Give a file, or None where it may not be read."""
        deadline = Deadline(self.file_seconds)
        with self._files(deadline) as sftp:
            return sftp.read_file(name, deadline)

    def read_end(self, name: str, size: int) -> bytes | None:
        """Give the end of a file, or None where it may not be read."""
        deadline = Deadline(self.file_seconds)
        with self._files(deadline) as sftp:
            return sftp.read_end(name, size, deadline)

    def copy_file(self, name: str, take: Callable[[bytes], None]) -> bool:
        """Hand a file to ``take``, however long it is; each piece has the time of a file."""
        deadline = Deadline(_COPY_SECONDS)
        with self._files(deadline.within(self.file_seconds)) as sftp:
            return sftp.copy_file(name, take, deadline, self.file_seconds)

    def write_file(self, name: str, content: bytes) -> None:
        """Create or replace a file."""
        deadline = Deadline(self.file_seconds)
        with self._files(deadline) as sftp:
            sftp.write_file(name, content, deadline)

    def list_files(self) -> tuple[str, ...]:
        """The names of the root."""
        deadline = Deadline(self.file_seconds)
        with self._files(deadline) as sftp:
            return sftp.list_files(deadline)

    def close(self) -> None:
        """End the connection and all that is open on it."""
        self._sftp = None
        self._source.close()

    def _opened(self, deadline: Deadline) -> Channel:
        """Get a channel, asking again as often as the deadline allows.

        A refused *open* is safe to repeat: the command has not been sent.
        """
        while True:
            self._pacing.wait(deadline)
            try:
                return self._source.open_channel(deadline)
            except ChannelRefusedError as error:
                self._pacing.slow_down()
                if deadline.remaining() <= self._pacing.pause:
                    raise UnreachableError(
                        f"the box refused every channel for {deadline.seconds:g} seconds "
                        f"({error.cause}); nothing was sent",
                        "close other sessions on the box, then run again",
                    ) from error

    @contextmanager
    def _files(self, deadline: Deadline) -> Iterator[Sftp]:
        # One channel for all files of a connection: opening one for each costs three round trips,
        # and channels are what boxes are short of.
        if self._sftp is None:
            channel = self._opened(deadline)
            with _nothing_sent_yet(channel, "a file transfer"):
                channel.start_subsystem("sftp", deadline)
                self._sftp = Sftp(channel, deadline)
        sftp = self._sftp
        try:
            yield sftp
        except (LateReplyError, OutcomeUnknownError) as error:
            error.action = error.action or _READ_AGAIN
            # The next answer on this channel would belong to the last request.
            sftp.close()
            self._sftp = None
            raise


@contextmanager
def _nothing_sent_yet(channel: Channel, what: str) -> Iterator[None]:
    try:
        yield
    except (LateReplyError, OutcomeUnknownError) as error:
        channel.close()
        raise UnreachableError(
            f"the box does not open {what}: {error.cause}",
            "log in by hand and see whether it works there",
        ) from error


def _reply(channel: Channel, deadline: Deadline) -> bytes:
    reply = bytearray()
    while True:
        try:
            content = channel.read(deadline)
        except LateReplyError as error:
            raise LateReplyError(
                f"no end of the reply within {deadline.seconds:g} seconds",
                _READ_AGAIN,
                bytes(reply),
            ) from error
        if not content:
            break
        reply += content
        if len(reply) > REPLY_CAP:
            raise OutcomeUnknownError(
                f"the reply is longer than {REPLY_CAP} bytes", "look at the box by hand"
            )
    if not channel.is_complete:
        raise OutcomeUnknownError(
            "the connection was lost before the reply was complete", _READ_AGAIN, bytes(reply)
        )
    return bytes(reply)
