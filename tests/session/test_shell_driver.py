"""Driving a shell that is slow, talkative, endless or dead."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from cmsdeploy.errors import DeviceError, HostError, UnreachableError
from cmsdeploy.session.dialogue import Dialogue
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.session.shell_driver import ShellDriver
from cmsdeploy.transport.contract import Deadline, LateReplyError, OutcomeUnknownError

GREETING = [b"Welcome\r\n", b"cb1> ", None, b"\r\ncb1> ", None]


class ScriptedShell:
    """A shell that says what its script says; None is a silence until the next reading."""

    def __init__(self, *script: bytes | None, endless: bytes = b"") -> None:
        self._script: Iterator[bytes | None] = iter([*GREETING, *script])
        self._endless = endless
        self.written: list[bytes] = []
        self.is_closed = False

    def read(self, deadline: Deadline) -> bytes:
        """The next piece; silence takes the time that it takes."""
        if deadline.seconds == 0:
            raise LateReplyError("nothing")
        piece = next(self._script, self._endless or None)
        if piece is not None:
            return piece
        time.sleep(min(deadline.remaining(), 0.3))
        if deadline.has_passed:
            raise LateReplyError("nothing")
        return self.read(deadline)

    def write(self, content: bytes) -> None:
        """Note it."""
        self.written.append(content)

    def close(self) -> None:
        """Note it."""
        self.is_closed = True


def _driver(shell: ScriptedShell) -> ShellDriver:
    return ShellDriver(shell, Redactor(), Deadline(2))


def test_a_reply_in_pieces_with_pauses() -> None:
    """Silence in the middle of output means nothing."""
    shell = ScriptedShell(
        b"pki csr\r\n", b"....", None, b"...\r\ncb1> ", b" is no prompt\r\n", b"cb1> ", None
    )
    driver = _driver(shell)
    output = driver.run(Dialogue("pki csr"), Deadline(5))
    assert output == b".......\r\ncb1>  is no prompt\r\n"
    assert driver.is_usable
    assert shell.written == [b"\n", b"pki csr\n"]


def test_a_reply_that_never_ends_is_late_and_shows_the_last_screen() -> None:
    """Redacted; and the shell is closed, because its next words belong to the last command."""
    shell = ScriptedShell(b"xmpp\r\nSecret : abcdefgh\r\nstill wor", b"king")
    driver = _driver(shell)
    with pytest.raises(LateReplyError) as caught:
        driver.run(Dialogue("xmpp"), Deadline(0.2))
    assert "still working" in str(caught.value)
    assert "abcdefgh" not in str(caught.value)
    assert shell.is_closed
    assert not driver.is_usable


def test_a_reply_that_shows_nothing_is_late_and_says_no_more() -> None:
    """No last screen, and no words about it."""
    with pytest.raises(LateReplyError) as caught:
        _driver(ScriptedShell(b"xmpp\r\n")).run(Dialogue("xmpp"), Deadline(0.2))
    assert caught.value.cause == "no end of the reply within 0.2 seconds"


def test_an_endless_reply_is_cut() -> None:
    """At 4 MiB."""
    shell = ScriptedShell(b"xmpp\r\n", endless=b"x" * 65536)
    with pytest.raises(OutcomeUnknownError, match="more than 4194304 bytes"):
        _driver(shell).run(Dialogue("xmpp"), Deadline(20))


def test_the_end_of_the_shell_is_an_unknown_outcome() -> None:
    """The command was sent."""
    shell = ScriptedShell(b"reboot\r\ngoing down\r\n", b"")
    with pytest.raises(OutcomeUnknownError, match="going down"):
        _driver(shell).run(Dialogue("reboot"), Deadline(2))
    assert shell.is_closed


def test_a_login_without_a_prompt_says_that_nothing_was_sent() -> None:
    """A forced change of the password, for instance."""

    class Fresh(ScriptedShell):
        def read(self, deadline: Deadline) -> bytes:
            if self.written or self.is_closed:
                raise AssertionError("typed into a question")
            if not hasattr(self, "asked"):
                self.asked = True
                return b"Please enter new password: "
            time.sleep(min(deadline.remaining(), 0.2))
            raise LateReplyError("nothing")

    shell = Fresh()
    with pytest.raises(UnreachableError, match="last seen: Please enter new password"):
        ShellDriver(shell, Redactor(), Deadline(0.5))
    assert shell.written == []
    assert shell.is_closed


def test_words_between_two_commands_stop_before_anything_is_sent() -> None:
    """So it is a refusal, and no unknown outcome."""

    class Talkative(ScriptedShell):
        def read(self, deadline: Deadline) -> bytes:
            return b"rebooting in 5" if deadline.seconds == 0 else super().read(deadline)

    shell = Talkative()
    with pytest.raises(DeviceError, match="rebooting in 5") as caught:
        _driver(shell).run(Dialogue("xmpp"), Deadline(1))
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert shell.written == [b"\n"]


def test_silence_while_the_secret_is_asked_for_is_not_needed() -> None:
    """The secret is fetched when the question stands, and typed at once."""
    shell = ScriptedShell(b"add\r\nEnter secret: ", None, b"\r\nSUCCESS: added\r\ncb1> ", None)
    fetched = []

    def fetch() -> bytes:
        fetched.append(list(shell.written))
        return b"s3cret-value"

    output = _driver(shell).run(Dialogue("add", "Enter secret"), Deadline(3), fetch)
    assert b"SUCCESS: added" in output
    assert fetched == [[b"\n", b"add\n"]]
    assert shell.written[-1] == b"s3cret-value\n"


class Bare(ScriptedShell):
    """Without a greeting; behind its script it has ended."""

    def __init__(self, *script: bytes | None) -> None:
        super().__init__()
        self._script = iter([*script, b""])


_ANEW = "read the state of the box again before anything is repeated"
_LATE = "read the state of the box before anything is repeated"
# What the shell sends, what it says behind the prompt, and the error in its whole words.
SAID: list[tuple[ScriptedShell, type[HostError], str, str]] = [
    (Bare(), UnreachableError, "", _ANEW),
    (Bare(b"Welcome"), UnreachableError, "last seen: Welcome", _ANEW),
    (ScriptedShell(b"xmpp x\r\n"), OutcomeUnknownError, "last seen: xmpp x",
     "look at the box by hand; nothing more was typed"),
    (ScriptedShell(b"xmpp\r\n", b"half", b""), OutcomeUnknownError, "last seen: half", _ANEW),
    (ScriptedShell(b"xmpp\r\nhalf"), LateReplyError,
     "no end of the reply within 0.2 seconds; last seen: half", _LATE),
    (ScriptedShell(b"xmpp\r\n", b"x" * 1500 + b"y"), LateReplyError,
     f"last seen: {'x' * 999}y", _LATE),
]  # fmt: skip


@pytest.mark.parametrize(("shell", "kind", "cause", "action"), SAID)
def test_every_end_says_what_was_seen_and_what_to_do(
    shell: ScriptedShell, kind: type[HostError], cause: str, action: str
) -> None:
    """The last screen is what a person would have looked at; the shell is closed."""
    with pytest.raises(HostError) as caught:
        _driver(shell).run(Dialogue("xmpp"), Deadline(0.2))
    assert type(caught.value) is kind
    assert caught.value.cause.endswith(cause)
    assert caught.value.action == action
    assert shell.is_closed
