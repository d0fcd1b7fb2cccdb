"""Zones in which people did something, by lot: what is said of it, and what is put there."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from cmsdeploy.families import families
from cmsdeploy.families.dns.spec import DnsSpec
from cmsdeploy.lab import World
from cmsdeploy.lab.dns import Zone
from cmsdeploy.lab.dns.records import Record
from cmsdeploy.planning.compare import compare
from cmsdeploy.planning.diagnosis import diagnose
from cmsdeploy.planning.tables import standing
from tests.contract.deployment import DOMAIN
from tests.contract.engineer import Engineer
from tests.doctor.clinic import healthy, wanted_of
from tests.doctor.faults import zone
from tests.records.said import findings, plan, states, tables

__all__ = ["SCENES"]

Deed = Callable[[Zone], None]
_BRIDGES, _CLIENTS = f"_xmpp-component._tcp.{DOMAIN}.", f"_xmpp-client._tcp.{DOMAIN}."
_CB1, _CB2, _CB3 = (f"cb{number}.{DOMAIN}." for number in (1, 2, 3))
_NUMBER = 30


def _put(name: str, kind: str, data: str, ttl: int = 86400) -> Deed:
    return lambda own: own.put(Record(name, kind, ttl, data))


def _set(name: str, kind: str, *data: str, ttl: int = 86400) -> Deed:
    return lambda own: own.replace(name, kind, *data, ttl=ttl)


def _drop(name: str, kind: str) -> Deed:
    return lambda own: own.drop(name, kind)


def _wild(own: Zone) -> None:
    own.put(Record(f"*.{DOMAIN}.", "A", 300, "10.0.0.2"))
    own.drop(_CB2, "A")


def _alias(own: Zone) -> None:
    own.drop(_CB2, "A")
    own.put(Record(_CB2, "CNAME", 86400, _CB1))


DEEDS: tuple[Deed, ...] = (
    _put(f"*.{DOMAIN}.", "A", "10.0.0.99"),
    _put(f"*.{DOMAIN}.", "A", "10.0.0.1"),
    _wild,
    _set(_CB1, "A", "10.0.0.1", ttl=60),
    _set(_CB1, "A", "10.0.0.1", "10.0.0.11"),
    _set(_CB2, "A", "10.0.0.77"),
    _drop(_CB3, "A"),
    _put(_CB3, "AAAA", "2001:db8::3"),
    _set(_BRIDGES, "SRV", f"0 0 5223 {_CB1}", f"0 0 5223 {_CB2}", f"0 0 5223 {_CB3}", ttl=60),
    _set(_BRIDGES, "SRV", f"0 0 5223 {_CB1}", f"5 1 5223 {_CB2}", f"0 0 5269 {_CB3}"),
    _set(_BRIDGES, "SRV", f"0 0 5222 {_CB1}", f"0 0 5223 {_CB1}", f"0 0 5223 {_CB2}"),
    _set(_BRIDGES, "SRV", "0 0 0 ."),
    _put(_BRIDGES, "SRV", f"0 0 5223 old.{DOMAIN}."),
    _put(_BRIDGES, "SRV", "0 0 5223 elsewhere.example."),
    _drop(_BRIDGES, "SRV"),
    _set(_CLIENTS, "SRV", f"10 50 5222 {_CB1}", ttl=60),
    _set(_CLIENTS, "SRV", f"10 50 5223 {_CB1}", f"0 0 5222 {_CB2}"),
    _put(_CLIENTS, "SRV", f"10 50 5222 old.{DOMAIN}."),
    _drop(_CLIENTS, "SRV"),
    _alias,
)


def _lot(number: int) -> Iterator[str]:
    chance = random.Random(number)
    world: World = healthy(3)
    for deed in chance.sample(DEEDS, chance.choice((1, 1, 2, 3))):
        deed(zone(world))
    # Some boxes and servers still hold what was.
    world.advance(chance.choice((0, 1, 400, 90000)))
    wanted = replace(
        wanted_of(3), is_exclusive=chance.random() < 0.5, must_boxes_agree=chance.random() < 0.5
    )
    engineer = Engineer(copy.deepcopy(world), wanted, ("dns",))
    stages = engineer.stages()
    look = engineer.look(stages).look
    comparison = compare(stages, look, families())
    yield from plan(comparison)
    yield from states(comparison)
    yield from findings(diagnose(stages, look, families()))
    yield from tables(standing(stages, look, families(), comparison))


def _without_addresses(number: int) -> Iterator[str]:
    """Servers whose addresses somebody else keeps, in a zone in which they may be missing."""
    world = healthy(3)
    for deed in DEEDS[number::7]:
        deed(zone(world))
    stages = []
    for stage in Engineer(world, wanted_of(3), ("dns",)).stages():
        desired = {host: _unaddressed(spec) for host, spec in stage.desired.items()}
        stages.append(replace(stage, desired=desired))
    look = Engineer(world, wanted_of(3), ("dns",)).look(stages).look
    comparison = compare(stages, look, families())
    yield from plan(comparison)
    yield from tables(standing(stages, look, families(), comparison))


def _unaddressed(spec: DnsSpec) -> DnsSpec:
    return replace(spec, targets=tuple(replace(one, addresses=()) for one in spec.targets))


SCENES = {f"zone, {number}": partial(_lot, number) for number in range(_NUMBER)}
SCENES.update({f"unaddressed, {n}": partial(_without_addresses, n) for n in range(7)})
