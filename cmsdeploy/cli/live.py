"""A table that stays at the bottom of a terminal while lines go by above it.

The cursor is never hidden and the terminal's settings are never touched, so there is nothing to
put right however a run ends, by Ctrl-C, Ctrl-Z or SIGKILL. A frame is one write: the cursor goes up
by the lines of the last frame, every line is written over and cleared to its end. After the window
became narrower a terminal may have folded old lines: remains of one frame stay above, because
going up further could erase what is not ours.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from cmsdeploy.errors import printable
from cmsdeploy.report.board import Row, folded

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LiveTable", "may_draw"]

_SECONDS_BETWEEN = 0.25
_NARROWEST = 40
_STYLES = {
    "reading": "cyan",
    "sends": "cyan",
    "proves": "cyan",
    "waits": "yellow",
    "paused": "yellow",
}
_DIM = ("held", "next", "read", "done")


class Shown(Protocol):
    """What is drawn: a board at one moment."""

    def __call__(self) -> tuple[str, float, Sequence[Row]]:
        """Title, seconds since the beginning, rows."""


def may_draw(is_color_allowed: bool) -> bool:
    """Whether standard error is a terminal on which a table may move. In CI it never is."""
    environment = os.environ
    if not is_color_allowed or "NO_COLOR" in environment or environment.get("CI"):
        return False
    encoding = (sys.stderr.encoding or "").lower().replace("-", "")
    is_able = environment.get("TERM", "dumb") != "dumb" and encoding == "utf8"
    return is_able and sys.stderr.isatty()


class LiveTable:
    """Draws ``shown`` four times a second from ``start`` to ``stop``; ``lock`` guards all of it.

    ``masked`` sees every text before it is drawn.
    """

    def __init__(self, shown: Shown, lock: threading.RLock, masked: Callable[[str], str]) -> None:
        self._shown = shown
        self._lock = lock
        self._masked = masked
        self._lines: list[str] = []
        self._size = (0, 0)
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to draw."""
        self._is_over.clear()
        self._draw()
        self._thread = threading.Thread(target=self._tick, name="live table", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take the table away; what was printed above it stays."""
        self._is_over.set()
        with self._lock:
            self._write(self._erased())
            self._lines = []
        if self._thread is not None:
            self._thread.join(2)

    def above(self, line: str) -> None:
        """Print ``line`` above the table.

        The last frame stands below it again: a worker that has something to say must not pay for
        the drawing. In a window of another size that frame has no place.
        """
        with self._lock:
            erased = self._erased()
            if _size() != self._size:
                self._lines = []
            self._write(f"{erased}{line}\n" + "\n".join(self._lines))

    def _tick(self) -> None:
        while not self._is_over.wait(_SECONDS_BETWEEN):
            with self._lock:
                if not self._is_over.is_set():
                    self._draw()

    def _up(self) -> str:
        return "\r" + (f"\x1b[{len(self._lines) - 1}A" if len(self._lines) > 1 else "")

    def _erased(self) -> str:
        return f"{self._up()}\x1b[J" if self._lines else ""

    def _draw(self) -> None:
        with self._lock:
            up = self._up()
            self._size = _size()
            self._lines = self._frame(*self._size)
            self._write(up + "\x1b[K\n".join(self._lines) + "\x1b[K\x1b[J")

    def _write(self, text: str) -> None:
        # A terminal that went away has nobody who looks; the run itself goes on.
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)
            sys.stderr.flush()

    def _frame(self, width: int, height: int) -> list[str]:
        # Imported here: only a terminal has a use for it.
        from rich.console import Console as Terminal
        from rich.table import Table
        from rich.text import Text

        title, seconds, rows = self._shown()
        kept, rest = folded(rows, max(height - 3, 1))
        has_clusters = len({row.cluster for row in rows}) > 1
        has_counts = any(row.count for row in rows)
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(no_wrap=True, width=_width([row.host for row in rows], width // 5))
        if has_clusters:
            clusters = [row.cluster for row in rows]
            table.add_column(no_wrap=True, width=_width(clusters, width // 6))
        if has_counts:
            table.add_column(no_wrap=True, justify="right", width=5)
        table.add_column(no_wrap=True, width=8)
        table.add_column(no_wrap=True, justify="right", width=7)
        table.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
        for row in kept:
            cells = [Text(self._fit(row.host), style=_style(row))]
            cells += [Text(self._fit(row.cluster), style="dim")] if has_clusters else []
            cells += [Text(row.count)] if has_counts else []
            cells += [Text(row.word, style=_style(row)), Text(_lasted(row.seconds))]
            table.add_row(*cells, Text(self._fit(row.text)))
        terminal = Terminal(force_terminal=True, width=width - 1, height=height, highlight=False)
        with terminal.capture() as captured:
            terminal.print(Text(f"{title}  {_lasted(seconds)}", style="bold"), no_wrap=True)
            terminal.print(table, no_wrap=True)
            if rest:
                terminal.print(Text(rest, style="dim"), no_wrap=True, overflow="ellipsis")
        return captured.get().rstrip("\n").split("\n")

    def _fit(self, text: str) -> str:
        return self._masked(printable(text))


def _width(texts: Sequence[str], most: int) -> int:
    return max(min(max(map(len, texts), default=0), most), 3)


def _size() -> tuple[int, int]:
    try:
        size = os.get_terminal_size(sys.stderr.fileno())
    except (OSError, ValueError):
        return 80, 24
    return max(size.columns or 80, _NARROWEST), size.lines or 24


def _lasted(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def _style(row: Row) -> str:
    if row.is_bad:
        return "bold red"
    return "dim" if row.word in _DIM else _STYLES.get(row.word, "")
