"""Update messages byte by byte, malformed ones too, which no library would build."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tsig
from dns.rdtypes.ANY.TSIG import TSIG

from .programs import Key, Place

ZONE = "tptac9.com."
# An update of RFC 2136 as rows of text: class, name, type, TTL, data. Data "" is none.
Row = tuple[str, str, str, int, str]
_sign: Callable[..., tuple[TSIG, object]] = dns.tsig.sign
_record: Callable[..., TSIG] = TSIG


@dataclass(frozen=True)
class Update:
    """One message. `zone`, `kind` and `clas` make the zone section."""

    conditions: Sequence[Row] = ()
    changes: Sequence[Row] = ()
    zone: str = ZONE
    kind: str = "SOA"
    clas: str = "IN"


def _row(row: Row) -> bytes:
    clas, name, kind, ttl, data = row
    number = dns.rdatatype.from_text(kind)
    body = b""
    if data:
        body = dns.rdata.from_text("IN", number, data).to_wire() or b""
    head = struct.pack("!HHIH", number, dns.rdataclass.from_text(clas), ttl, len(body))
    return (dns.name.from_text(name).to_wire() or b"") + head + body


def wire_of(update: Update, number: int = 4711) -> bytes:
    """The message without a signature."""
    counts = (1, len(update.conditions), len(update.changes), 0)
    zone = struct.pack(
        "!HH", dns.rdatatype.from_text(update.kind), dns.rdataclass.from_text(update.clas)
    )
    rows = b"".join(_row(row) for row in (*update.conditions, *update.changes))
    name = dns.name.from_text(update.zone).to_wire() or b""
    return struct.pack("!HH4H", number, 5 << 11, *counts) + name + zone + rows


def signed(wire: bytes, key: Key, seconds_off: int = 0) -> bytes:
    """The message with its TSIG record, made by a clock that is off."""
    name = dns.name.from_text(key.name)
    algorithm = dns.name.from_text(key.algorithm)
    now = int(time.time()) + seconds_off
    number = struct.unpack_from("!H", wire)[0]
    blank = _record(
        dns.rdataclass.ANY, dns.rdatatype.TSIG, algorithm, now, 300, b"", number, 0, b""
    )
    record, _ = _sign(wire, dns.tsig.Key(name, key.secret, algorithm), blank, now)
    body = record.to_wire() or b""
    head = struct.pack("!HHIH", dns.rdatatype.TSIG, dns.rdataclass.ANY, 0, len(body))
    return wire[:10] + struct.pack("!H", 1) + wire[12:] + (name.to_wire() or b"") + head + body


def send(place: Place, wire: bytes) -> bytes:
    """Send over TCP, give the bytes of the reply."""
    import socket

    with socket.create_connection((place.address, place.port), timeout=5) as connection:
        connection.sendall(struct.pack("!H", len(wire)) + wire)
        file = connection.makefile("rb")
        (length,) = struct.unpack("!H", file.read(2))
        return bytes(file.read(length))


def code(reply: bytes) -> str:
    """Response code in the header of a reply."""
    return dns.rcode.to_text(dns.rcode.Rcode(struct.unpack_from("!H", reply, 2)[0] & 15))


_NAMES = ["a", "b", "c.b", "_xmpp-component._tcp", "d", ""]
_DATA = {
    "A": ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
    "SRV": ["0 0 5223 a.tptac9.com.", "0 0 5223 b.tptac9.com.", "10 5 5222 d.tptac9.com."],
    "CNAME": ["a.tptac9.com.", "A.tptac9.com."],
    "TXT": ['"one"', '"One"', '"two words"'],
    "AAAA": ["2001:db8::1"],
    "NS": ["ns.outside.example.", "ns2.outside.example."],
}


def random_update(chance: random.Random) -> Update:
    """One update, mostly well-formed, over so few names that they meet each other."""
    conditions = [_condition(chance) for _ in range(chance.choice((0, 0, 0, 1, 1, 2)))]
    changes = [_change(chance) for _ in range(chance.randint(1, 4))]
    return Update(conditions, changes)


def _name(chance: random.Random, kind: str = "") -> str:
    label = "" if kind == "NS" else chance.choice(_NAMES)
    if chance.random() < 0.02:
        return "elsewhere.example."
    return f"{label}.{ZONE}" if label else ZONE


def _condition(chance: random.Random) -> Row:
    kind = chance.choice([*_DATA, "ANY"])
    name = _name(chance)
    clas = chance.choice(("ANY", "NONE")) if kind == "ANY" else chance.choice(("ANY", "NONE", "IN"))
    data = chance.choice(_DATA[kind]) if clas == "IN" else ""
    return clas, name, kind, int(chance.random() < 0.03), data


def _change(chance: random.Random) -> Row:
    kind = chance.choice(list(_DATA))
    name = _name(chance, kind)
    how = chance.random()
    if how < 0.55:
        return "IN", name, kind, chance.choice((60, 300)), chance.choice(_DATA[kind])
    if how < 0.75:
        return "NONE", name, kind, 0, chance.choice(_DATA[kind])
    if how < 0.9:
        return "ANY", name, kind, 0, ""
    if how < 0.95:
        return "ANY", name, "ANY", 0, ""
    serial = chance.choice((1, 5, 1000, 4_000_000_000))
    return "IN", ZONE, "SOA", 60, f"ns.outside.example. h.{ZONE} {serial} 3600 600 86400 300"
