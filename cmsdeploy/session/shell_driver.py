"""Driving a conversation over a real shell: reading, waiting, and saying what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cmsdeploy.errors import DeviceError, HostError, SecretShownError, UnreachableError
from cmsdeploy.session.conversation import Conversation
from cmsdeploy.session.dialogue import (
    Asked,
    Dialogue,
    Done,
    Event,
    Patience,
    Ready,
    Stopped,
    Why,
    Write,
)
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.session.reply import cleaned
from cmsdeploy.transport.contract import (
    REPLY_CAP,
    Deadline,
    LateReplyError,
    OutcomeUnknownError,
    Shell,
)

__all__ = ["ShellDriver"]

# Seconds. A box sends its prompt with the end of the output or right behind it, so a short silence
# tells; and some programs print a question before they turn the echo off, so none is not enough.
_SILENCE = {Patience.SETTLE: 0.02, Patience.PONDER: 2.0}
_SCREEN_SHOWN = 1000

_Wanted = TypeVar("_Wanted", Ready, Done)

_ACTIONS = {
    Why.NO_PROMPT: "log in by hand: a box that was never set up asks for a new password first",
    Why.ECHO: "look at the box by hand; nothing more was typed",
    Why.QUESTION: "answer by hand, and tell us the question if it is a usual one",
    Why.EXPOSED: (
        "make a new secret, this one may be in a log; where boxes always show what is typed, a play"
        " may go on with allow: [shown-secrets]"
    ),
    Why.STRAY: "look at the box by hand; nothing more was typed",
    Why.ENDED: "read the state of the box again before anything is repeated",
}


class ShellDriver:
    """One shell whose prompt is known, for one command after the other.

    After any error the shell is closed and :attr:`is_usable` is false; a new one can be opened.
    """

    def __init__(self, shell: Shell, redactor: Redactor, deadline: Deadline) -> None:
        """Learn the prompt. Raises ``UnreachableError``: nothing but empty lines was typed."""
        self._shell = shell
        self._redactor = redactor
        self._conversation = Conversation()
        self._received = 0
        self.is_usable = True
        try:
            self._until(Ready, deadline, None)
        except HostError as error:
            self.close()
            raise UnreachableError(error.cause, error.action) from error

    def run(
        self, dialogue: Dialogue, deadline: Deadline, secret: Callable[[], bytes] | None = None
    ) -> bytes:
        """Send one command and give its output. ``secret`` is called when the question stands."""
        self._received = 0
        try:
            self._check_quiet()
            self._shell.write(_content(self._conversation.send(dialogue)))
            done = self._until(Done, deadline, secret)
        except HostError:
            self.close()
            raise
        return done.output

    def close(self) -> None:
        """Close the shell. Never raises."""
        self.is_usable = False
        self._shell.close()

    def _check_quiet(self) -> None:
        # What the box says between two commands belongs to neither. Nothing was sent yet, so this
        # is a plain refusal and not an unknown outcome.
        try:
            content = self._shell.read(Deadline(0.0))
        except LateReplyError:
            return
        if not content:
            raise UnreachableError("the box ended the shell before the command was sent")
        stray = self._redactor.shown(cleaned(content))
        raise DeviceError(f"{Why.STRAY.value}: {stray}", _ACTIONS[Why.STRAY])

    def _until(
        self, wanted: type[_Wanted], deadline: Deadline, secret: Callable[[], bytes] | None
    ) -> _Wanted:
        while True:
            for event in self._listen(deadline):
                if isinstance(event, wanted):
                    return event
                self._obey(event, secret)

    def _listen(self, deadline: Deadline) -> tuple[Event, ...]:
        silence = _SILENCE.get(self._conversation.patience)
        try:
            content = self._shell.read(deadline if silence is None else deadline.within(silence))
        except LateReplyError:
            if deadline.has_passed or silence is None:
                raise self._late(deadline) from None
            return self._conversation.silent()
        self._received += len(content)
        if self._received > REPLY_CAP:
            raise OutcomeUnknownError(
                f"the box sent more than {REPLY_CAP} bytes", "look at the box by hand"
            )
        return self._conversation.receive(content) if content else self._conversation.end()

    def _obey(self, event: Event, secret: Callable[[], bytes] | None) -> None:
        if isinstance(event, Stopped):
            raise self._stopped(event)
        if isinstance(event, Asked):
            if secret is None:
                raise DeviceError("the box asks for a secret, and none is at hand")
            event = self._conversation.type_secret(secret())
        self._shell.write(_content(event))

    def _late(self, deadline: Deadline) -> HostError:
        screen = self._conversation.screen
        return LateReplyError(
            f"no end of the reply within {deadline.seconds:g} seconds{self._shown(screen)}",
            "read the state of the box before anything is repeated",
            screen,
        )

    def _stopped(self, event: Stopped) -> HostError:
        cause = f"{event.why.value}{self._shown(event.screen)}"
        if event.why is Why.EXPOSED:
            return SecretShownError(cause, _ACTIONS[event.why])
        return OutcomeUnknownError(cause, _ACTIONS[event.why], event.screen)

    def _shown(self, screen: bytes) -> str:
        text = self._redactor.shown(cleaned(screen)[-_SCREEN_SHOWN:].strip())
        return f"; last seen: {text}" if text else ""


def _content(event: Event) -> bytes:
    if not isinstance(event, Write):
        raise RuntimeError(f"nothing to type in {event!r}")
    return event.content
