"""What the log of a box says about the XMPP connection of its call bridge.

Failures are SEEN (transcript webadmin-event-log-dns-error): they are written again every 64
seconds, so a failure that was not repeated is over. That the file ``log`` of the SFTP root holds
these events is INFERRED: it holds other lines of the same server (transcript api-trace-requests).
How a good login is told is UNKNOWN; a few likely words are taken for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

__all__ = ["NO_NEWS", "Connection", "News", "news_in"]

# Time stamps of both forms that are SEEN: `2024-03-06T09:34:45.395` and `Jul 26 14:08:23`.
_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)\S* (.*)")
_OF_SERVER = re.compile(r"\S+ \S+ host:server:\s+[A-Z]+ ?:\s+(.*)")
_LOST = re.compile(
    r'XMPP component connection disconnected due to failure reason: "([^"]{0,80})"?.*'
)
_HELD = re.compile(
    r'XMPP component connection (?:established|registered|connected)(?: (?:to|with) "?([^"]*)"?)?.*'
)
# A year for the stamps that have none: a leap year, so that 29 February can be read.
_SOME_YEAR = "2000"
_REPEATED = timedelta(seconds=64)
_PATIENCE = 1.5 * _REPEATED


class Connection(Enum):
    """How the connection stands by the last word about it."""

    UNKNOWN = "unknown"
    FAILING = "failing"
    QUIET = "no failure any more"
    HELD = "connected"


@dataclass(frozen=True)
class News:
    """``detail`` is the reason of a failure, or the server that the connection is held with."""

    connection: Connection = Connection.UNKNOWN
    detail: str = ""


NO_NEWS = News()


def news_in(log: str) -> News:
    """The last word of ``log`` about the connection. Its end is now: the box writes every command
    into it, and one was sent just before it was read."""
    last, told = None, None
    for line in log.splitlines():
        found = _LINE.fullmatch(line)
        moment = _moment(found[1]) if found else None
        if found is None or moment is None:
            continue
        last = moment
        of_server = _OF_SERVER.fullmatch(found[2])
        if of_server is None:
            continue
        if lost := _LOST.fullmatch(of_server[1]):
            told = (moment, News(Connection.FAILING, lost[1]))
        elif held := _HELD.fullmatch(of_server[1]):
            told = (moment, News(Connection.HELD, held[1] or ""))
    if last is None or told is None:
        return NO_NEWS
    moment, news = told
    is_over = news.connection is Connection.FAILING and last - moment > _PATIENCE
    return News(Connection.QUIET) if is_over else news


def _moment(stamp: str) -> datetime | None:
    try:
        if "T" in stamp:
            return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S")
        return datetime.strptime(f"{_SOME_YEAR} {stamp}", "%Y %b %d %H:%M:%S")
    except ValueError:
        return None
