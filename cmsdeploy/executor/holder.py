"""Who holds a lock: one JSON line in its file, for whoever is kept out. No run decides by it.

The id of a run is the name of its journal as well, so that what hangs can be looked up.
"""

from __future__ import annotations

import json
import os
import pwd
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timezone

from cmsdeploy.errors import printable

__all__ = ["LARGEST", "Holder", "holder_of", "new_run", "this_run"]

# In bytes, of a lock file: more is none of ours.
LARGEST = 8192
_MOST = 200


@dataclass(frozen=True)
class Holder:
    """``run`` is the id, ``work`` what the run does ("apply site.yml"), ``since`` ISO 8601 in UTC,
    ``box`` the one that the lock is of. All of it is shown to people, and none of it is secret."""

    run: str
    user: str
    machine: str
    process: int
    since: str
    work: str = ""
    box: str = ""

    @property
    def who(self) -> str:
        """The person and the process, for a sentence."""
        return f"{self.person}, process {self.process}"

    @property
    def person(self) -> str:
        """The user and the machine."""
        return f"{printable(self.user, 60)} on {printable(self.machine, 100)}"

    @property
    def moment(self) -> str:
        """``since`` as people read it."""
        return printable(self.since, 40).replace("T", " ").replace("Z", " UTC")

    def at(self, box: str) -> bytes:
        """The line for the lock file of ``box``."""
        told = asdict(replace(self, box=printable(box, _MOST)))
        return json.dumps(told, ensure_ascii=True).encode() + b"\n"


def new_run() -> str:
    """The id of a run: its moment in UTC and its process."""
    return f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S.%fZ}-{os.getpid()}"


def this_run(work: str = "") -> Holder:
    """This process as the holder of locks, from now on."""
    since = f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
    machine = os.uname().nodename
    return Holder(new_run(), _user(), machine, os.getpid(), since, printable(work, _MOST))


def _user() -> str:
    """The account, as the system knows it: the environment may say anything."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"


def holder_of(line: bytes) -> Holder | None:
    """Who wrote ``line``; None where it is empty, of an older version or damaged. Never raises."""
    try:
        read = json.loads(line)
        told = {field.name: read[field.name] for field in fields(Holder)}
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    is_number = type(told.pop("process")) is int
    is_text = all(isinstance(text, str) for text in told.values())
    return Holder(**told, process=read["process"]) if is_number and is_text else None
