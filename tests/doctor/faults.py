"""What people and accidents do to a healthy cluster, one function each, on simulated boxes.

``cb2`` is the box that things happen to, where the fault is on one box; it follows, and ``cb1``
founded the cluster. Each function says in its name what was done.
"""

from __future__ import annotations

from dataclasses import replace

from cmsdeploy.lab import World
from cmsdeploy.lab.dns import Zone
from cmsdeploy.lab.dns.records import Record, absolute
from cmsdeploy.lab.dns_resolver import ServiceResolver
from cmsdeploy.lab.resolving import parse
from tests.contract.deployment import DOMAIN
from tests.lab.material import issued

__all__ = ["LOGIN", "component", "typed", "zone"]

LOGIN = "/api/v1/system/configuration/xmpp"
_OWNER = absolute(f"_xmpp-component._tcp.{DOMAIN}")
_CLIENTS = absolute(f"_xmpp-client._tcp.{DOMAIN}")


def typed(world: World, name: str, *lines: str) -> None:
    """Type lines at the box, with a capital Y where it asks; each is taken."""
    for line in lines:
        exchange = world.boxes[name].execute(line)
        said = exchange.answer("Y").text if exchange.question else exchange.text
        assert "FAILURE" not in said, (name, line, said)
        world.advance(30)


def zone(world: World) -> Zone:
    """The zone of the domain on the primary."""
    resolver = world.resolver
    assert isinstance(resolver, ServiceResolver)
    return resolver.service.zone(DOMAIN)


def component(world: World, port: str = "5223", owner: str = _OWNER) -> list[Record]:
    """The SRV records of call bridges, taken out of the zone."""
    found = [one for one in zone(world).at(owner, "SRV") if one.data.split()[2] == port]
    for record in found:
        zone(world).drop(record.name, "SRV", record.data)
    return found


def _put(world: World, record: Record, port: str = "", target: str = "") -> None:
    words = record.data.split()
    words[2] = port or words[2]
    words[3] = target or words[3]
    zone(world).put(Record(record.name, "SRV", record.ttl, " ".join(words)))


# --- scenario 1: DNS


def no_component_record(world: World) -> None:
    component(world)


def one_component_record_is_missing(world: World) -> None:
    for record in component(world):
        if not record.data.endswith(f"cb2.{DOMAIN}."):
            _put(world, record)


def first_component_record_has_port_5222(world: World) -> None:
    first, *others = component(world)
    _put(world, first, port="5222")
    for record in others:
        _put(world, record)


def all_component_records_have_port_5222(world: World) -> None:
    for record in component(world):
        _put(world, record, port="5222")


def client_records_have_port_5223(world: World) -> None:
    for record in component(world, "5222", _CLIENTS):
        _put(world, record, port="5223")


def no_client_record(world: World) -> None:
    component(world, "5222", _CLIENTS)


def target_is_an_alias(world: World) -> None:
    name = absolute(f"xmpp2.{DOMAIN}")
    zone(world).put(Record(name, "CNAME", 86400, f"cb2.{DOMAIN}."))
    for record in component(world):
        is_second = record.data.endswith(f"cb2.{DOMAIN}.")
        _put(world, record, target=name if is_second else "")


def target_has_no_address(world: World) -> None:
    zone(world).drop(absolute(f"cb2.{DOMAIN}"), "A")


def target_has_another_address(world: World) -> None:
    zone(world).replace(absolute(f"cb2.{DOMAIN}"), "A", "10.0.0.99")


def final_dot_is_missing(world: World) -> None:
    for record in component(world):
        target = record.data.split()[3]
        is_second = target == f"cb2.{DOMAIN}."
        _put(world, record, target=f"{target}{DOMAIN}." if is_second else "")


def box_has_a_record_of_its_own(world: World) -> None:
    record = parse(f"_xmpp-component._tcp.{DOMAIN} IN SRV 0 0 5222 cb1.{DOMAIN}".split())
    assert record is not None
    world.boxes["cb2"].dns_records.append(record)


# --- scenario 2: secrets and logins


def secret_is_missing(world: World) -> None:
    typed(world, "cb2", "xmpp callbridge del cb3")


def secret_is_missing_on_the_first(world: World) -> None:
    typed(world, "cb1", "xmpp callbridge del cb2")


def secrets_are_missing_on_one(world: World) -> None:
    typed(world, "cb2", "xmpp callbridge del cb1", "xmpp callbridge del cb2")


def secrets_are_swapped(world: World) -> None:
    bridges = world.boxes["cb2"].xmpp.callbridges
    bridges["cb1"], bridges["cb3"] = bridges["cb3"], bridges["cb1"]


def cb1_carries_the_secret_of_cb3(world: World) -> None:
    bridges = world.boxes["cb1"].xmpp.callbridges
    bridges["cb1"] = bridges["cb3"]


def secret_differs(world: World) -> None:
    world.boxes["cb2"].xmpp.callbridges["cb3"] = world.secrets.next()


