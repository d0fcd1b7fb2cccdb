"""Lists of call bridges as logs hold them: whole ones as live, cut and odd ones as far as they go.

Live a list that is not understood is believed in no part, for a write may rest on it. Of a log the
records that can be read bear witness, and what cannot be read is said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from cmsdeploy.families.xmpp.commands import BRIDGE_LIST
from cmsdeploy.families.xmpp.facts import Bridge, understand
from cmsdeploy.model.action import Reply
from cmsdeploy.model.logged import Logged
from cmsdeploy.model.reply_text import Verdict, field_pairs, judge
from cmsdeploy.model.secret import UNKNOWN, Secret

__all__ = ["WHOLE_SECRET", "is_understood", "readable_bridges"]

# 16 characters and a fixed tail (mmp.md 4.1, four of four).
WHOLE_SECRET = re.compile(r"\b[A-Za-z0-9]{16}Ab1\b")
_LENGTH = 19
_NAME = re.compile(r"\s*callbridge *:", re.IGNORECASE)


def is_understood(logged: Logged, own: str) -> bool:
    """Whether ``own``, the lines of the newest list, is the list and all of it; True where the log
    has no list or the box refused the command."""
    reply = logged.last(BRIDGE_LIST.line)
    if reply is None or judge(reply.text) is not Verdict.SILENT:
        return True
    is_all = len([*_names(own)]) == len([*_names(reply.text)])
    bridges = understand({BRIDGE_LIST: Reply(own)}).bridges
    return is_all and bridges is not UNKNOWN and not _ends_within_a_secret(own)


def _ends_within_a_secret(own: str) -> bool:
    """Whether the last secret is shorter than all secrets are, and those before it are whole."""
    secrets = [value for label, value in field_pairs(own) if label.lower() == "secret"]
    *before, last = secrets or [""]
    return 0 < len(last) < _LENGTH and all(map(WHOLE_SECRET.fullmatch, before))


def _names(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if _NAME.match(line))


def readable_bridges(text: str) -> dict[str, Bridge]:
    """The records of ``text`` that have a name and a whole secret, whatever else is missing."""
    records: list[dict[str, str]] = []
    for label, value in field_pairs(text):
        if label.lower() == "callbridge":
            records.append({})
        if records:
            records[-1].setdefault(label.lower(), value)
    named = Counter(record["callbridge"] for record in records)
    return {
        name: Bridge(record.get("domain", ""), Secret(secret))
        for record in records
        if (name := record["callbridge"]) and named[name] == 1
        # A paste ends in the middle of a secret, too, and half of one differs from the whole.
        if (secret := record.get("secret", ""))
        if record is not records[-1] or WHOLE_SECRET.fullmatch(secret)
    }
