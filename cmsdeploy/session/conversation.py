"""Talking to an interactive shell, without the wire: bytes go in, events come out.

There is no I/O here, no clock and no thread, so every order of bytes can be tried in a test. The
driver (``session.shell_driver``) reads, and tells two things: ``receive`` what came, ``silent``
that nothing more came for as long as :attr:`Conversation.patience` says.

The rules, each because something goes wrong without it:

1. The prompt is learned, not known. It is the last line after the login, and it counts once an
   empty line has brought the very same bytes again. A host name may be a whole domain name, a
   message of the day may look like a prompt; nothing looks like the same line twice.
2. Before the prompt is known nothing but an empty line is typed, and only behind something that
   ends as prompts do (``>``): an unexpected ``new password:`` must not be answered.
3. A line is believed to have arrived when the box has repeated it byte for byte (where it repeats
   at all). A box that drops, wraps or edits characters is not executing what we sent.
4. Nothing is concluded from bytes alone, only from bytes and silence behind them. Text that looks
   like the prompt or the question in the middle of output has more output behind it.
5. A question is answered when the command announces it, its line says exactly that and nothing
   else, it is the last thing received, and it was not answered before. Searching the reply for the
   question (as other clients do) would let output ask for secrets.
6. A secret that comes back is a secret no longer: stop, so that a person is told.
"""

from __future__ import annotations

import re
from enum import Enum

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

__all__ = ["Conversation"]

_ENTER = b"\n"
# `<hostname>> ` is SEEN; other ends of prompts are not, and guessing here means typing blindly.
_PROMPT_END = re.compile(rb">[ \t]*\Z")
# What a question looks like that we may stop at early instead of waiting for the deadline.
_QUESTION_END = re.compile(rb"(\?|:|\([yY]/[nN]\)|\[[yY]/[nN]\])[ \t]*\Z")
# A confirmation begins as announced, and must end as a question: `(Y/n)`, `[y/N]`, or `?`.
_CONFIRMATION_END = re.compile(rb"(\?|[(\[][yY](es)?/[nN]o?[)\]])[ \t]*:?[ \t]*\Z")
_MOST_LOGIN_TRIES = 4
_LONGEST_TAIL = 4096
# A secret this short appears in any text; then only its being the very first thing back counts.
_SHORTEST_SEARCHED = 4


class _Phase(Enum):
    LOGIN = "login"
    CONFIRMING = "confirming"
    READY = "ready"
    ECHO = "echo"
    OUTPUT = "output"
    ASKED = "asked"
    STOPPED = "stopped"


