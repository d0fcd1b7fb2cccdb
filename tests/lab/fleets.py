"""Fleets of clusters, and what may happen to them: random deeds that are done to worlds alike."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import asdict

from cmsdeploy.lab import SWITCHES, Box, World
from cmsdeploy.lab.dns import NameService, Row, TsigKey, Zone
from cmsdeploy.lab.dns_resolver import ServiceResolver

from .material import XMPP_SETTINGS, configure, issued, said

SERVERS = 3
DOMAINS = ("one.example", "two.example")
Deed = Callable[[World], object]
_COMPONENT = "_xmpp-component._tcp."
# {near} is the address of a box of the same cluster, {far} of any, {bridge} the name of any.
_LINES = f"""xmpp enable
xmpp disable
xmpp restart
xmpp reset
xmpp domain {DOMAINS[0]}
xmpp domain {DOMAINS[1]}
xmpp listen b
xmpp cluster enable
xmpp cluster disable
xmpp cluster initialize
xmpp cluster join {{near}}
xmpp cluster join {{far}}
xmpp cluster remove
xmpp cluster remove {{near}}
xmpp cluster status
xmpp cluster trust odd.cer
xmpp cluster trust node.cer
xmpp callbridge add {{bridge}}
xmpp callbridge del {{bridge}}
pki csr node CN:a
dns add rr {_COMPONENT}{DOMAINS[0]} SRV 0 0 5223 {{far}}
dns add rr {_COMPONENT}{DOMAINS[1]} SRV 0 0 5223 {{near}}
dns del rr {_COMPONENT}{DOMAINS[0]} SRV
hostname {{bridge}}
database cluster initialize
database cluster join {{near}}
database cluster join {{far}}
database cluster connect {{near}}
database cluster remove
database cluster status
backup snapshot now
backup rollback now
reboot
factory_reset full""".splitlines()
_PARTS = ("xmpp", "cluster", "login", "database")


def random_fleet(chance: random.Random, clusters: int, *, is_named: bool = False) -> World:
    """Clusters that are up, with call bridges that are logged in; some share a domain."""
    rows = [each for each in SWITCHES.values() if each.part in _PARTS]
    switches = {row.name: chance.choice(row.positions) for row in chance.sample(rows, 3)}
    world = blank_world(switches, is_named=is_named)
    for number in range(clusters):
        add_cluster(world, f"c{number}", chance.choice(DOMAINS))
    timing, some = world.timing, (0.0, 0.0, 3.0, 40.0)
    timing.election, timing.boot, timing.database = (chance.choice(some) for _ in range(3))
    timing.login_retry = chance.choice((0.0, 0.0, 10.0, 70.0))
    return world


def blank_world(switches: Mapping[str, str], *, is_named: bool) -> World:
    world = World(switches)
    if is_named:
        zones = [Zone(domain) for domain in DOMAINS]
        world.resolver = ServiceResolver(NameService(zones, [TsigKey("deploy", b"key")]))
    return world


def add_cluster(world: World, name: str, domain: str) -> None:
    """Three servers that are call bridges too, and one more call bridge."""
    boxes = [world.add_box(f"{name}b{number}") for number in range(SERVERS)]
    alone = world.add_box(f"{name}b{SERVERS}")
    for box in boxes:
        configure(box)
        box.write_file("odd.cer", issued("odd").certificate)
        said(box, f"xmpp domain {domain}")
        for file in ("s.key", "s.cer", "c.key", "c.cer", "ca.cer"):
            box.write_file(file, b"x\n")
        said(box, "database cluster localnode a")
        said(box, "database cluster certs s.key s.cer c.key c.cer ca.cer")
    say(boxes[0], "xmpp cluster enable")
    say(boxes[0], "xmpp cluster initialize")
    say(boxes[0], "xmpp enable")
    for box in boxes:
        type_secrets(box, [each.name for each in [*boxes, alone]])
        if box is not boxes[0]:
            say(box, "xmpp cluster enable")
            say(box, "xmpp enable")
            say(box, f"xmpp cluster join {boxes[0].address}")
    _add_records(world, domain, boxes)
    for box in [*boxes, alone]:
        log_in_to(box, domain)


def log_in_to(box: Box, domain: str, override: str = "") -> int:
    form = {"uniqueName": box.name, "domain": domain, "sharedSecret": f"of {box.name}"}
    return box.api("PUT", XMPP_SETTINGS, {**form, "serverAddressOverride": override}).status


def type_secrets(box: Box, names: list[str]) -> None:
    for name in names:
        exchange = box.execute(f"xmpp callbridge add-secret {name}")
        if exchange.question is not None:
            exchange.answer(f"of {name}")


def _add_records(world: World, domain: str, boxes: list[Box]) -> None:
    if isinstance(world.resolver, ServiceResolver):
        zone = world.resolver.service.zone(domain)
        names = [f"{box.name}.{domain}." for box in boxes]
        known = [one.data for one in zone.at(f"{_COMPONENT}{domain}.", "SRV")]
        rows = [*known, *(f"0 0 5223 {name}" for name in names)]
        zone.replace(f"{_COMPONENT}{domain}", "SRV", *rows)
        for box, name in zip(boxes, names, strict=True):
            zone.replace(name, "A", box.address)


def say(box: Box, line: str) -> str:
    """What is said to a line; questions are answered, and whoever is down says nothing."""
    if not box.is_up:
        return ""
    exchange = box.execute(line)
    text = exchange.text
    while exchange.question is not None and box.is_up:
        exchange = exchange.answer("Y")
        text += exchange.text
    return text


def random_deed(chance: random.Random, world: World) -> Deed:
    """Something that happens to a world, to be done to each of two; what it gives is compared."""
    name, other = chance.choice(list(world.boxes)), chance.choice(list(world.boxes))
    kinds = ["page", "power", "motd", "names", "network"]
    kind = chance.choice(["line"] * 16 + ["time"] * 8 + ["api"] * 4 + kinds)
    near = f"{name[:-1]}{chance.randrange(SERVERS)}"
    address = {"near": world.boxes[near].address, "far": world.boxes[other].address}
    line = chance.choice(_LINES).format(bridge=other, **address)
    form = {
        "uniqueName": chance.choice([name, name, ""]),
        "domain": chance.choice(DOMAINS),
        "sharedSecret": chance.choice([f"of {name}", "wrong"]),
        "serverAddressOverride": chance.choice(["", "", "localhost", other, near]),
    }
    is_on = world.boxes[name].is_powered
    record = f"{name}.{chance.choice(DOMAINS)}."
    rows = Row(record, "A", "ANY", 0, None), Row(record, "A", "IN", 60, address["near"])
    row = chance.choice(rows)
    seconds = chance.choice([0.005, 0.2, 5.0, 64.002, 200.0])
    deeds: dict[str, Callable[[World, Box], object]] = {
        "line": lambda _, box: say(box, line),
        "api": lambda _, box: box.is_up and box.api("PUT", XMPP_SETTINGS, form),
        "page": lambda _, box: (box.status_page(), box.event_log()),
        "power": lambda _, box: box.power_off() if is_on else box.power_on(),
        "names": lambda one, _: update_names(one, row),
        "network": lambda one, _: _cut(one, (name, near) if name != near else None),
        "motd": lambda _, box: box.write_file("xmpp.motd", b"hello"),
        "time": lambda one, _: one.advance(seconds),
    }
    return lambda one: deeds[kind](one, one.boxes[name])


def update_names(world: World, row: Row) -> str:
    if not isinstance(world.resolver, ServiceResolver):
        return ""
    server = world.resolver.service.primary
    return server.update(f"{row.name.partition('.')[2]}", "deploy.", [], [row])


def _cut(world: World, pair: tuple[str, str] | None) -> None:
    """As somebody does who takes the lock of a lab."""
    world.untie()
    if pair is None:
        world.network.mend()
    else:
        world.network.cut("cable", pair)


def shown(world: World) -> dict[str, object]:
    """All that can be seen of a world; new keys are random, and are not compared. When a call
    bridge tried last is not seen where the next try does not depend on it, nor when one that has
    its login wrote to its log."""
    found: dict[str, object] = {
        "seconds": world.seconds,
        "clusters": {number: asdict(one) for number, one in world.clusters.items()},
        "databases": {number: asdict(one) for number, one in world.databases.items()},
    }
    for name, box in world.boxes.items():
        hidden = {"rests_on"}
        hidden |= set() if box.link.is_failing else {"logged_at"}
        hidden |= set() if box.link.is_failing and world.timing.login_retry else {"tried_at"}
        link = {key: value for key, value in asdict(box.link).items() if key not in hidden}
        audit = [(one.text, one.seconds) for one in box.audit]
        server = {**asdict(box.xmpp), "in_force": box.xmpp.in_force.certificate}
        own = (server, asdict(box.database), box.up_at, box.hostname)
        found[name] = (link, own, box.events.events, box.call_bridges, audit)
    return found
