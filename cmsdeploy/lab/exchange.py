"""One command and what the box says to it, including a question that it may ask.

Knows text only: no terminal, no prompt, no echo.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import NotAQuestionError

if TYPE_CHECKING:
    from .box import Box


@dataclass(frozen=True)
class Question:
    """What a command wants to know before it goes on.

    `kind` and `words` are how the command finds its way back; they are data instead of a closure
    so that a box can be copied while it waits.
    """

    text: str
    kind: str
    words: tuple[str, ...]
    is_echoed: bool


# A silent command replies with an empty string.
Reply = str | Question


@dataclass(frozen=True)
class Pending:
    """The question that stands, and the commands of the same line that wait behind it."""

    question: Question
    rest: tuple[str, ...]


@dataclass(frozen=True)
class Exchange:
    """Device text of one line, each line ended by a line feed, without prompt.

    Where `question` is not None the box waits: `answer` gives the next exchange. `is_echoed` says
    whether a terminal would show what is typed.
    """

    text: str
    box: Box = field(repr=False, compare=False)
    pending: Pending | None = field(default=None, repr=False)

    @property
    def question(self) -> str | None:
        """The words of the question, or None."""
        return self.pending.question.text if self.pending else None

    @property
    def is_echoed(self) -> bool:
        """Whether the answer is echoed; true where nothing is asked."""
        return self.pending.question.is_echoed if self.pending else True

    @property
    def is_refused(self) -> bool:
        """Whether any line of the text refuses something."""
        return any(
            line.startswith(("FAILURE:", "Unknown command")) for line in self.text.split("\n")
        )

    def answer(self, text: str) -> Exchange:
        """Type one line at the question. Raises `NotAQuestionError` where none stands."""
        if self.pending is None:
            raise NotAQuestionError("the box asked nothing")
        return self.box.answer(self.pending, text)


def lines(*texts: str) -> str:
    """Device text of several lines."""
    return "".join(f"{text}\n" for text in texts)


def success(text: str) -> str:
    """Result line that says the box did it (`streamer-enable-success`)."""
    return f"SUCCESS: {text}\n"


def failure(*texts: str) -> str:
    """Result lines that say the box refused (shape: TAC-217320)."""
    return "".join(f"FAILURE: {text}\n" for text in texts)
