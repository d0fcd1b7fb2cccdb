"""`dns ...`: servers, records of the box itself, looking up (mmp 8; DOC TAC-213821, TAC-211261).

Where names come from is `lab/resolving.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import resolving
from ..exchange import failure, lines
from .verb import Verb

if TYPE_CHECKING:
    from ..box import Box

_KINDS = ("A", "AAAA", "SRV")  # SRV DOC TAC-211261, the others RECALL
_PLACES = ("app", "mmp")


def _dns(box: Box, _words: tuple[str, ...]) -> str:
    # Layout UNKNOWN, a guess.
    zones = [f"forwardzone {zone} {server}" for zone, server in box.dns_servers]
    records = [f"rr {record}" for record in box.dns_records]
    if box.world.switches["dns-layout"] == "table":
        zones = [f"    {zone:30}{server}" for zone, server in box.dns_servers]
        return lines("Forward zones:", *zones, "Resource records:", *records)
    return lines(*zones, *records)


def _change(box: Box, words: tuple[str, ...]) -> str:
    # RECALL: the X series wants `dns app ...` or `dns mmp ...`; both keep one list here.
    needs_place = box.world.switches["dns-commands"] == "app-and-mmp"
    if needs_place != (words[0] in _PLACES):
        return failure("incorrect number of parameters")
    rest = words[1:] if needs_place else words
    change = _CHANGES.get(" ".join(rest[:2]))
    return change(box, rest[2:]) if change else failure("incorrect number of parameters")


def _add_zone(box: Box, words: tuple[str, ...]) -> str:
    if len(words) != 2:
        return failure("incorrect number of parameters")
    zone = (words[0], words[1])
    if zone not in box.dns_servers:
        box.dns_servers.append(zone)
    return ""


def _del_zone(box: Box, words: tuple[str, ...]) -> str:
    # RECALL.
    kept = [row for row in box.dns_servers if row != words and row[:1] != words]
    if len(kept) == len(box.dns_servers):
        return failure("No such forward zone")
    box.dns_servers = kept
    return ""


def _add_record(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-211261; quotes around the record are taken (RECALL).
    record = resolving.parse(words)
    if record is None:
        return failure("Invalid resource record")  # guess
    if record not in box.dns_records:
        box.dns_records.append(record)
    return ""


def _del_record(box: Box, words: tuple[str, ...]) -> str:
    # RECALL: owner and type.
    if len(words) != 2:
        return failure("incorrect number of parameters")
    key = (words[0].removesuffix(".").lower(), words[1].upper())
    kept = [record for record in box.dns_records if (record.owner, record.kind) != key]
    if len(kept) == len(box.dns_records):
        return failure("No such resource record")
    box.dns_records = kept
    return ""


_CHANGES = {
    "add forwardzone": _add_zone,
    "del forwardzone": _del_zone,
    "add rr": _add_record,
    "del rr": _del_record,
}


def _lookup(box: Box, words: tuple[str, ...]) -> str:
    # Syntax DOC TAC-211261; output UNKNOWN: the records as TAC-213479 prints them.
    kind, name = words[0].upper(), words[1]
    if kind not in _KINDS:
        return failure(f"Unknown record type {words[0]}")
    try:
        records = resolving.lookup(box, kind, name)
    except OSError:
        return failure("No DNS server answers")
    layout = box.world.switches["dns-lookup-layout"]
    if not records:
        text = f"No {kind} records for {name}"
        return failure(text) if layout == "failure-on-none" else lines(text)
    if layout == "targets":
        return lines(*(":".join(reversed(record.values[-2:])) for record in records))
    return lines(*(str(record) for record in records))


def _flush(_box: Box, _words: tuple[str, ...]) -> str:
    # RECALL.
    return ""


VERBS = (
    Verb("dns", _dns),
    Verb("dns add", lambda box, words: _change(box, ("add", *words)),
         "forwardzone <domain|.> <address> | rr <record>", 2, 10, is_write=True),
    Verb("dns del", lambda box, words: _change(box, ("del", *words)),
         "forwardzone <domain|.> <address> | rr <owner> <type>", 2, 3, is_write=True),
    Verb("dns app", lambda box, words: _change(box, ("app", *words)), "add|del ...", 3, 11,
         is_write=True),
    Verb("dns mmp", lambda box, words: _change(box, ("mmp", *words)), "add|del ...", 3, 11,
         is_write=True),
    Verb("dns lookup", _lookup, "<a|aaaa|srv> <name>", 2, 2),
    Verb("dns flush", _flush),
)  # fmt: skip
