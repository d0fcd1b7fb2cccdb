"""What a transport is: a few verbs over bytes, a clock for deadlines, and four ways to fail.

What an error says about the command is as important as what went wrong, because a lost reply must
never lead to a blind repeat:

    UnreachableError      nothing was sent: not connected, not logged in, no channel was to be had
    DeviceError           the box answered, and the answer is no
    LateReplyError        sent, and no complete answer before the deadline: outcome unknown
    OutcomeUnknownError   sent, and the connection ended before the answer did: outcome unknown

:func:`is_outcome_unknown` asks that question of any error.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cmsdeploy.errors import DeadlineError, DeviceError, HostError, SecretShownError
from cmsdeploy.model.records import NameAnswer, Query, Update, UpdateKey
from cmsdeploy.model.secret import Secret

__all__ = [
    "REPLY_CAP",
    "Api",
    "Connection",
    "Deadline",
    "Form",
    "HttpAnswer",
    "LateReplyError",
    "Names",
    "OutcomeUnknownError",
    "Shell",
    "Verdict",
    "is_outcome_unknown",
]

# One reply, one file, one body: 4 MiB is far beyond anything that a box has to say, and small
# enough that a hundred hosts at once do not fill the memory of an engineer's laptop.
REPLY_CAP = 4 * 1024 * 1024

Form = Sequence[tuple[str, bytes | str]]


class Deadline:
    """A moment on the monotonic clock, so that a change of the wall clock moves nothing."""

    __slots__ = ("_moment", "seconds")

    def __init__(self, seconds: float) -> None:
        """``seconds`` from now."""
        self.seconds = seconds
        self._moment = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds that are left, never negative."""
        return max(0.0, self._moment - time.monotonic())

    @property
    def has_passed(self) -> bool:
        """Whether nothing is left."""
        return self.remaining() == 0.0

    def within(self, seconds: float) -> Deadline:
        """A deadline ``seconds`` from now, or this one where it comes first."""
        return Deadline(min(seconds, self.remaining()))


class LateReplyError(DeadlineError):
    """The deadline passed after something was sent; ``partial`` is what had arrived by then."""

    def __init__(self, cause: str, action: str = "", partial: bytes = b"") -> None:
        super().__init__(cause, action)
        self.partial = partial


class OutcomeUnknownError(DeviceError):
    """The connection ended between command and answer; ``partial`` is what had arrived by then.

    The box may have carried the command out or not. Reading it tells; repeating it does not.
    """

    def __init__(self, cause: str, action: str = "", partial: bytes = b"") -> None:
        super().__init__(cause, action)
        self.partial = partial


def is_outcome_unknown(error: HostError) -> bool:
    """Whether, after ``error``, nobody can say what the box did without reading it."""
    return isinstance(error, DeadlineError | OutcomeUnknownError | SecretShownError)


class Shell(Protocol):
    """One interactive channel with a terminal."""

    def read(self, deadline: Deadline) -> bytes:
        """Give what has arrived, waiting for at least one byte; ``b""`` is the end.

        Raises :class:`LateReplyError` when nothing arrives before ``deadline``; the shell can be
        read again after that.
        """

    def write(self, content: bytes) -> None:
        """Send all of ``content``. Raises :class:`OutcomeUnknownError` on a lost connection."""

    def close(self) -> None:
        """End the channel, not the connection. Never raises."""


class Connection(Protocol):
    """One logged-in connection to one box, for commands, a shell and files.

    Not for use by two threads at once. All verbs raise the errors named at the top of the module.
    """

    def execute(self, line: str, *, deadline_seconds: float) -> bytes:
        """Send one command on a channel of its own and give its reply, both streams as they came.

        ``deadline_seconds`` spans all: getting the channel, sending, and the end of the reply.
        """

    def open_shell(self, width: int = 511) -> Shell:
        """Open a terminal, wide enough that no command line of ours wraps."""

    def read_file(self, name: str) -> bytes | None:
        """Give a file of the flat root; None where there is none or it may not be read."""

    def read_end(self, name: str, size: int) -> bytes | None:
        """Give the last ``size`` bytes of a file; None where it may not be read. Nobody knows the
        end of a file that grows, so this is good for logs and for nothing that is compared."""

    def copy_file(self, name: str, take: Callable[[bytes], None]) -> bool:
        """Hand a file of any size to ``take`` piece by piece; False where there is none or it may
        not be read. Raises ``DeviceError`` where it is not as long as the box says."""

    def write_file(self, name: str, content: bytes) -> None:
        """Write a file of the flat root in one go. Raises ``DeviceError`` on any refusal.

        Returning means that each write and the close were acknowledged, not that the content is
        right: reading it back tells.
        """

    def list_files(self) -> tuple[str, ...]:
        """The names in the flat root, as the box orders them."""

    def close(self) -> None:
        """End the connection. Never raises; may be called twice."""


@dataclass(frozen=True)
class HttpAnswer:
    """``status``, ``headers`` with names in lower case, and the complete ``body``."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class Api(Protocol):
    """The Web Admin API of one box, already sure of its certificate when it sends a password."""

    def request(self, method: str, path: str, form: Form = ()) -> HttpAnswer:
        """Send one request, give the answer whatever its status is. Nothing is ever repeated."""

    def close(self) -> None:
        """End the connection. Never raises."""


@dataclass(frozen=True)
class Verdict:
    """What a name server says to an update.

    ``code`` is the response code, ``signature`` what it says against the signature (``BADKEY``,
    ``BADSIG``, ``BADTIME`` …), empty where nothing. ``is_signed`` tells whether the answer itself
    was rightly signed. ``seconds_ahead`` is how far its clock is before ours, where it said so.
    """

    code: str
    signature: str = ""
    is_signed: bool = False
    seconds_ahead: int | None = None


class Names(Protocol):
    """Name servers, each asked by its address. Nothing is remembered but who was silent."""

    def ask(self, query: Query) -> NameAnswer:
        """Put one question, over UDP and then TCP. No answer is an answer; nothing is raised."""

    def change(self, update: Update, secret: Secret | None) -> Verdict:
        """Send an update over TCP, once. ``secret`` is that of the key, as in a key file.

        Raises ``UnreachableError`` when nothing was sent, ``LateReplyError`` or
        ``OutcomeUnknownError`` when it was and no answer came that may be believed.
        """

    def try_key(self, server: str, zone: str, key: UpdateKey, secret: Secret) -> Verdict:
        """Sign a harmless question, to learn what is wrong with ``key``. Raises as above."""

    def close(self) -> None:
        """Forget who was silent. Never raises."""
