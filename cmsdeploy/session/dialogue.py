"""The words between a conversation and whoever drives it: what may be asked, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "Asked",
    "Dialogue",
    "Done",
    "Event",
    "Patience",
    "Ready",
    "Stopped",
    "Why",
    "Write",
]


@dataclass(frozen=True)
class Dialogue:
    """One command line and the questions that it announces.

    ``question`` is the exact text that asks for a secret (a colon and blanks may follow);
    ``confirmations`` are beginnings of questions that are answered with a capital ``Y``, once each.
    """

    line: str
    question: str | None = None
    confirmations: tuple[str, ...] = ()


class Patience(Enum):
    """How long silence has to last before the conversation wants to hear of it.

    The conversation has no clock. ``SETTLE``: the last line may be complete, a moment is enough.
    ``PONDER``: it looks like a question that nobody announced. ``WAIT``: nothing can be said before
    the deadline.
    """

    SETTLE = "settle"
    PONDER = "ponder"
    WAIT = "wait"


class Why(Enum):
    """Why a conversation stopped. After that the shell is good for nothing but closing."""

    NO_PROMPT = "no prompt that we know came after the login"
    ECHO = "the box did not repeat the line that was typed"
    QUESTION = "the box asks something that the command does not announce"
    EXPOSED = "the box showed the secret that was typed"
    STRAY = "something arrived although nothing was sent"
    ENDED = "the box ended the shell"


@dataclass(frozen=True)
class Write:
    """Send ``content`` to the box now."""

    content: bytes


@dataclass(frozen=True)
class Ready:
    """The prompt is known, a command may be sent. ``is_echoing``: the box repeats what we type."""

    prompt: bytes
    is_echoing: bool


@dataclass(frozen=True)
class Asked:
    """The announced question is the last thing received: call ``type_secret`` now, once."""


@dataclass(frozen=True)
class Done:
    """The command is over; ``output`` is what came between the echo and the prompt."""

    output: bytes


@dataclass(frozen=True)
class Stopped:
    """Nothing more may be typed. ``screen`` is what came since the line was sent."""

    why: Why
    screen: bytes


Event = Write | Ready | Asked | Done | Stopped
