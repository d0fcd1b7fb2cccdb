"""The same updates go to the lab and to BIND: same response codes, same zone in the end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cmsdeploy.lab.dns import NameService, Record, TsigKey, Zone
from cmsdeploy.lab.dns.wire.lab_dns import LabDns

from .messages import ZONE, Row, Update, code, random_update, send, signed, wire_of
from .programs import Key, Place, named, transferred

KEY = Key("lab-key.", bytes(range(32)))
SOA = f"ns.outside.example. hostmaster.{ZONE}"


def start_zone() -> Zone:
    """A name server outside, so that BIND's own checks of name servers do not come in."""
    zone = Zone(ZONE, ["ns.outside.example"])
    for number in (1, 2, 3):
        zone.put(Record(f"cb{number}.{ZONE}", "A", 60, f"10.0.0.{number}"))
        zone.put(Record(f"_xmpp-component._tcp.{ZONE}", "SRV", 60, f"0 0 5223 cb{number}.{ZONE}"))
    zone.put(Record(f"alias.{ZONE}", "CNAME", 60, f"cb1.{ZONE}"))
    return zone


@dataclass(frozen=True)
class Pair:
    """The lab and BIND with the same zone and key."""

    lab: Place
    bind: Place

    def codes(self, wire: bytes) -> tuple[str, str]:
        """What both say to a message."""
        return code(send(self.lab, wire)), code(send(self.bind, wire))

    def zones(self) -> tuple[list[str], list[str]]:
        """What both hold."""
        return transferred(self.lab, ZONE), transferred(self.bind, ZONE)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    zone = start_zone()
    text = "".join(f"{record.line()}\n" for record in zone)
    service = NameService([zone], [TsigKey(KEY.name, KEY.secret)])
    with LabDns(service) as lab, named(tmp_path, {ZONE: text}, KEY) as bind:
        yield Pair(Place(lab.place.address, lab.place.port), bind)


COMPONENT = f"_xmpp-component._tcp.{ZONE}"


def change(*rows: Row) -> Update:
    return Update((), rows)


def given(*rows: Row) -> Update:
    return Update(rows, [("IN", f"given.{ZONE}", "A", 60, "10.9.9.9")])


def all_servers(*numbers: int) -> list[Row]:
    return [("IN", COMPONENT, "SRV", 0, f"0 0 5223 cb{n}.{ZONE}") for n in numbers]


