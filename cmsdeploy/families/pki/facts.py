"""What a box shows about its files, understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cmsdeploy.families.pki.commands import LIST
from cmsdeploy.families.services import SERVICES
from cmsdeploy.model.action import Command, Download, Replies
from cmsdeploy.model.reply_text import Verdict, judge
from cmsdeploy.model.secret import UNKNOWN, Secret, Unknown

__all__ = ["PkiState", "understand"]

# First line of the reply (transcript pki-list, CMS 3.x); the names follow, one per line.
_HEADING = re.compile(r"user supplied certificates and keys:?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class PkiState:
    """``names`` on the box; ``contents`` of those that could be read back; ``pairs`` of (key,
    certificate) that the box itself calls a match; ``denied`` are pairs, of `pki match` or of
    `pki verify`, that it says FAILURE to; ``used`` are words in the status of services. The last
    two are predictions of steps that leave no trace on the box."""

    names: frozenset[str] | Unknown = UNKNOWN
    contents: Mapping[str, Secret] = field(default_factory=dict)
    pairs: frozenset[tuple[str, str]] = frozenset()
    denied: frozenset[tuple[str, str]] = frozenset()
    used: frozenset[str] = frozenset()
    is_request_kept: bool = False
    is_answer_awaited: bool = False

    def holds(self, name: str) -> bool:
        """Whether a file of this name is there, as far as the box shows."""
        return name in self.contents or (self.names is not UNKNOWN and name in self.names)

    def with_file(self, name: str, content: Secret) -> PkiState:
        """The state after an upload that was read back."""
        denied = frozenset(pair for pair in self.denied if name not in pair)
        contents = {**self.contents, name: content}
        return replace(self.with_names(name), contents=contents, denied=denied)

    def with_names(self, *added: str) -> PkiState:
        """The state after the box made files of these names itself."""
        names = self.names if self.names is UNKNOWN else self.names | set(added)
        return replace(self, names=names)

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
        pairs=_judged(replies, Verdict.SUCCEEDED, "match"),
        denied=_judged(replies, Verdict.FAILED, "match", "verify"),
        used=frozenset(re.split(r"[\s,]+", status)),
    )


def _names(text: str) -> frozenset[str] | Unknown:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or not _HEADING.fullmatch(lines[0]):
        return UNKNOWN
    return frozenset(lines[1:])


def _judged(replies: Replies, verdict: Verdict, *verbs: str) -> frozenset[tuple[str, str]]:
    # The words of `pki match` and `pki verify` are not known from any source: only a line that
    # begins with SUCCESS or FAILURE counts, and anything else says nothing.
    return frozenset(
        (read.words[2], read.words[3])
        for read, reply in replies.items()
        if isinstance(read, Command) and read.words[0] == "pki" and read.words[1] in verbs
        if judge(reply.text) is verdict
    )
