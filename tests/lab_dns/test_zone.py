"""The pure core: answers of a zone, records from text, the order of targets, faults."""

from __future__ import annotations

import copy
from collections import Counter

import pytest

from cmsdeploy.lab.dns import (
    Component,
    DnsFaults,
    NameServer,
    Record,
    Zone,
    in_order,
    record_from_text,
    zones_of,
)

COMPONENT = "_xmpp-component._tcp.tptac9.com."
SERVERS = [("ns1", "127.77.254.1")]


def lab_zone() -> Zone:
    boxes = [Component(f"cb{n}", f"10.0.0.{n}", "tptac9.com") for n in (1, 2, 3)]
    (zone,) = zones_of(boxes, SERVERS)
    return zone


@pytest.mark.parametrize(
    ("name", "kind", "status", "answers"),
    [
        (COMPONENT, "SRV", "found", 3),
        ("cb1.tptac9.com.", "A", "found", 1),
        ("cb1.tptac9.com.", "AAAA", "nodata", 0),
        ("cb1.tptac9.com.", "ANY", "found", 1),
        ("_tcp.tptac9.com.", "SRV", "nodata", 0),
        ("cb9.tptac9.com.", "A", "nxdomain", 0),
        ("tptac9.com.", "SOA", "found", 1),
        ("alias.tptac9.com.", "A", "found", 2),
        ("alias.tptac9.com.", "CNAME", "found", 1),
        ("far.tptac9.com.", "A", "found", 1),
        ("broken.tptac9.com.", "A", "nxdomain", 1),
        ("loop.tptac9.com.", "A", "found", 16),
        ("any.wild.tptac9.com.", "A", "found", 1),
        ("a.b.wild.tptac9.com.", "A", "found", 1),
        ("wild.tptac9.com.", "A", "nodata", 0),
    ],
)
def test_answers_of_a_zone(name: str, kind: str, status: str, answers: int) -> None:
    """RFC 1034 4.3.2 for aliases, RFC 4592 for wildcards and names above others."""
    zone = lab_zone()
    zone.replace("alias.tptac9.com", "CNAME", "cb1.tptac9.com.")
    zone.replace("far.tptac9.com", "CNAME", "elsewhere.example.")
    zone.replace("broken.tptac9.com", "CNAME", "nobody.tptac9.com.")
    zone.replace("loop.tptac9.com", "CNAME", "loop.tptac9.com.")
    zone.replace("*.wild.tptac9.com", "A", "10.0.0.9")
    found = zone.find(name, kind)
    assert (found.status, len(found.records)) == (status, answers)


def test_a_copy_is_a_zone_of_its_own() -> None:
    """`copy` and `deepcopy`: what is changed in one is not in the other."""
    zone = lab_zone()
    for other in (zone.copy(), copy.deepcopy(zone)):
        assert other.content() == zone.content()
        other.replace("new.tptac9.com", "A", "10.0.0.7")
        other.set_serial(9)
        assert other.content() != zone.content()
        assert (zone.serial, zone.kinds("new.tptac9.com.")) == (1, set())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("_xmpp-component._tcp.tptac9.com. 86400 IN SRV 0 0 5223 cb1.tptac9.com",
         Record(COMPONENT, "SRV", 86400, "0 0 5223 cb1.tptac9.com.")),
        ("CB1.tptac9.com A 10.0.0.1", Record("cb1.tptac9.com.", "A", 86400, "10.0.0.1")),
        ('"cb1.tptac9.com. 60 IN A 10.0.0.1"', Record("cb1.tptac9.com.", "A", 60, "10.0.0.1")),
    ],
)  # fmt: skip
def test_records_as_the_document_prints_them(line: str, expected: Record) -> None:
    """TAC-213479 section 4: targets without a final dot, and meant absolute."""
    assert record_from_text(line) == expected


@pytest.mark.parametrize("line", ["cb1", "cb1 A", "cb1 SRV 0 0 cb2", "cb1 60 IN A 1 2"])
def test_what_is_no_record(line: str) -> None:
    with pytest.raises(ValueError, match="is no record"):
        record_from_text(line)


