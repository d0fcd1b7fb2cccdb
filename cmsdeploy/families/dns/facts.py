"""What name servers and boxes showed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cmsdeploy.families.dns.asked import NOBODY
from cmsdeploy.model.action import Command, Replies
from cmsdeploy.model.records import NameAnswer, Query, RecordSet
from cmsdeploy.model.secret import UNKNOWN, Unknown

__all__ = ["DnsState", "understand"]

# What `dns lookup SRV` prints is UNKNOWN (mmp.md, section 8). These four words in a row are how
# every tool that we know shows an SRV record; a text without them says nothing that we understand,
# unless it says in words that there is none.
_SRV = re.compile(r"\bSRV\b\W+(\d{1,5})\s+(\d{1,5})\s+(\d{1,5})\s+([A-Za-z0-9_.-]+)")
_NOTHING = re.compile(r"(?i)\bno (?:srv )?records?\b|\bnxdomain\b|\bnot found\b")
_SILENT = NameAnswer(trouble="it was not asked")


@dataclass(frozen=True)
class DnsState:
    """``answers`` by question. ``lookups`` is what the box finds itself, by its command: the SRV
    records as a name server would say them, or unknown."""

    answers: Mapping[Query, NameAnswer] = field(default_factory=dict)
    lookups: Mapping[Command, tuple[str, ...] | Unknown] = field(default_factory=dict)

    def answer(self, query: Query) -> NameAnswer:
        """What was said to ``query``; one without a code where nothing was."""
        return self.answers.get(query, _SILENT)

    def shown(self, query: Query) -> RecordSet | Unknown | None:
        """The set at the very name that was asked for: aliases are not followed. None where the
        server says that there is none, unknown where it says nothing to be relied on."""
        answer = self.answer(query)
        if answer.code not in ("NOERROR", "NXDOMAIN"):
            return UNKNOWN
        if not (answer.is_authoritative or query.is_recursive):
            return UNKNOWN
        found = answer.found(query.record)
        if found is None or found.name != query.name or self._is_from_wildcard(query, found):
            return None
        return found

    def wildcard(self, server: str) -> RecordSet | None:
        """What ``server`` says of a name that nobody has."""
        for query, answer in self.answers.items():
            if query.server == server and query.name.startswith(NOBODY):
                return answer.found("A")
        return None

    def is_same_by_wildcard(self, query: Query, own: RecordSet) -> bool:
        """Whether a wildcard gives just what is wanted. Nobody can tell that from a record, and no
        condition of an update could be right in both cases, so it is left as it is."""
        found = self.answer(query).found(own.kind)
        return found is not None and (found.name, found.data) == (own.name, own.data)

    def _is_from_wildcard(self, query: Query, found: RecordSet) -> bool:
        if query.name.startswith(NOBODY) or query.record != "A":
            return False
        wild = self.wildcard(query.server)
        return wild is not None and wild.data == found.data

    def with_set(self, query: Query, records: RecordSet) -> DnsState:
        """The prediction after an update: the server shows these."""
        answer = NameAnswer("NOERROR", True, (records,))
        return replace(self, answers={**self.answers, query: answer})

    def facts(self) -> Mapping[str, object]:
        """What a plan rests on: what the servers of the zone say. What resolvers remember runs out
        by the second, and nothing rests on it."""
        return {
            f"{query.server} {query.name} {query.record}": _in_words(self.shown(query))
            for query in self.answers
            if not query.is_recursive and query.record != "SOA"
        }


def _in_words(shown: RecordSet | Unknown | None) -> str:
    if shown is UNKNOWN:
        return "unknown"
    return "none" if shown is None else f"TTL {shown.ttl}: {', '.join(shown.data)}"


def understand(replies: Replies) -> DnsState:
    """Make a state of the replies."""
    return DnsState(
        {
            read: reply.names
            for read, reply in replies.items()
            if isinstance(read, Query) and reply.names is not None
        },
        {
            read: _lookup(reply.text)
            for read, reply in replies.items()
            if isinstance(read, Command) and read.words[:3] == ("dns", "lookup", "SRV")
        },
    )


def _lookup(text: str) -> tuple[str, ...] | Unknown:
    found = [
        f"{priority} {weight} {port} {target.lower().rstrip('.')}."
        for priority, weight, port, target in _SRV.findall(text)
    ]
    if found:
        return tuple(sorted(found))
    return () if _NOTHING.search(text) else UNKNOWN