# RFC 2136 3.1 to 3.4, one rule a line; the code is what both must say.
TABLE: list[tuple[str, Update, str]] = [
    ("add", change(("IN", f"new.{ZONE}", "A", 60, "10.1.1.1")), "NOERROR"),
    ("add the same", change(("IN", f"cb1.{ZONE}", "A", 60, "10.0.0.1")), "NOERROR"),
    ("another TTL is the set's", change(("IN", f"cb1.{ZONE}", "A", 90, "10.1.0.1")), "NOERROR"),
    ("CNAME beside A", change(("IN", f"cb1.{ZONE}", "CNAME", 60, f"cb2.{ZONE}")), "NOERROR"),
    ("A beside CNAME", change(("IN", f"alias.{ZONE}", "A", 60, "10.1.1.2")), "NOERROR"),
    ("CNAME replaces", change(("IN", f"alias.{ZONE}", "CNAME", 60, f"cb2.{ZONE}")), "NOERROR"),
    ("delete a record", change(("NONE", COMPONENT, "SRV", 0, f"0 0 5223 cb3.{ZONE}")), "NOERROR"),
    ("delete what is not", change(("NONE", f"cb1.{ZONE}", "A", 0, "10.7.7.7")), "NOERROR"),
    ("delete a set", change(("ANY", COMPONENT, "SRV", 0, "")), "NOERROR"),
    ("delete a name", change(("ANY", f"cb2.{ZONE}", "ANY", 0, "")), "NOERROR"),
    ("delete all at the top", change(("ANY", ZONE, "ANY", 0, "")), "NOERROR"),
    ("delete the SOA", change(("ANY", ZONE, "SOA", 0, "")), "NOERROR"),
    ("delete the NS set", change(("ANY", ZONE, "NS", 0, "")), "NOERROR"),
    ("delete the last NS", change(("NONE", ZONE, "NS", 0, "ns.outside.example.")), "NOERROR"),
    ("a higher serial", change(("IN", ZONE, "SOA", 60, f"{SOA} 77 1 2 3 4")), "NOERROR"),
    ("a lower serial", change(("IN", ZONE, "SOA", 60, f"{SOA} 5 1 2 3 4")), "NOERROR"),
    ("an SOA below", change(("IN", f"x.{ZONE}", "SOA", 60, f"{SOA} 99 1 2 3 4")), "NOERROR"),
    ("add and delete", change(("IN", f"y.{ZONE}", "A", 60, "10.1.1.1"),
                              ("NONE", f"y.{ZONE}", "A", 0, "10.1.1.1")), "NOERROR"),
    ("name in another case", change(("IN", f"CB1.{ZONE.upper()}", "A", 60, "10.1.1.8")), "NOERROR"),
    ("no final dot", change(("IN", COMPONENT, "SRV", 60, f"0 0 1 cb1.{ZONE}{ZONE}")), "NOERROR"),
    ("outside the zone", change(("IN", "a.example.", "A", 60, "10.1.1.1")), "NOTZONE"),
    ("add type ANY", change(("IN", f"a.{ZONE}", "ANY", 60, "")), "FORMERR"),
    ("delete with a TTL", change(("NONE", f"a.{ZONE}", "A", 9, "10.0.0.1")), "FORMERR"),
    ("delete a set with a TTL", change(("ANY", f"a.{ZONE}", "A", 9, "")), "FORMERR"),
    ("delete a set with data", change(("ANY", f"a.{ZONE}", "A", 0, "10.0.0.1")), "FORMERR"),
    ("delete type ANY of class NONE", change(("NONE", f"a.{ZONE}", "ANY", 0, "")), "FORMERR"),
    ("class CH", change(("CH", f"a.{ZONE}", "TXT", 60, '"x"')), "FORMERR"),
    ("set exists", given(("ANY", f"cb1.{ZONE}", "A", 0, "")), "NOERROR"),
    ("set does not exist", given(("ANY", f"cb1.{ZONE}", "AAAA", 0, "")), "NXRRSET"),
    ("name in use", given(("ANY", f"cb3.{ZONE}", "ANY", 0, "")), "NOERROR"),
    ("name not in use", given(("ANY", f"no.{ZONE}", "ANY", 0, "")), "NXDOMAIN"),
    ("a name above others is not in use", given(("ANY", f"_tcp.{ZONE}", "ANY", 0, "")), "NXDOMAIN"),
    ("no such set wanted", given(("NONE", f"cb1.{ZONE}", "A", 0, "")), "YXRRSET"),
    ("no such name wanted", given(("NONE", f"cb1.{ZONE}", "ANY", 0, "")), "YXDOMAIN"),
    ("whole set differs", given(*all_servers(1)), "NXRRSET"),
    ("a value twice", given(("IN", f"cb1.{ZONE}", "A", 0, "10.0.0.1"),
                            ("IN", f"cb1.{ZONE}", "A", 0, "10.0.0.1")), "NXRRSET"),
    ("whole set is missing", given(("IN", f"cb1.{ZONE}", "AAAA", 0, "2001:db8::1")), "NXRRSET"),
    ("set in another case", given(("IN", f"alias.{ZONE}", "CNAME", 0, f"CB2.{ZONE}")), "NOERROR"),
    ("condition with a TTL", given(("ANY", f"cb1.{ZONE}", "A", 5, "")), "FORMERR"),
    ("condition with data", given(("NONE", f"cb1.{ZONE}", "A", 0, "10.0.0.1")), "FORMERR"),
    ("condition outside", given(("ANY", "a.example.", "A", 0, "")), "NOTZONE"),
    ("another zone", Update(zone="example.org."), "NOTAUTH"),
    ("a name below the zone", Update(zone=f"sub.{ZONE}"), "NOTAUTH"),
    ("zone section of type A", Update(kind="A"), "FORMERR"),
    ("nothing at all", Update(), "NOERROR"),
]  # fmt: skip


