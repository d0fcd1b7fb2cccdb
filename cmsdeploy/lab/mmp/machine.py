"""`syslog`, `health`, `uptime`, `date`, `df` and other looks at the machine (mmp 8).

RECALL that they exist, except `df` (CODE MIV: two tables, sizes and inodes) and `syslog follow`
(DOC). All layouts are guesses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import failure, lines
from ..status_page import duration
from .verb import Verb

if TYPE_CHECKING:
    from ..box import Box


def _uptime(box: Box, _words: tuple[str, ...]) -> str:
    return lines(f"System up for {duration(box.uptime)}")


def _date(box: Box, _words: tuple[str, ...]) -> str:
    form = box.world.switches["date-layout"]
    if form == "unknown-command":
        return lines("Unknown command: date")
    now = box.world.date(box.world.seconds + box.clock_offset)
    return lines(f"System time: {now}" if form == "labelled" else now)


def _health(_box: Box, _words: tuple[str, ...]) -> str:
    return lines("Temperatures: OK", "Voltages: OK", "Fans: OK")


def _df(box: Box, _words: tuple[str, ...]) -> str:
    used = sum(len(box.files.get(name) or b"") for name in box.list_files()) // 1024 + 1
    return lines(
        f"{'Filesystem':20}{'Size':>12}{'Used':>12}{'Available':>12}  Mounted on",
        f"{'/dev/root':20}{8_000_000:>12}{used:>12}{8_000_000 - used:>12}  /",
        f"{'Filesystem':20}{'Inodes':>12}{'Used':>12}{'Available':>12}  Mounted on",
        f"{'/dev/root':20}{500_000:>12}{len(box.list_files()):>12}{499_000:>12}  /",
    )


def _syslog(box: Box, words: tuple[str, ...]) -> str:
    if not words:
        return lines(*(f"syslog server {one}" for one in box.syslog_servers))
    if words[0] == "follow":
        # DOC: a real box goes on until Ctrl-C; this one prints what there is and ends.
        return box.syslog()
    if words[:2] == ("server", "add") and len(words) >= 3:
        box.syslog_servers.append(" ".join(words[2:]))
        return ""
    if words[:2] == ("server", "del") and " ".join(words[2:]) in box.syslog_servers:
        box.syslog_servers.remove(" ".join(words[2:]))
        return ""
    return failure("incorrect number of parameters")


def _nothing(_box: Box, _words: tuple[str, ...]) -> str:
    # DOC TAC-217319 step 3 that they exist; what an unused one prints is not known.
    return lines("Enabled                 : false")


VERBS = (
    Verb("uptime", _uptime),
    Verb("date", _date),
    Verb("health", _health),
    Verb("df", _df),
    Verb("syslog", _syslog, "[follow | server add|del <host>]", 0, 4, is_write=True,
         reads_when_bare=True),
    Verb("dscp", _nothing),
    Verb("ldap", _nothing),
    Verb("sipedge", _nothing),
    Verb("h323_gateway", _nothing),
    Verb("trunk", _nothing),
    Verb("loadbalancer", _nothing),
)  # fmt: skip
