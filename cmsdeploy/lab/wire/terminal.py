"""Line editing of an MMP shell, without I/O: characters in, echo and finished lines out.

Which keys a real box understands is UNKNOWN (mmp 1); these are the ones of any terminal.
"""

from __future__ import annotations

from dataclasses import dataclass

_RUB_OUT = ("\x7f", "\b")
_CANCEL = "\x03"
_END = "\x04"


@dataclass(frozen=True)
class Keystroke:
    """What one character led to. `line` is a finished line; `is_end` closes the shell."""

    echo: str = ""
    line: str | None = None
    is_cancelled: bool = False
    is_end: bool = False


class LineEditor:
    """Collects characters into lines. `is_echoed` may be turned while a question stands."""

    def __init__(self) -> None:
        """Begin with an empty line, echoing."""
        self.is_echoed = True
        self._typed = ""
        self._came_after_return = False

    def feed(self, character: str) -> Keystroke:
        """Take one character."""
        # A carriage return with a line feed behind it ends one line, not two.
        is_second_half = character == "\n" and self._came_after_return
        self._came_after_return = character == "\r"
        if is_second_half:
            return Keystroke()
        if character in "\r\n":
            return self._finish()
        if character in (_CANCEL, _END):
            return self._control(character)
        if character in _RUB_OUT:
            had_some, self._typed = bool(self._typed), self._typed[:-1]
            return Keystroke(echo="\b \b" if had_some and self.is_echoed else "")
        if not character.isprintable():
            return Keystroke()  # Escape, tab and the like do nothing (guess)
        self._typed += character
        return Keystroke(echo=character if self.is_echoed else "")

    def _finish(self) -> Keystroke:
        line, self._typed = self._typed, ""
        # The line feed shows even where the line does not (guess, as on any terminal).
        return Keystroke(echo="\n", line=line)

    def _control(self, character: str) -> Keystroke:
        if character == _CANCEL:
            self._typed = ""
            return Keystroke(echo="^C\n", is_cancelled=True)
        return Keystroke(is_end=not self._typed)