def test_table_of_updates_against_bind(pair: Pair) -> None:
    """Each row on the zone that the rows before it left; both say the same and hold the same."""
    wrong = []
    for name, update, expected in TABLE:
        said = pair.codes(signed(wire_of(update), KEY))
        lab, bind = pair.zones()
        if said != (expected, expected) or lab != bind:
            wrong.append((name, expected, said, sorted(set(lab) ^ set(bind))))
    assert wrong == []


def test_compare_and_swap(pair: Pair) -> None:
    """The whole old set as a condition: who comes second is refused (promises G3, F11)."""
    swap = [("ANY", COMPONENT, "SRV", 0, ""), ("IN", COMPONENT, "SRV", 60, f"0 0 5223 cb1.{ZONE}")]
    wire = signed(wire_of(Update(all_servers(1, 2, 3), swap)), KEY)
    assert [pair.codes(wire) for _ in range(2)] == [("NOERROR",) * 2, ("NXRRSET",) * 2]
    lab, bind = pair.zones()
    assert lab == bind


def _compare(pair: Pair, seed: int, count: int) -> set[str]:
    """Send random updates to both; gives the codes that were seen."""
    chance = random.Random(seed)
    seen: set[str] = set()
    for number in range(count):
        update = random_update(chance)
        lab, bind = pair.codes(signed(wire_of(update, number), KEY))
        assert lab == bind, (seed, number, update)
        seen.add(lab)
        if number % 20 == 19:
            held = pair.zones()
            assert held[0] == held[1], (seed, number, set(held[0]) ^ set(held[1]))
    return seen


def test_random_updates_against_bind(pair: Pair) -> None:
    """Updates that meet each other: same codes all along, same zone after each twentieth."""
    seen = _compare(pair, 2136, 300)
    assert seen >= {"NOERROR", "NXRRSET", "YXRRSET", "NXDOMAIN", "YXDOMAIN", "NOTZONE", "FORMERR"}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_many_random_updates_against_bind(pair: Pair, seed: int) -> None:
    """20,000 of them."""
    _compare(pair, seed, 4000)


SIGNATURES: list[tuple[str, Key | None, int, str]] = [
    ("right", KEY, 0, "NOERROR"),
    ("none", None, 0, "REFUSED"),
    ("wrong secret", Key(KEY.name, b"another"), 0, "NOTAUTH"),
    ("wrong name", Key("nobody.", KEY.secret), 0, "NOTAUTH"),
    ("wrong algorithm", Key(KEY.name, KEY.secret, "hmac-sha512"), 0, "NOTAUTH"),
    ("late by 290 s", KEY, -290, "NOERROR"),
    ("late by 600 s", KEY, -600, "NOTAUTH"),
    ("early by 600 s", KEY, 600, "NOTAUTH"),
]


def _signature_of(reply: bytes) -> tuple[int, int, int]:
    """Error, length of the MAC and of the other data of the TSIG record; zeros without one."""
    import struct

    if struct.unpack_from("!H", reply, 10)[0] == 0:
        return 0, 0, 0
    # The record stands last; its data ends with MAC, id, error, length and bytes of other data.
    for other in (0, 6):
        number, error, length = struct.unpack_from("!HHH", reply, len(reply) - 6 - other)
        if length == other and number == struct.unpack_from("!H", reply)[0]:
            start = reply.rindex(b"\x01\x2c", 0, len(reply) - 6 - other) + 2
            return error, struct.unpack_from("!H", reply, start)[0], other
    raise AssertionError(reply.hex())


@pytest.mark.parametrize(("name", "key", "off", "expected"), SIGNATURES, ids=lambda v: str(v)[:20])
def test_signatures_against_bind(
    pair: Pair, name: str, key: Key | None, off: int, expected: str
) -> None:
    """RFC 8945 5: same code, same error in the signature, same signedness of the reply."""
    wire = wire_of(change(("IN", f"signed.{ZONE}", "A", 60, "10.1.1.1")))
    sent = signed(wire, key, off) if key else wire
    lab, bind = send(pair.lab, sent), send(pair.bind, sent)
    assert (code(lab), code(bind)) == (expected, expected), name
    assert _signature_of(lab) == _signature_of(bind), name