def secret_differs_on_the_first(world: World) -> None:
    world.boxes["cb1"].xmpp.callbridges["cb2"] = world.secrets.next()


def _login(world: World, **fields: str) -> None:
    world.boxes["cb2"].api("PUT", LOGIN, {**fields})


def login_has_another_name(world: World) -> None:
    _login(world, uniqueName="bridge2")


def login_has_another_domain(world: World) -> None:
    _login(world, domain="example.com")


def login_goes_to_another_server(world: World) -> None:
    _login(world, serverAddressOverride="10.0.0.77")


def login_is_bound_to_one_server(world: World) -> None:
    _login(world, serverAddressOverride=f"cb1.{DOMAIN}")


def login_is_not_set(world: World) -> None:
    _login(world, uniqueName="", domain="", sharedSecret="", serverAddressOverride="")


def login_has_another_secret(world: World) -> None:
    _login(world, sharedSecret="xxxxxxxxxxxxxxxxAb1")


def login_has_the_secret_of_another(world: World) -> None:
    _login(world, sharedSecret=world.boxes["cb1"].xmpp.callbridges["cb1"])


# --- scenario 3 and the cluster


_SET_AGAIN = (
    "xmpp listen a",
    "xmpp cluster trust node.cer",
)


def _reset(world: World, name: str) -> None:
    old = dict(world.boxes[name].xmpp.callbridges)
    typed(world, name, "xmpp disable", "xmpp reset", *_SET_AGAIN)
    world.boxes[name].xmpp.callbridges.update(old)


def _reset_and_joined(world: World, name: str, to: str) -> None:
    _reset(world, name)
    typed(world, name, "xmpp cluster enable", "xmpp enable")
    typed(world, name, f"xmpp cluster join {world.boxes[to].address}")


def member_was_reset_and_joined_again(world: World) -> None:
    _reset_and_joined(world, "cb2", "cb1")


def first_was_reset_and_joined_again(world: World) -> None:
    _reset_and_joined(world, "cb1", "cb2")


def member_was_reset(world: World) -> None:
    typed(world, "cb2", "xmpp disable", "xmpp reset")


def member_was_reset_and_not_joined(world: World) -> None:
    _reset(world, "cb2")
    typed(world, "cb2", "xmpp enable")


def clustering_was_disabled(world: World) -> None:
    typed(world, "cb2", "xmpp disable", "xmpp cluster disable", "xmpp enable")


def member_was_removed(world: World) -> None:
    typed(world, "cb2", "xmpp cluster remove")


def member_was_removed_and_stopped(world: World) -> None:
    typed(world, "cb2", "xmpp cluster remove", "xmpp disable")


def member_founded_a_cluster(world: World) -> None:
    typed(world, "cb2", "xmpp cluster remove", "xmpp disable")
    typed(world, "cb2", "xmpp cluster initialize", "xmpp enable")


def member_was_reset_and_founded_a_cluster(world: World) -> None:
    _reset(world, "cb2")
    typed(world, "cb2", "xmpp cluster enable", "xmpp cluster initialize", "xmpp enable")


def member_is_stopped(world: World) -> None:
    typed(world, "cb2", "xmpp disable")


def most_are_stopped(world: World) -> None:
    names = list(world.boxes)
    for name in names[: len(names) // 2 + 1]:
        typed(world, name, "xmpp disable")


def all_are_stopped(world: World) -> None:
    for name in world.boxes:
        typed(world, name, "xmpp disable")


def member_is_cut_off(world: World) -> None:
    others = [name for name in world.boxes if name != "cb2"]
    world.network.split("firewall", ["cb2"], others)


def certificate_differs(world: World) -> None:
    box = world.boxes["cb2"]
    old = issued("old.tptac9.com", "Test Root")
    box.write_file("old.key", old.key)
    box.write_file("old.cer", old.certificate)
    typed(world, "cb2", "xmpp disable", "xmpp certs old.key old.cer root.cer", "xmpp enable")


def trust_differs(world: World) -> None:
    old = issued("old.tptac9.com", "Test Root")
    world.boxes["cb2"].write_file("old.cer", old.certificate)
    typed(world, "cb2", "xmpp disable", "xmpp cluster trust old.cer", "xmpp enable")


def domain_differs(world: World) -> None:
    typed(world, "cb2", "xmpp disable", "xmpp domain other.example.com", "xmpp enable")


def listen_differs(world: World) -> None:
    typed(world, "cb2", "xmpp disable", "xmpp listen a b", "xmpp enable")


def server_does_not_start(world: World) -> None:
    world.boxes["cb2"].xmpp.is_broken = True


def version_is_too_new(world: World) -> None:
    box = world.boxes["cb2"]
    box.identity = replace(box.identity, version="3.0.1")


def clock_is_ahead(world: World) -> None:
    world.boxes["cb2"].clock_offset = 300.0
