"""The data of one zone and the answers that follow from it (RFC 1034 4.3.2, RFC 4592, RFC 2308)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from .records import DEFAULT_TTL, Record, absolute, is_within, parent, sameness

# Of a chain of aliases no more is followed: a loop ends here (guess; BIND follows 16 as well).
_LONGEST_CHAIN = 16
_SERIAL = 2
_NEGATIVE_TTL = 300


@dataclass(frozen=True)
class RecordSet:
    """All data of one name and kind. They share one TTL (RFC 2181 5.2)."""

    ttl: int
    data: tuple[str, ...]

    def with_data(self, kind: str, data: str, ttl: int) -> RecordSet:
        """The set with one record more; one that is there stays as it was written first."""
        is_there = any(sameness(kind, one) == sameness(kind, data) for one in self.data)
        return RecordSet(ttl, self.data if is_there else (*self.data, data))

    def without_data(self, kind: str, data: str) -> RecordSet | None:
        """The set without one record; None where nothing is left."""
        kept = tuple(one for one in self.data if sameness(kind, one) != sameness(kind, data))
        return RecordSet(self.ttl, kept) if kept else None


@dataclass(frozen=True)
class Found:
    """What a zone says to a question: records, aliases first; none with the reason."""

    status: Literal["found", "nodata", "nxdomain"]
    records: tuple[Record, ...] = ()


class Zone:
    """Records by name and kind. Pure data: copied in one line, compared by `content`.

    A new zone has its SOA and NS records and nothing else.
    """

    def __init__(self, origin: str, servers: Iterable[str] = ("ns1",), serial: int = 1) -> None:
        """`servers` are the names of the name servers; without a dot they are below the origin."""
        self.origin = absolute(origin)
        self._sets: dict[str, dict[str, RecordSet]] = {}
        names = [one if "." in one else f"{one}.{self.origin}" for one in servers]
        soa = f"{absolute(names[0])} hostmaster.{self.origin} {serial} 3600 600 86400"
        self.put(Record(self.origin, "SOA", DEFAULT_TTL, f"{soa} {_NEGATIVE_TTL}"))
        for name in names:
            self.put(Record(self.origin, "NS", DEFAULT_TTL, absolute(name)))

    def content(self) -> set[tuple[str, str, int, str]]:
        """All that matters, for comparing: neither order nor the spelling of names does."""
        return {(r.name, r.kind, r.ttl, sameness(r.kind, r.data)) for r in self}

    def __iter__(self) -> Iterator[Record]:
        """All records, the SOA first, as a zone transfer gives them."""
        yield from self.at(self.origin, "SOA")
        for name, kinds in self._sets.items():
            for kind, held in kinds.items():
                if kind != "SOA":
                    yield from (Record(name, kind, held.ttl, data) for data in held.data)

    def copy(self) -> Zone:
        """A zone of its own with the same records."""
        other = Zone.__new__(Zone)
        other.origin = self.origin
        other._sets = {name: dict(kinds) for name, kinds in self._sets.items()}
        return other

    @property
    def soa(self) -> Record:
        """The one SOA record."""
        return self.at(self.origin, "SOA")[0]

    @property
    def serial(self) -> int:
        """The version of the zone, third word of the SOA behind the two names."""
        return int(self.soa.data.split()[_SERIAL])

    def set_serial(self, serial: int) -> None:
        """Write another version into the SOA."""
        words = self.soa.data.split()
        words[_SERIAL] = str(serial)
        self._sets[self.origin]["SOA"] = RecordSet(self.soa.ttl, (" ".join(words),))

    def at(self, name: str, kind: str) -> list[Record]:
        """The records of exactly this name and kind; neither alias nor wildcard."""
        held = self._sets.get(name, {}).get(kind)
        return [Record(name, kind, held.ttl, data) for data in held.data] if held else []

    def kinds(self, name: str) -> set[str]:
        """The kinds of record that a name has; empty where it is not in use (RFC 2136 2.4.5)."""
        return set(self._sets.get(name, ()))

    def names(self) -> list[str]:
        """All names that have records."""
        return list(self._sets)

    def put(self, record: Record) -> None:
        """Add a record; the whole set takes its TTL. An SOA and a CNAME replace their own kind."""
        kinds = self._sets.setdefault(record.name, {})
        held = kinds.get(record.kind) or RecordSet(record.ttl, ())
        held = held.with_data(record.kind, record.data, record.ttl)
        if record.kind in ("SOA", "CNAME"):
            held = RecordSet(held.ttl, held.data[-1:])
        kinds[record.kind] = held

    def drop(self, name: str, kind: str, data: str | None = None) -> None:
        """Remove one record, or the whole set where no data is given."""
        kinds = self._sets.get(name, {})
        held = kinds.pop(kind, None)
        left = held.without_data(kind, data) if held and data is not None else None
        if left:
            kinds[kind] = left
        if not kinds:
            self._sets.pop(name, None)

    def replace(self, name: str, kind: str, *data: str, ttl: int = DEFAULT_TTL) -> None:
        """Give a name these records of a kind and no others; none at all removes the set."""
        name = absolute(name)
        self.drop(name, kind)
        for one in data:
            self.put(Record(name, kind, ttl, one))

    def find(self, name: str, kind: str) -> Found:
        """Answer a question; aliases are followed as far as this zone knows them."""
        chain: list[Record] = []
        for _ in range(_LONGEST_CHAIN):
            kinds = self._node(name)
            if kinds is None:
                return Found("nxdomain", tuple(chain))
            wanted = [one for one in kinds if kind in (one, "ANY")]
            chain += [Record(name, k, kinds[k].ttl, data) for k in wanted for data in kinds[k].data]
            if wanted:
                return Found("found", tuple(chain))
            if "CNAME" not in kinds:
                return Found("nodata", tuple(chain))
            alias = Record(name, "CNAME", kinds["CNAME"].ttl, kinds["CNAME"].data[0])
            chain.append(alias)
            name = absolute(alias.data)
            if not is_within(name, self.origin):
                break
        return Found("found", tuple(chain))

    def _node(self, name: str) -> dict[str, RecordSet] | None:
        """What stands at a name, wildcards included; None where the name does not exist."""
        if self._exists(name):
            return self._sets.get(name, {})
        above = parent(name)
        while not self._exists(above):
            above = parent(above)
        return self._sets.get(f"*.{above}")

    def _exists(self, name: str) -> bool:
        # A name above one with records exists too, without any of its own (RFC 4592 2.2.2).
        return name in self._sets or any(one.endswith("." + name) for one in self._sets)
