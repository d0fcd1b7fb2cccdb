"""Call bridges that follow DNS: which server they find, and what they say when they find none."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest

from cmsdeploy.lab import World
from cmsdeploy.lab.dns import Component, DnsFaults, NameService, Zone, zones_of
from cmsdeploy.lab.dns_resolver import ServiceResolver
from tests.lab.material import DOMAIN, log_in, said, three_nodes

COMPONENT = f"_xmpp-component._tcp.{DOMAIN}"
TRANSCRIPTS = Path(__file__).parent / "cases"


def world_with_dns(switches: dict[str, str] | None = None) -> tuple[World, NameService]:
    """Three servers, a fourth box that is a call bridge only, and the DNS of them all."""
    world = three_nodes(switches)
    world.add_box("cb4", "10.0.0.4")
    first = world.boxes["cb1"]
    said(first, "xmpp callbridge add cb4")
    secret = first.xmpp.callbridges["cb4"]
    for name in ("cb2", "cb3"):
        world.boxes[name].execute("xmpp callbridge add-secret cb4").answer(secret)
    boxes = [
        Component(name, box.address, DOMAIN, name != "cb4") for name, box in world.boxes.items()
    ]
    service = NameService(zones_of(boxes, [("ns1", "127.77.254.1")]))
    world.resolver = ServiceResolver(service)
    log_in(world.boxes["cb4"], secret)
    return world, service


def try_again(world: World, name: str) -> str:
    """Make the call bridge connect anew with its settings; gives state and server."""
    box = world.boxes[name]
    domain = box.xmpp_settings["domain"]
    for value in ("", domain):
        box.api("PUT", "/api/v1/system/configuration/xmpp", {"domain": value})
    login = world.login(name)
    return f"{login.state} {login.server or ''}".strip()


def prefer(zone: Zone, *names: str, port: int = 5223) -> None:
    """Records with priorities in this order."""
    data = [f"{n} 0 {port} {name}.{DOMAIN}." for n, name in enumerate(names)]
    zone.replace(COMPONENT, "SRV", *data)


def test_by_default_each_box_uses_its_own_server() -> None:
    """Records for all servers, all alike."""
    world, _ = world_with_dns()
    assert [try_again(world, f"cb{n}") for n in (1, 2, 3)] == [
        f"registered cb{n}" for n in (1, 2, 3)
    ]
    assert try_again(world, "cb4").startswith("registered cb")


def test_priority_decides_and_the_next_one_is_taken_when_a_server_goes() -> None:
    """DOC TAC-213479: kill the leader; everybody logs in elsewhere, in the order of SRV."""
    world, service = world_with_dns()
    prefer(service.zone(DOMAIN), "cb1", "cb3", "cb2")
    assert {try_again(world, name) for name in world.boxes} == {"registered cb1"}
    said(world.boxes["cb1"], "xmpp disable")
    assert {world.login(name).server for name in world.boxes} == {"cb3"}
    assert {world.login(name).state for name in world.boxes} == {"registered"}
    leaders = [
        name for name, box in world.boxes.items()
        if box.execute("xmpp cluster status").text.startswith("State: LEADER")
    ]  # fmt: skip
    assert len(leaders) == 1
    assert leaders != ["cb1"]


def test_a_leader_cut_off_the_network() -> None:
    """The box itself loses the majority; the others go on without it."""
    world, service = world_with_dns()
    prefer(service.zone(DOMAIN), "cb1", "cb2", "cb3")
    assert {try_again(world, name) for name in world.boxes} == {"registered cb1"}
    world.boxes["cb1"].is_cut_off = True
    assert [world.login(f"cb{n}").server for n in (2, 3, 4)] == ["cb2"] * 3
    assert world.login("cb1").state != "registered"
    world.boxes["cb1"].is_cut_off = False
    assert {world.login(name).state for name in world.boxes} == {"registered"}


def test_no_majority_is_an_outage_for_all() -> None:
    """INFERRED mmp 4.4: two of three down."""
    world, _ = world_with_dns()
    said(world.boxes["cb1"], "xmpp disable")
    said(world.boxes["cb2"], "xmpp disable")
    assert {world.login(name).state for name in world.boxes} == {"connection failure"}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("blank-zone", "dns error"),
        ("srv-missing", "dns error"),
        ("address-missing", "dns error"),
        ("srv-target", "dns error"),
        ("servfail", "dns error"),
        ("refused", "dns error"),
        ("timeout", "dns error"),
        ("wrong-id", "dns error"),
        ("srv-port", "connection failure"),
        ("srv-alias", "registered cb1"),
        ("truncated", "registered cb1"),
        ("wildcard", "registered cb1"),
        ("lost-reply", "registered cb1"),
    ],
)
def test_what_a_call_bridge_makes_of_each_fault(fault: str, expected: str) -> None:
    """Scenario 1 of TAC-213479, and its neighbours; all well again when the fault is gone."""
    world, service = world_with_dns()
    service.faults.add(fault)
    assert try_again(world, "cb1") == expected
    service.faults.clear()
    assert try_again(world, "cb1") == "registered cb1"


def test_an_alias_as_target_may_be_ignored() -> None:
    """The other position of the switch (RFC 2782)."""
    world, service = world_with_dns({"srv-target-alias": "ignored"})
    assert try_again(world, "cb1") == "registered cb1"
    service.faults.add("srv-alias")
    assert try_again(world, "cb1") == "dns error"


def test_without_srv_the_address_of_the_domain_counts() -> None:
    """mmp 4.4: 5223 is the default port also without SRV."""
    world, service = world_with_dns()
    service.faults.add("srv-missing")
    service.zone(DOMAIN).replace(DOMAIN, "A", "10.0.0.2")
    assert try_again(world, "cb1") == "registered cb2"


def test_records_of_the_box_come_first() -> None:
    """DOC TAC-211261: `dns add rr` when no SRV can be had."""
    world, service = world_with_dns()
    service.faults.add("blank-zone")
    box = world.boxes["cb4"]
    assert try_again(world, "cb4") == "dns error"
    said(
        box,
        f"dns add rr {COMPONENT}. IN SRV 0 0 5223 xmpp.{DOMAIN}.",
        f"dns add rr xmpp.{DOMAIN}. IN A 10.0.0.3",
    )
    assert try_again(world, "cb4") == "registered cb3"


def test_a_box_asks_the_server_that_it_was_told() -> None:
    """Split horizon: the box whose forward zone is the other view finds what that one says."""
    world, service = world_with_dns()
    view = service.add_view()
    service.addresses.update(ns1="127.77.254.1", external="127.77.254.2")
    prefer(view.zones[f"{DOMAIN}."], "cb3")
    said(world.boxes["cb4"], "dns add forwardzone . 127.77.254.2")
    assert try_again(world, "cb4") == "registered cb3"
    view.faults.add("timeout")
    assert try_again(world, "cb4") == "dns error"
    said(world.boxes["cb4"], "dns add forwardzone . 127.77.254.1")
    assert try_again(world, "cb4").startswith("registered")


def test_a_server_address_is_looked_up_too() -> None:
    """TAC-213821: host or host:port instead of blank."""
    world, _ = world_with_dns()
    for address, expected in (
        (f"cb2.{DOMAIN}", "registered cb2"),
        (f"cb9.{DOMAIN}:5223", "dns error"),
    ):
        form = {"serverAddressOverride": address}
        world.boxes["cb1"].api("PUT", "/api/v1/system/configuration/xmpp", form)
        assert f"{world.login('cb1').state} {world.login('cb1').server or ''}".strip() == expected


def test_the_event_log_says_what_the_transcript_says() -> None:
    """SEEN webadmin-event-log-dns-error: three lines, again after 64.002 seconds."""
    world, service = world_with_dns()
    service.faults.add("blank-zone")
    assert try_again(world, "cb1") == "dns error"
    begin = len(world.boxes["cb1"].events.events) - 3
    world.advance(130)
    events = world.boxes["cb1"].events.events[begin:]
    seen = (TRANSCRIPTS / "webadmin-event-log-dns-error.txt").read_text().splitlines()[2:]
    assert [event.message for event in events] == [line.split("\t")[3] for line in seen]
    offsets = [round(event.seconds - events[0].seconds, 3) for event in events]
    assert offsets == [0, 0, 0, 64.002, 64.002, 64.002, 128.004, 128.004, 128.004]


def test_the_status_page_says_what_the_transcript_says() -> None:
    """SEEN webadmin-status-page-dns-error: the name of a blank server address is blank."""
    world, service = world_with_dns()
    service.faults.add("blank-zone")
    try_again(world, "cb1")
    world.advance(28)
    shown = world.boxes["cb1"].status_page().splitlines()
    seen = (TRANSCRIPTS / "webadmin-status-page-dns-error.txt").read_text().splitlines()
    (line,) = [one for one in seen if one.startswith("XMPP connection")]
    assert line in shown
    fault = re.sub(r"^\S+ \S+ ", "", seen[-1])
    assert any(fault in one for one in shown[-2:])


def test_a_world_with_dns_can_be_copied() -> None:
    """Zones, faults and servers go with it; the copy goes its own way."""
    world, service = world_with_dns()
    other = copy.deepcopy(world)
    service.faults.add("blank-zone")
    assert try_again(other, "cb1") == "registered cb1"
    assert try_again(world, "cb1") == "dns error"
    assert isinstance(service.faults, DnsFaults)