class Conversation:
    """One shell, from the login to the end. See the module for the rules."""

    def __init__(self) -> None:
        self._phase = _Phase.LOGIN
        self._prompt = b""
        self._is_echoing = True
        # A bytearray, because a box may send one byte at a time, and megabytes.
        self._received = bytearray()
        self._earlier = b""
        self._dialogue = Dialogue("")
        self._is_secret_owed = False
        self._confirmations: list[bytes] = []
        self._secret = b""
        self._login_tries = 0

    @property
    def patience(self) -> Patience:
        """For how long the driver shall listen before it calls :meth:`silent`."""
        if self._phase in (_Phase.LOGIN, _Phase.CONFIRMING):
            is_complete = _PROMPT_END.search(self._tail) is not None
        elif self._phase is _Phase.OUTPUT:
            is_complete = (
                self._is_at_prompt or self._is_at_question or self._confirmation is not None
            )
        else:
            return Patience.WAIT
        if is_complete:
            return Patience.SETTLE
        return Patience.PONDER if _QUESTION_END.search(self._tail) else Patience.WAIT

    @property
    def screen(self) -> bytes:
        """What came since the last line was sent, for the message of a timeout."""
        return self._earlier + bytes(self._received)

    def send(self, dialogue: Dialogue) -> Event:
        """Begin a command. Only when ready; anything else is a mistake of the caller."""
        if self._phase is not _Phase.READY:
            raise RuntimeError(f"a command cannot be sent while the shell is {self._phase.value}")
        self._dialogue = dialogue
        self._is_secret_owed = dialogue.question is not None
        self._confirmations = [text.encode() for text in dialogue.confirmations]
        self._secret = b""
        self._received.clear()
        self._earlier = b""
        self._phase = _Phase.ECHO if self._is_echoing else _Phase.OUTPUT
        return Write(dialogue.line.encode() + _ENTER)

    def type_secret(self, secret: bytes) -> Event:
        """Answer :class:`Asked`, once. ``secret`` is one line without control characters."""
        if self._phase is not _Phase.ASKED:
            raise RuntimeError("nobody asked for a secret")
        self._secret = secret
        self._is_secret_owed = False
        self._next_part()
        return Write(secret + _ENTER)

    def receive(self, content: bytes) -> tuple[Event, ...]:
        """Take what came from the box, in pieces of any size."""
        if self._phase is _Phase.STOPPED or not content:
            return ()
        self._received += content
        if self._phase is _Phase.READY or self._phase is _Phase.ASKED:
            # While the caller fetches the secret the box must be quiet: if it says more, the
            # question was not the last thing, and typing now would type into something else.
            return self._stop(Why.STRAY)
        if self._phase is _Phase.ECHO:
            return self._check_echo()
        if self._is_secret_shown:
            return self._stop(Why.EXPOSED)
        return ()

    def silent(self) -> tuple[Event, ...]:
        """Hear that nothing came for as long as :attr:`patience` said."""
        if self._phase is _Phase.LOGIN:
            return self._guess_prompt()
        if self._phase is _Phase.CONFIRMING:
            return self._confirm_prompt()
        if self._phase is _Phase.OUTPUT:
            return self._conclude()
        return ()

    def end(self) -> tuple[Event, ...]:
        """Hear that the box closed the shell."""
        return () if self._phase is _Phase.STOPPED else self._stop(Why.ENDED)

    # -- login ---------------------------------------------------------------------------------

    def _guess_prompt(self) -> tuple[Event, ...]:
        if not _PROMPT_END.search(self._tail):
            return self._stop(Why.NO_PROMPT) if _QUESTION_END.search(self._tail) else ()
        if self._login_tries >= _MOST_LOGIN_TRIES:
            return self._stop(Why.NO_PROMPT)
        self._login_tries += 1
        self._prompt = self._tail
        self._received.clear()
        self._phase = _Phase.CONFIRMING
        return (Write(_ENTER),)

    def _confirm_prompt(self) -> tuple[Event, ...]:
        # A flood of empty lines is no prompt either, and is not read through at each silence.
        is_short = len(self._received) <= len(self._prompt) + _LONGEST_TAIL
        answer = bytes(self._received).lstrip(b"\r\n") if is_short else b""
        if answer != self._prompt:
            # More of the greeting came behind the guess; what is last now is a better guess.
            return self._guess_prompt()
        self._is_echoing = len(answer) != len(self._received)
        self._received.clear()
        self._phase = _Phase.READY
        return (Ready(self._prompt, self._is_echoing),)

    # -- a command -----------------------------------------------------------------------------

    def _check_echo(self) -> tuple[Event, ...]:
        typed = self._dialogue.line.encode()
        expected = next(
            (typed + end for end in (b"\r\n", b"\n") if self._received.startswith(typed + end)),
            None,
        )
        if expected is not None:
            del self._received[: len(expected)]
            self._phase = _Phase.OUTPUT
            return ()
        if (typed + b"\r\n").startswith(bytes(self._received)):
            return ()
        return self._stop(Why.ECHO)

    def _conclude(self) -> tuple[Event, ...]:
        if self._is_at_prompt:
            output = self._earlier + bytes(self._received[: -len(self._prompt)])
            self._received.clear()
            self._earlier = self._secret = b""
            self._phase = _Phase.READY
            return (Done(output),)
        if self._is_at_question:
            self._phase = _Phase.ASKED
            return (Asked(),)
        confirmation = self._confirmation
        if confirmation is not None:
            self._confirmations.remove(confirmation)
            self._next_part()
            return (Write(b"Y" + _ENTER),)
        return self._stop(Why.QUESTION) if _QUESTION_END.search(self._tail) else ()

    def _next_part(self) -> None:
        # What follows an answer starts a line even where the box, with its echo off, did not move
        # the cursor: else `Enter secretSUCCESS: …` would hide a result line.
        self._earlier = self.screen + b"\n"
        self._received.clear()
        self._phase = _Phase.OUTPUT

    def _stop(self, why: Why) -> tuple[Event, ...]:
        self._phase = _Phase.STOPPED
        return (Stopped(why, self.screen),)

    # -- what stands at the end of what was received ---------------------------------------------

    @property
    def _tail(self) -> bytes:
        # Prompts and questions are short; what is longer than this is output, and stays unread.
        return bytes(self._received[-_LONGEST_TAIL:]).rpartition(b"\n")[2]

    @property
    def _is_at_prompt(self) -> bool:
        return self._tail.rpartition(b"\r")[2] == self._prompt or self._tail == self._prompt

    @property
    def _is_at_question(self) -> bool:
        question = self._dialogue.question
        if question is None or not self._is_secret_owed:
            return False
        return _without_colon(self._tail) == _without_colon(question.encode())

    @property
    def _confirmation(self) -> bytes | None:
        tail = self._tail.lstrip(b"\r")
        if not _CONFIRMATION_END.search(tail):
            return None
        return next((text for text in self._confirmations if tail.startswith(text)), None)

    @property
    def _is_secret_shown(self) -> bool:
        if not self._secret:
            return False
        if len(self._secret) < _SHORTEST_SEARCHED:
            return self._received.startswith(self._secret)
        return self._secret in self._received


def _without_colon(text: bytes) -> bytes:
    return text.strip(b" \t\r").removesuffix(b":").rstrip(b" \t")
