"""One update message on a zone: RFC 2136 sections 2.4, 2.5 and 3, step by step.

Where BIND 9.18 does more than the RFC asks (it takes no SOA whose serial does not grow, and counts
the serial up only when something changed), so does the lab: it is what people run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .records import Record, is_within, sameness
from .zone import Zone

# QTYPEs that are no kinds of record (RFC 2136 3.4.1.2).
_ONLY_ASKED = frozenset({"AXFR", "IXFR", "MAILA", "MAILB"})
_HALF = 1 << 31


@dataclass(frozen=True)
class Row:
    """One record of an update message. `clas` is IN, ANY, NONE or another; `data` None if empty."""

    name: str
    kind: str
    clas: str
    ttl: int
    data: str | None


def carry_out(zone: Zone, conditions: Sequence[Row], changes: Sequence[Row]) -> tuple[str, Zone]:
    """Give the response code, and the zone as it is afterwards: a new one, or the same one."""
    refusal = _prescan(zone, changes) or _unmet(zone, conditions)
    if refusal:
        return refusal, zone
    after = zone.copy()
    for row in changes:
        _change(after, row)
    if after.content() == zone.content():
        return "NOERROR", zone
    if after.serial == zone.serial:
        # RFC 2136 3.6; zero is left out (RFC 2136 7.11).
        after.set_serial((zone.serial + 1) % (1 << 32) or 1)
    return "NOERROR", after


def _unmet(zone: Zone, conditions: Sequence[Row]) -> str:
    """RFC 2136 3.2.5: the first condition that does not hold, then the sets with their values."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for row in conditions:
        if row.ttl != 0:
            return "FORMERR"
        if not is_within(row.name, zone.origin):
            return "NOTZONE"
        if row.clas == "IN" and row.data is not None:
            values = wanted.setdefault((row.name, row.kind), [])
            values.append(sameness(row.kind, row.data))
            continue
        refusal = _unmet_one(zone, row)
        if refusal:
            return refusal
    for (name, kind), values in wanted.items():
        # A value that is given twice meets no set (BIND 9.18).
        if sorted(sameness(kind, one.data) for one in zone.at(name, kind)) != sorted(values):
            return "NXRRSET"
    return ""


def _unmet_one(zone: Zone, row: Row) -> str:
    if row.clas not in ("ANY", "NONE") or row.data is not None:
        return "FORMERR"
    is_name = row.kind == "ANY"
    is_there = bool(zone.kinds(row.name)) if is_name else row.kind in zone.kinds(row.name)
    if row.clas == "ANY" and not is_there:
        return "NXDOMAIN" if is_name else "NXRRSET"
    if row.clas == "NONE" and is_there:
        return "YXDOMAIN" if is_name else "YXRRSET"
    return ""


def _prescan(zone: Zone, changes: Sequence[Row]) -> str:
    """RFC 2136 3.4.1."""
    for row in changes:
        if not is_within(row.name, zone.origin):
            return "NOTZONE"
        if not _is_well_formed(row):
            return "FORMERR"
    return ""


def _is_well_formed(row: Row) -> bool:
    if row.kind in _ONLY_ASKED:
        return False
    if row.clas == "IN":
        return row.kind != "ANY" and row.data is not None
    if row.clas == "ANY":
        return row.ttl == 0 and row.data is None
    return row.clas == "NONE" and row.ttl == 0 and row.kind != "ANY" and row.data is not None


def _change(zone: Zone, row: Row) -> None:
    """RFC 2136 3.4.2."""
    if row.clas == "IN":
        _add(zone, row)
    elif row.clas == "ANY":
        kept = {"SOA", "NS"} if row.name == zone.origin else set()
        kinds = zone.kinds(row.name) if row.kind == "ANY" else {row.kind}
        for kind in kinds - kept:
            zone.drop(row.name, kind)
    elif row.kind != "SOA" and not _is_last_name_server(zone, row):
        zone.drop(row.name, row.kind, row.data)


def _is_last_name_server(zone: Zone, row: Row) -> bool:
    is_own = row.name == zone.origin and row.kind == "NS"
    return is_own and len(zone.at(row.name, "NS")) == 1


def _add(zone: Zone, row: Row) -> None:
    kinds = zone.kinds(row.name)
    record = Record(row.name, row.kind, row.ttl, row.data or "")
    if row.kind == "SOA":
        serial = int(record.data.split()[2])
        # Serial numbers run in a circle (RFC 1982).
        if "SOA" not in kinds or not 0 < (serial - zone.serial) % (1 << 32) < _HALF:
            return
    # An alias has no other records beside it; what does not fit is passed over in silence.
    is_alias = row.kind == "CNAME"
    if (is_alias and kinds - {"CNAME"}) or (not is_alias and "CNAME" in kinds):
        return
    zone.put(record)
