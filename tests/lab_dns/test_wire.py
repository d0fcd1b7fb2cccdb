"""dig and nsupdate on the lab: what a person sees, what goes wrong, and bytes that are no DNS."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.lab import BoxDescription
from cmsdeploy.lab.dns import Component, NameServer, NameService, TsigKey, zones_of
from cmsdeploy.lab.dns.wire.lab_dns import LabDns
from cmsdeploy.lab.dns.wire.talk import handle
from cmsdeploy.lab.site import SiteDescription
from cmsdeploy.lab.wire.running_site import RunningSite

from .messages import ZONE, Update, signed, wire_of
from .programs import Key, Place, dig, nsupdate, program, short, status, transferred

KEY = Key("lab-key.", bytes(range(32)))
READER = Key("reader.", bytes(range(1, 33)), "hmac-sha512")
COMPONENT = "_xmpp-component._tcp.tptac9.com"
SERVERS = [f"0 0 5223 cb{n}.tptac9.com." for n in (1, 2, 3)]


def service() -> NameService:
    boxes = [Component(f"cb{n}", f"10.0.0.{n}", "tptac9.com") for n in (1, 2, 3)]
    keys = [
        TsigKey(KEY.name, KEY.secret),
        TsigKey(READER.name, READER.secret, READER.algorithm, may_update=False),
    ]
    return NameService(zones_of(boxes, [("ns1", "127.77.254.1")]), keys)


@pytest.fixture
def lab() -> Iterator[LabDns]:
    with LabDns(service()) as started:
        yield started


def place_of(lab: LabDns, name: str = "ns1") -> Place:
    return Place(lab.places[name].address, lab.places[name].port)


def test_dig_sees_an_authoritative_server(lab: LabDns) -> None:
    """Answers by UDP and TCP, NXDOMAIN and NODATA with the SOA, strangers refused."""
    place = place_of(lab)
    assert short(place, COMPONENT, "SRV") == SERVERS
    assert short(place, "+tcp", COMPONENT, "SRV") == SERVERS
    assert short(place, "cb2.TPTAC9.com", "A") == ["10.0.0.2"]
    assert "flags: qr aa rd;" in dig(place, COMPONENT, "SRV")
    for name, code in (("cb9.tptac9.com", "NXDOMAIN"), ("tptac9.com", "NOERROR")):
        text = dig(place, name, "AAAA")
        assert f"status: {code}" in text
        assert "ANSWER: 0, AUTHORITY: 1" in text
        # The SOA's last word, 300, is how long the negative answer may be kept (RFC 2308).
        assert "tptac9.com.\t\t300\tIN\tSOA\t" in text
    assert status(place, "example.org", "A") == "REFUSED"
    assert status(place, "-c", "CH", "version.bind", "TXT") == "REFUSED"


def test_a_large_answer_is_cut_by_udp_and_whole_by_tcp(lab: LabDns) -> None:
    """RFC 2181 9: TC is set; dig asks again over TCP by itself."""
    lab.zone(ZONE).replace(COMPONENT, "SRV", *(f"0 0 5223 h{n}.tptac9.com." for n in range(200)))
    place = place_of(lab)
    assert " tc " in dig(place, "+ignore", COMPONENT, "SRV")
    assert len(short(place, COMPONENT, "SRV")) == 200
    assert len(dig(place, "+ignore", "+noedns", COMPONENT, "SRV")) < 1000


def test_addresses_that_do_not_fit_are_left_out(lab: LabDns) -> None:
    """RFC 2181 9: the answer is whole, so TC is not set."""
    zone = lab.zone(ZONE)
    zone.replace(COMPONENT, "SRV", *(f"0 0 5223 h{n}.tptac9.com." for n in range(12)))
    for number in range(12):
        zone.replace(f"h{number}.tptac9.com", "A", f"10.1.0.{number}", f"10.2.0.{number}")
    place = place_of(lab)
    assert "ANSWER: 12, AUTHORITY: 0, ADDITIONAL: 25" in dig(place, COMPONENT, "SRV")
    cut = dig(place, "+ignore", "+bufsize=512", COMPONENT, "SRV")
    assert "flags: qr aa rd;" in cut
    assert "ANSWER: 12, AUTHORITY: 0, ADDITIONAL: 1" in cut


@pytest.mark.parametrize(
    ("fault", "by_udp", "by_tcp"),
    [
        ("servfail", "SERVFAIL", "SERVFAIL"),
        ("refused", "REFUSED", "REFUSED"),
        ("notimp", "NOTIMP", "NOTIMP"),
        ("timeout", "timed out", "timed out"),
        ("truncated", " tc ", "NOERROR"),
        ("wrong-id", "ID mismatch", "ID mismatch"),
    ],
)
def test_faults_of_the_server(lab: LabDns, fault: str, by_udp: str, by_tcp: str) -> None:
    """As dig names them; cleared, all is well again."""
    lab.faults.add(fault)
    place = place_of(lab)
    assert by_udp in dig(place, "+ignore", "+time=1", COMPONENT, "SRV")
    assert by_tcp in dig(place, "+tcp", "+time=1", COMPONENT, "SRV")
    lab.faults.clear()
    assert short(place, COMPONENT, "SRV") == SERVERS


def test_nsupdate_changes_the_zone(lab: LabDns) -> None:
    """Signed updates only; each one counts the serial up by one; the reader may not."""
    place = place_of(lab)
    change = [f"zone {ZONE}", f"update delete {COMPONENT} SRV 0 0 5223 cb3.tptac9.com."]
    assert nsupdate(place, change, None) == "REFUSED"
    assert nsupdate(place, change, READER) == "REFUSED"
    assert lab.zone(ZONE).serial == 1
    assert nsupdate(place, change, KEY) == "NOERROR"
    assert short(place, COMPONENT, "SRV") == SERVERS[:2]
    assert nsupdate(place, [f"zone {ZONE}", f"prereq nxrrset {COMPONENT} SRV"], KEY) == "YXRRSET"
    assert lab.zone(ZONE).serial == 2
    assert len(transferred(place, ZONE)) == len(list(lab.zone(ZONE)))


def test_a_lost_reply_leaves_the_update_done(lab: LabDns) -> None:
    """Promises G5: who sent it has to look."""
    lab.faults.add("lost-reply", times=1)
    change = [f"zone {ZONE}", "update add new.tptac9.com 60 A 10.0.0.9"]
    assert "NOERROR" not in nsupdate(place_of(lab), change, KEY)
    assert short(place_of(lab), "new.tptac9.com", "A") == ["10.0.0.9"]


def test_a_clock_that_is_off_is_told(lab: LabDns) -> None:
    """RFC 8945 5.2.3: BADTIME, with the time of the server."""
    lab.service.primary.clock_offset = 600
    change = [f"zone {ZONE}", "update add new.tptac9.com 60 A 10.0.0.9"]
    assert nsupdate(place_of(lab), change, KEY) == "NOTAUTH"
    lab.service.primary.clock_offset = 200
    assert nsupdate(place_of(lab), change, KEY) == "NOERROR"


def test_a_secondary_lags_and_a_view_differs(lab: LabDns) -> None:
    """Promises G4: servers that disagree, each at an address of its own."""
    secondary = lab.add_secondary()
    view = lab.add_view()
    assert len({(one.address, one.port) for one in lab.places.values()}) == 3
    secondary.lag()
    change = [f"zone {ZONE}", "update add new.tptac9.com 60 A 10.0.0.9"]
    assert nsupdate(place_of(lab, "ns2"), change, KEY) == "REFUSED"
    assert nsupdate(place_of(lab), change, KEY) == "NOERROR"
    answers = {name: short(place_of(lab, name), "new.tptac9.com", "A") for name in lab.places}
    assert answers == {"ns1": ["10.0.0.9"], "ns2": [], "external": []}
    secondary.catch_up()
    assert short(place_of(lab, "ns2"), "new.tptac9.com", "A") == ["10.0.0.9"]
    view.faults.add("servfail")
    assert status(place_of(lab, "external"), "cb1.tptac9.com", "A") == "SERVFAIL"
    assert lab.service.asked([lab.places["ns2"].address, "8.8.8.8"]) == [secondary]


def test_no_bytes_make_the_server_stumble() -> None:
    """Right messages with bytes changed, cut and put in; an answer is an answer, or silence."""
    chance = random.Random(1035)
    server: NameServer = service().primary
    rows = [("IN", "a.tptac9.com.", "SRV", 60, "0 0 5223 cb1.tptac9.com.")]
    good = [signed(wire_of(Update(rows, rows)), KEY), wire_of(Update((), rows))]
    codes = set()
    for _ in range(5000):
        wire = bytearray(chance.choice(good))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(wire))
            wire[place : place + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 2))
        reply = handle(server, bytes(wire), is_tcp=chance.random() < 0.5)
        assert reply is None or (len(reply) >= 12 and reply[2] & 0x80)
        codes.add(None if reply is None else reply[3] & 15)
    assert {None, 1, 9} <= codes


def test_files_of_a_site_are_enough_for_the_programs(tmp_path: Path) -> None:
    """dns.json says where, dns.key signs, and nobody else can read the key."""
    site = SiteDescription(
        (BoxDescription("cb1", "127.77.9.1", password="p"),),
        (Component("cb1", "127.77.9.1", "tptac9.com"),),
        {"cb1": {}},
    )
    with RunningSite(site, tmp_path / "lab-inventory.yml", tmp_path):
        about = json.loads((tmp_path / "dns.json").read_text())
        assert (about["zones"], about["key"]) == ([ZONE], "cmsdeploy-lab")
        assert Path(about["key_file"]).stat().st_mode & 0o777 == 0o600
        head = (tmp_path / "lab-inventory.yml").read_text().splitlines()[1]
        assert f"# DNS {about['address']}:{about['port']}" in head
        text = (
            f"server {about['address']} {about['port']}\nzone {ZONE}\n"
            f"update add new.{ZONE} 60 A 10.0.0.9\nsend\n"
        )
        words = [program("nsupdate"), "-k", about["key_file"]]
        subprocess.run(words, input=text, text=True, check=True, timeout=20)
        place = Place(about["address"], about["port"])
        assert short(place, f"new.{ZONE}", "A") == ["10.0.0.9"]
