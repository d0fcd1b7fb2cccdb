"""What a box shows about its files, understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cmsdeploy.families.pki.commands import LIST, SERVICES
from cmsdeploy.model.action import Command, Download, Replies
from cmsdeploy.model.reply_text import Verdict, judge
from cmsdeploy.model.secret import UNKNOWN, Secret, Unknown

__all__ = ["PkiState", "understand"]

# First line of the reply (transcript pki-list, CMS 3.x); the names follow, one per line.
_HEADING = re.compile(r"user supplied certificates and keys:?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class PkiState:
    """``names`` on the box; ``contents`` of those that could be read back; ``pairs`` of (key,
    certificate) that the box itself calls a match; ``used`` are words in the status of services."""

    names: frozenset[str] | Unknown = UNKNOWN
    contents: Mapping[str, Secret] = field(default_factory=dict)
    pairs: frozenset[tuple[str, str]] = frozenset()
    used: frozenset[str] = frozenset()

    def holds(self, name: str) -> bool:
        """Whether a file of this name is there, as far as the box shows."""
        return name in self.contents or (self.names is not UNKNOWN and name in self.names)

    def with_file(self, name: str, content: Secret) -> PkiState:
        """The state after an upload that was read back."""
        names = self.names if self.names is UNKNOWN else self.names | {name}
        return replace(self, names=names, contents={**self.contents, name: content})

    def facts(self) -> Mapping[str, Any]:
        """The names only: a digest of a key is a digest of a secret."""
        names = [] if self.names is UNKNOWN else sorted(self.names)
        return {"files": names, "readable": sorted(self.contents)}


def understand(replies: Replies) -> PkiState:
    """Make a state of the replies; what is missing or odd gives unknown names."""
    contents = {
        read.name: reply.content
        for read, reply in replies.items()
        if isinstance(read, Download) and reply.content is not None
    }
    listed = replies.get(LIST)
    status = " ".join(replies[service].text for service in SERVICES if service in replies)
    return PkiState(
        names=UNKNOWN if listed is None else _names(listed.text),
        contents=contents,
        pairs=_pairs(replies),
        used=frozenset(re.split(r"[\s,]+", status)),
    )


def _names(text: str) -> frozenset[str] | Unknown:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or not _HEADING.fullmatch(lines[0]):
        return UNKNOWN
    return frozenset(lines[1:])


def _pairs(replies: Replies) -> frozenset[tuple[str, str]]:
    # The text of `pki match` is not known from any source; only a SUCCESS line counts for it.
    return frozenset(
        (read.words[2], read.words[3])
        for read, reply in replies.items()
        if isinstance(read, Command) and read.words[:2] == ("pki", "match")
        if judge(reply.text) is Verdict.SUCCEEDED
    )
