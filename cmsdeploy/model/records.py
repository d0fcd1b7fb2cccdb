"""Names and records as data: what is asked of a name server, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cmsdeploy.model.secret import SecretRef

__all__ = ["NameAnswer", "Query", "RecordSet", "Update", "UpdateKey"]


@dataclass(frozen=True)
class RecordSet:
    """All records of one name and kind; they share one TTL, in seconds (RFC 2181, 5.2).

    ``name`` is absolute, in lower case and ends with a dot. ``data`` is as in a zone file, sorted,
    with absolute names in it.
    """

    name: str
    kind: str
    ttl: int
    data: tuple[str, ...]


@dataclass(frozen=True)
class NameAnswer:
    """What a name server said to a question.

    ``code`` is the response code (``NOERROR``, ``NXDOMAIN`` …), empty where no answer came or none
    that may be believed; ``trouble`` says why. ``records`` are the sets on the way from the name
    that was asked for, aliases first. ``negative_ttl`` is how long, in seconds, others may remember
    that there is nothing (RFC 2308); 0 where it was not said. ``targets`` are what the same server
    says of the targets of a service, by name and kind.
    """

    code: str = ""
    is_authoritative: bool = False
    records: tuple[RecordSet, ...] = ()
    negative_ttl: int = 0
    trouble: str = ""
    targets: tuple[tuple[str, str, NameAnswer], ...] = ()

    def found(self, kind: str) -> RecordSet | None:
        """The set that was asked for, at the end of all aliases; None where there is none."""
        return next((one for one in self.records if one.kind == kind), None)

    @property
    def alias(self) -> str:
        """What the name that was asked for is only another name of; empty where it is none."""
        first = self.records[0] if self.records else None
        return first.data[0] if first is not None and first.kind == "CNAME" else ""


@dataclass(frozen=True)
class Query:
    """One question to one name server, by its address. A read: it changes nothing.

    ``server`` is an address, with ``#`` and a port where that is not 53. ``is_recursive`` asks a
    resolver to find the answer elsewhere; without it a server says what it holds itself.
    ``follows_targets`` asks the same server for the addresses of the targets of a service, too.
    """

    server: str
    name: str
    record: str
    is_recursive: bool = False
    follows_targets: bool = False

    kind: ClassVar[str] = "query"

    @property
    def line(self) -> str:
        """As a person would ask the same with dig."""
        place, _, port = self.server.partition("#")
        words = ["dig", f"@{place}", *(["-p", port] if port else []), self.name, self.record]
        return " ".join([*words, *([] if self.is_recursive else ["+norecurse"])])


@dataclass(frozen=True)
class UpdateKey:
    """The key that signs an update (RFC 8945): its name, its algorithm, and where its secret is."""

    name: str
    algorithm: str
    secret: SecretRef


@dataclass(frozen=True)
class Update:
    """Put ``after`` in the place of ``before``, if and only if ``before`` is still the whole set.

    None is a set without records. The comparison is made by the server, in one go with the change
    (RFC 2136, 2.4), so that nobody else's change between our look and this is lost. It compares
    data and not the TTL.
    """

    server: str
    zone: str
    before: RecordSet | None
    after: RecordSet | None
    key: UpdateKey | None = None

    kind: ClassVar[str] = "update"

    @property
    def secrets(self) -> tuple[tuple[str, SecretRef], ...]:
        """The secret that signs, by name."""
        return (("tsig", self.key.secret),) if self.key else ()

    @property
    def line(self) -> str:
        """What changes, in one line; the TTL is always said, because it is one for the set."""
        about = self.after or self.before
        name, record = (about.name, about.kind) if about else (self.zone, "nothing")
        old = set(self.before.data) if self.before else set()
        new = set(self.after.data) if self.after else set()
        parts = [f"- {one}" for one in sorted(old - new)] + [
            f"+ {one}" for one in sorted(new - old)
        ]
        if old & new:
            parts.append(f"{len(old & new)} stay")
        return f"update {name} {record} at {self.server}: {'; '.join([*parts, self._ttl()])}"

    def _ttl(self) -> str:
        if self.after is None or self.before is None or self.before.ttl == self.after.ttl:
            ttl = self.after or self.before
            return f"TTL {ttl.ttl if ttl else 0}"
        return f"TTL {self.before.ttl} -> {self.after.ttl} of all"
