"""A terminal that a test can look at: what a program writes, as a person would see it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["Screen", "Terminal"]

_PART = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)|\x1b")
PROJECT = Path(__file__).parents[2]


class Screen:
    """Lines that scroll by at the top are kept. Only what we may send is understood."""

    def __init__(self, columns: int = 80) -> None:
        self.columns = columns
        self.lines: list[str] = [""]
        self._row = 0
        self._column = 0

    def write(self, text: str) -> None:
        """Take what a program wrote; anything that is not understood is an error of the program."""
        for found in _PART.finditer(text):
            number, letter, move, shown = found.groups()
            if shown:
                for character in shown:
                    self._put(character)
            elif move == "\n":
                self._down()
            elif move:
                self._column = 0
            else:
                self._obey(letter, number)

    def _obey(self, letter: str | None, number: str | None) -> None:
        if letter == "A":
            self._row = max(self._row - int(number or 1), 0)
            return
        assert letter == "m" or (letter in ("J", "K") and number in ("", "0")), (number, letter)
        if letter == "J":
            del self.lines[self._row + 1 :]
        if letter != "m":
            self._cut()

    def _cut(self) -> None:
        self.lines[self._row] = self.lines[self._row][: self._column]

    def _put(self, character: str) -> None:
        assert character.isprintable(), repr(character)
        if self._column == self.columns:
            self._column = 0
            self._down()
        line = self.lines[self._row].ljust(self._column)
        self.lines[self._row] = line[: self._column] + character + line[self._column + 1 :]
        self._column += 1

    def _down(self) -> None:
        self._row += 1
        if self._row == len(self.lines):
            self.lines.append("")

    @property
    def shown(self) -> list[str]:
        """The lines without trailing blanks and without empty ones."""
        return [line.rstrip() for line in self.lines if line.strip()]


class Terminal:
    """A script of Python on a terminal of its own; ``raw`` is everything that it wrote."""

    def __init__(self, script: str, size: tuple[int, ...], more: Mapping[str, str]) -> None:
        columns, rows = size
        self._ours, self._theirs = pty.openpty()
        self.resize(columns, rows, None)
        quiet = termios.tcgetattr(self._theirs)
        quiet[3] &= ~termios.ECHO  # what a test types is no part of what is shown
        termios.tcsetattr(self._theirs, termios.TCSANOW, quiet)
        self.before = termios.tcgetattr(self._theirs)
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "TERM": "xterm"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env={**environment, "LC_ALL": "C.UTF-8", **more},
            start_new_session=True,
        )
        self.screen = Screen(columns)
        self.raw = ""

    def resize(self, columns: int, rows: int, screen: Screen | None) -> None:
        """Another size of window; what comes from now on is shown on ``screen``."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, size)
        if screen is not None:
            self.screen = screen

    def until(self, *texts: str, seconds: float = 20.0) -> None:
        """Read until all of ``texts`` are on the screen together."""
        deadline = time.monotonic() + seconds
        while not all(text in "\n".join(self.screen.shown) for text in texts):
            assert time.monotonic() < deadline, (texts, self.screen.shown)
            self._read()

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + 20
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.screen.shown
            self._read()
        while self._read():
            pass
        return self.process.returncode

    def after(self) -> Sequence[object]:
        """The settings of the terminal now."""
        return termios.tcgetattr(self._theirs)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        os.close(self._ours)
        os.close(self._theirs)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], 0.05)[0]:
            return False
        text = os.read(self._ours, 1 << 16).decode("utf-8", "replace")
        self.raw += text
        self.screen.write(text)
        return True
