"""Which files the services of a box name: read by several families, and by whoever asks for dates.

The commands are status commands: they only read (mmp.md section 7). `turn` is left out although it
names files: its status prints a password in clear (Cisco TAC 221729).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cmsdeploy.errors import RefusedError
from cmsdeploy.model.action import Command
from cmsdeploy.model.file_name import checked_file_name
from cmsdeploy.model.reply_text import Verdict, judge

__all__ = ["ALL_SERVICES", "SERVICES", "NamedFile", "named_files"]

SERVICES = (
    Command.of("xmpp"),
    Command.of("xmpp", "cluster", "status"),
    Command.of("webadmin"),
    Command.of("callbridge"),
    Command.of("webbridge"),
)
ALL_SERVICES = (
    *SERVICES,
    Command.of("webbridge3"),
    Command.of("recorder"),
    Command.of("streamer"),
    Command.of("database", "cluster", "status"),
)

_FIELD = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9 ]*?)\s*:\s+(\S.*?)\s*")
_CERTIFICATES = re.compile(r"certificate|bundle|trust", re.IGNORECASE)
_KEY = re.compile(r"\bkey\b", re.IGNORECASE)


@dataclass(frozen=True)
class NamedFile:
    """``name`` on the box; ``service`` is the command whose status names it."""

    service: str
    name: str


def named_files(service: Command, text: str) -> Iterator[NamedFile]:
    """The files with certificates that a status names; those with keys are left out."""
    if judge(text) is not Verdict.SILENT:
        return
    for line in text.splitlines():
        found = _FIELD.fullmatch(line)
        if found is None or not _CERTIFICATES.search(found[1]) or _KEY.search(found[1]):
            continue
        for word in found[2].split():
            if _is_file(word):
                yield NamedFile(service.line, word)


def _is_file(word: str) -> bool:
    try:
        checked_file_name(word)
    except RefusedError:
        return False
    return "." in word and not word.lower().endswith(".key")
