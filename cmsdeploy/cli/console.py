"""Printing and asking. Everything that a person sees goes through here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TextIO

from cmsdeploy.errors import InputError
from cmsdeploy.model.secret import Secret

__all__ = ["Console", "ask_secret", "typed_unseen"]

# A cell of a table that is not as wanted: its words are one blank apart, cells are two.
_MARKED = r"(?<=  )!\S+(?: \S+)*"


@dataclass(frozen=True)
class Console:
    """Results to standard output, everything else to standard error.

    ``is_colored`` is decided once: a terminal, no ``NO_COLOR``, no ``--no-color``. ``masks`` see
    every line last: what a box shows in the wrong field may come here as the name of something.
    ``may_move`` is False where the person wants plain lines; while a live table stands on the
    terminal, the last of ``above`` prints a line above it.
    """

    is_colored: bool = False
    masks: list[Callable[[str], str]] = field(default_factory=list, compare=False)
    may_move: bool = False
    above: list[Callable[[str], None]] = field(default_factory=list, compare=False)

    @classmethod
    def for_terminal(cls, is_color_allowed: bool) -> Console:
        is_plain = not is_color_allowed or "NO_COLOR" in os.environ
        return cls(sys.stdout.isatty() and not is_plain, may_move=not is_plain)

    def result(self, lines: Iterable[str]) -> None:
        """Print results as they are: documents, tables that know the width, what programs read."""
        self._print(lines, 0)

    def told(self, lines: Iterable[str]) -> None:
        """Print results for people: on a terminal, what is longer than it is broken at a blank."""
        self._print(lines, _width(sys.stdout))

    def _print(self, lines: Iterable[str], width: int) -> None:
        masked = map(self.masked, lines)
        if self.is_colored:
            _print_styled(masked, width)
        else:
            for line in masked:
                for part in _broken(line, width):
                    print(_encodable(part, sys.stdout.encoding))
        sys.stdout.flush()

    def note(self, line: str) -> None:
        """Print progress or a remark."""
        text = _encodable(self.masked(line), sys.stderr.encoding)
        if self.above:
            self.above[-1](text)
        else:
            print(text, file=sys.stderr, flush=True)

    def error(self, line: str) -> None:
        """Print a line of an error."""
        self.note(line)

    def masked(self, line: str) -> str:
        """``line`` without what must not be seen."""
        for mask in self.masks:
            line = mask(line)
        return line

    def confirm(self, question: str) -> bool:
        """Ask a yes-or-no question on the terminal. Anything but ``yes`` means no.

        Raises ``InputError`` where there is no terminal to ask on.
        """
        if not sys.stdin.isatty():
            raise InputError(
                "there is no terminal to ask for a yes on",
                "look at the plan first, then give --yes",
            )
        print(f"{question} [yes/no] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("yes", "y")


def _width(stream: TextIO) -> int:
    """The columns of the terminal behind ``stream``; 0 where there is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except (OSError, ValueError):
        return 0


def _broken(line: str, width: int) -> Iterable[str]:
    if not 0 < width < len(line):
        return (line,)
    from cmsdeploy.report.wrapping import wrapped

    return wrapped(line, width)


def _print_styled(lines: Iterable[str], width: int) -> None:
    # Imported here: it costs as much as the rest of the start, and a pipe has no use for it.
    from rich.console import Console as Terminal
    from rich.text import Text

    terminal = Terminal(highlight=False, soft_wrap=True)
    for line in lines:
        style = _style(line)
        for part in _broken(line, width):
            text = Text(part, style=style)
            text.highlight_regex(_MARKED, "bold red")
            terminal.print(text)


def _style(line: str) -> str:
    """The colour of a line, by its first word: red is wrong or goes, yellow wants a decision."""
    text = line.strip()
    if text.startswith(("refused ", "wrong ")):
        return "red"
    if text.startswith("note ") or " ! d" in line:
        return "yellow"
    if text.startswith(("+ ", "- ")):
        return "green" if text[0] == "+" else "red"
    if text.startswith(("Plan:", "No changes", "All is")):
        return "bold green"
    if line[:1].isalpha() and (line.endswith(")") or " of the cluster " in line):
        return "bold"
    return "dim" if line.startswith("      ") else ""


def _encodable(line: str, encoding: str | None) -> str:
    # LC_ALL=C must not turn a plan into a UnicodeEncodeError.
    name = encoding or "ascii"
    return line.encode(name, "backslashreplace").decode(name)


def ask_secret(what: str) -> Secret:
    """Ask for ``what`` on the terminal, echo off, never on standard input.

    Raises ``InputError`` where the process has no terminal.
    """
    action = "give it by the inventory: lookup('env', …) or lookup('file', …)"
    return Secret(typed_unseen(f"{what}: ", f"the {what}", action))


def typed_unseen(prompt: str, what: str, action: str) -> str:
    """What a person types on the terminal, echo off; standard input is never read.

    Raises ``InputError`` with ``action`` where the process has no terminal.
    """
    try:
        with open("/dev/tty", "r+b", buffering=0):
            pass
    except OSError:
        raise InputError(f"there is no terminal to ask for {what} on", action) from None
    from getpass import getpass  # here: few commands ask for anything

    return getpass(prompt)
