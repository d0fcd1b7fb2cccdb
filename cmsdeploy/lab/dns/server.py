"""One name server without its wire: zones, keys, faults; a primary, or a secondary of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .faults import DnsFaults
from .records import Record, absolute, parent
from .update import Row, carry_out
from .zone import Zone


@dataclass(frozen=True)
class TsigKey:
    """A shared key (RFC 8945). One that may not update is known, and refused all the same."""

    name: str
    secret: bytes = field(repr=False)
    algorithm: str = "hmac-sha256"
    may_update: bool = True


@dataclass(frozen=True)
class Reply:
    """What a server says: response code and the three sections."""

    code: str
    is_authoritative: bool = False
    answer: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()


class NameServer:
    """The zones of one server. A server with a `primary` shows what that holds, unless it lags.

    `clock_offset` is how many seconds its clock is ahead; it matters to signatures only. `updates`
    counts the messages that could change a zone.
    """

    def __init__(
        self,
        name: str,
        zones: Sequence[Zone] = (),
        keys: Sequence[TsigKey] = (),
        primary: NameServer | None = None,
    ) -> None:
        """Begin without faults."""
        self.name = name
        self.primary = primary
        self.keys: dict[str, TsigKey] = {absolute(key.name): key for key in keys}
        self.faults = DnsFaults()
        self.clock_offset = 0
        self.updates = 0
        self._zones = {zone.origin: zone for zone in zones}
        self._is_lagging = False

    @property
    def zones(self) -> Mapping[str, Zone]:
        """Every zone by its origin, as it is stored here; without what faults make of it."""
        if self.primary is not None and not self._is_lagging:
            return self.primary.zones
        return self._zones

    def lag(self) -> None:
        """Stay behind from now on: a secondary that no change reaches (promises G4)."""
        self._zones = {origin: zone.copy() for origin, zone in self.zones.items()}
        self._is_lagging = True

    def catch_up(self) -> None:
        """Show again what the primary holds."""
        self._is_lagging = False

    def zone_of(self, name: str) -> Zone | None:
        """The zone that a name is in, the longest first; None where it is nobody's here."""
        zones = self.zones
        while name not in zones and name != ".":
            name = parent(name)
        return zones.get(name)

    def answer(self, name: str, kind: str) -> Reply:
        """Answer a question (RFC 1034 4.3.2); NXDOMAIN and NODATA come with the SOA (RFC 2308)."""
        zone = self.zone_of(name)
        if zone is None:
            return Reply("REFUSED")
        zone = self.faults.seen(zone)
        found = zone.find(name, kind)
        if found.status == "found":
            more = _addresses(zone, found.records)
            return Reply("NOERROR", True, found.records, (), more)
        soa = zone.soa
        # RFC 2308 3: the smaller of the SOA's own TTL and its last word.
        ttl = min(soa.ttl, int(soa.data.split()[-1]))
        code = "NXDOMAIN" if found.status == "nxdomain" else "NOERROR"
        return Reply(code, True, found.records, (Record(soa.name, "SOA", ttl, soa.data),))

    def transfer(self, origin: str) -> Reply:
        """A whole zone, the SOA first and last (RFC 5936)."""
        zone = self.zones.get(origin)
        if zone is None:
            return Reply("NOTAUTH")
        shown = self.faults.seen(zone)
        return Reply("NOERROR", True, (*shown, shown.soa))

    def update(
        self, origin: str, key: str | None, conditions: Sequence[Row], changes: Sequence[Row]
    ) -> str:
        """Carry out an update message and give the response code. `key` has been verified."""
        if origin not in self.zones:
            return "NOTAUTH"
        if self.primary is not None or key is None or not self.keys[key].may_update:
            return "REFUSED"
        self.updates += 1
        code, self._zones[origin] = carry_out(self._zones[origin], conditions, changes)
        return code


def _addresses(zone: Zone, records: Sequence[Record]) -> tuple[Record, ...]:
    # RFC 2782 and RFC 1035 3.3.11: the addresses of targets, as far as this zone knows them.
    targets = [absolute(r.data.split()[-1]) for r in records if r.kind in ("SRV", "NS")]
    return tuple(
        record
        for target in dict.fromkeys(targets)
        for kind in ("A", "AAAA")
        for record in zone.at(target, kind)
    )
