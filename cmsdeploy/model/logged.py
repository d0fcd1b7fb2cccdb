"""What somebody's log shows of a box: commands with their replies, and lines that stand alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Logged", "LoggedReply", "by_host"]


@dataclass(frozen=True)
class LoggedReply:
    """One exchange of a log: the command ``line`` as typed, and what stands behind it.

    ``text`` may hold secrets in clear, so it is in no ``repr``. ``place`` is file and line.
    """

    line: str
    text: str = field(repr=False)
    place: str = ""


@dataclass(frozen=True)
class Logged:
    """What logs show of ``host``, the name in its prompt; empty where no prompt tells the box.

    ``replies`` are in the order of the log, ``lines`` is all else that was written there.
    """

    host: str
    replies: tuple[LoggedReply, ...] = ()
    lines: tuple[str, ...] = field(default=(), repr=False)

    def last(self, line: str) -> LoggedReply | None:
        """The newest reply to a command; words may be typed with more blanks than needed."""
        wanted = line.split()
        return next((one for one in reversed(self.replies) if one.line.split() == wanted), None)

    def every_line(self) -> Iterable[str]:
        """All lines, those of replies too: an event log is often pasted behind a prompt."""
        yield from self.lines
        for reply in self.replies:
            yield from reply.text.splitlines()


def by_host(logs: Iterable[Logged]) -> Mapping[str, Logged]:
    """Put together what several logs show of the same box, in order."""
    found: dict[str, Logged] = {}
    for one in logs:
        had = found.get(one.host, Logged(one.host))
        found[one.host] = Logged(one.host, had.replies + one.replies, had.lines + one.lines)
    return found