def test_priority_comes_first_and_weight_is_a_share() -> None:
    """RFC 2782: 10,000 askers are spread in proportion to the weights, each the same every time."""
    services = [(1, 0, 5223, "last"), (0, 3, 5223, "a"), (0, 1, 5223, "b"), (0, 0, 5223, "zero")]
    orders = [[row[3] for row in in_order(f"cb{n}", services)] for n in range(10_000)]
    assert orders == [[row[3] for row in in_order(f"cb{n}", services)] for n in range(10_000)]
    assert {order[3] for order in orders} == {"last"}
    assert {order[2] for order in orders} == {"zero"}
    first = Counter(order[0] for order in orders)
    assert 7350 < first["a"] < 7650


def test_the_own_server_comes_first_among_equals_only() -> None:
    """A guess that readers of a lab expect; weights and priorities count more."""
    equal = [(0, 0, 5223, name) for name in "abc"]
    assert in_order("cb3", equal, "c")[0][3] == "c"
    assert [row[3] for row in in_order("cb3", [(0, 0, 1, "a"), (1, 0, 1, "c")], "c")] == ["a", "c"]
    heavy = [(0, 1000, 1, "a"), (0, 1, 1, "c")]
    assert Counter(in_order(f"x{n}", heavy, "c")[0][3] for n in range(200))["a"] > 190


@pytest.mark.parametrize(
    ("fault", "name", "expected"),
    [
        ("blank-zone", COMPONENT, []),
        ("blank-zone", "cb1.tptac9.com.", []),
        ("srv-missing", COMPONENT, []),
        ("srv-port", COMPONENT, [f"0 0 5222 cb{n}.tptac9.com." for n in (1, 2, 3)]),
        ("srv-target", COMPONENT, ["0 0 5223 ."]),
        ("address-missing", "cb2.tptac9.com.", []),
        ("srv-alias", "cb1.tptac9.com.", ["10.0.0.1", "real-cb1.tptac9.com."]),
        ("wildcard", "anything.tptac9.com.", ["127.0.0.1"]),
    ],
)
def test_faults_change_what_is_shown_and_not_what_is_stored(
    fault: str, name: str, expected: list[str]
) -> None:
    """Each fault of the zone, and the zone whole again when it is cleared."""
    zone, faults = lab_zone(), DnsFaults()
    before = zone.copy()
    faults.add(fault)
    kind = "SRV" if name == COMPONENT else "A"
    shown = faults.seen(zone).find(name, kind).records
    assert sorted(record.data for record in shown) == sorted(expected)
    assert zone.content() == before.content()
    faults.clear()
    assert faults.seen(zone) is zone


def test_a_fault_may_be_about_one_name_and_a_few_times() -> None:
    """`name` limits, `times` counts down, an unknown fault is refused with the list."""
    faults = DnsFaults()
    faults.add("servfail", name="tptac9.com", times=2)
    faults.add("lost-reply")
    taken = [
        faults.take(name, is_update=False) for name in ("other.org.", *["cb1.tptac9.com."] * 3)
    ]
    assert taken == [None, "servfail", "servfail", None]
    assert faults.take("other.org.", is_update=True) == "lost-reply"
    with pytest.raises(ValueError, match="srv-missing"):
        faults.add("srv-mising")


def test_names_of_boxes_and_their_zones() -> None:
    """Short names, full names in and out of the XMPP domain, addresses, several clusters."""
    boxes = [
        Component("cb1", "10.0.0.1", "example.com", True, ("10.9.9.9", "vip.example.com")),
        Component("cms1.corp.local", "10.0.0.2", "example.com", True),
        Component("paris1", "10.0.0.3", "paris.example.com", True),
        Component("cb4", "10.0.0.4", "example.com", False),
        Component("edge", "10.0.0.5", None, False),
    ]
    zones = {zone.origin: zone for zone in zones_of(boxes, SERVERS)}
    assert list(zones) == ["example.com.", "paris.example.com.", "corp.local."]
    services = zones["example.com."].at("_xmpp-component._tcp.example.com.", "SRV")
    assert [one.data.split()[-1] for one in services] == ["vip.example.com.", "cms1.corp.local."]
    assert zones["corp.local."].at("cms1.corp.local.", "A")[0].data == "10.0.0.2"
    assert zones["example.com."].kinds("cb4.example.com.") == {"A"}
    assert zones["paris.example.com."].kinds("paris1.paris.example.com.") == {"A"}
    server = NameServer("ns1", list(zones.values()))
    assert server.answer("paris1.paris.example.com.", "A").code == "NOERROR"
    assert server.answer("edge.", "A").code == "REFUSED"
