"""The scenes: each a function without arguments that gives the lines of its record."""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from cmsdeploy.families import families
from cmsdeploy.lab import World
from cmsdeploy.model.step import Risk
from cmsdeploy.planning.compare import Comparison, compare
from cmsdeploy.planning.diagnosis import diagnose
from cmsdeploy.planning.look import Look, blank_look
from cmsdeploy.planning.promises import Verdict, promises
from cmsdeploy.planning.stage import Permission, Stage
from cmsdeploy.planning.tables import standing
from tests.contract.deployment import CERTIFICATE, Deployment, names
from tests.contract.engineer import Engineer, blank_world
from tests.contract.starts import LINES
from tests.day_two.bookings import BOOKINGS, Booking
from tests.day_two.bookings import Night as BookedNight
from tests.day_two.changes import CHANGES, Change, Night
from tests.day_two.changes import FAMILIES as FOUR
from tests.day_two.test_rollback import Returning, ran_of
from tests.doctor.clinic import Doctor, healthy, wanted_of
from tests.doctor.table import DNS, FAULTS, Fault
from tests.records import logs, mistakes, renewals, small_families, words, zones
from tests.records import states as by_states
from tests.records.logs import ill
from tests.records.said import findings, named_in, plan, states, steps, tables, without_digests

__all__ = ["SCENES"]

Scene = Callable[[], Iterator[str]]
Wish = Callable[[Deployment], Deployment]
NEW = {**CERTIFICATE, "key": "new.key", "cert": "new.cer", "trust": "new.cer"}
OWN_FILES = {**CERTIFICATE, "key": "{host}.key", "cert": "{host}.cer"}
_RANDOM = 16


def _looked_at(stages: Sequence[Stage], look: Look) -> Iterator[str]:
    """The plan of a look, what was promised, and how the boxes stand."""
    comparison = compare(stages, look, families())
    yield from plan(comparison)
    yield from states(comparison)
    yield from _promised(stages, comparison)
    yield from tables(standing(stages, look, families(), comparison))


def _promised(stages: Sequence[Stage], seen: Comparison) -> Iterator[str]:
    """What is kept, or was not looked at, is counted."""
    blank = compare(stages, blank_look(stages, families()), families())
    counted: Counter[str] = Counter()
    for one in promises(stages, families(), blank, seen):
        if one.verdict in (Verdict.KEPT, Verdict.UNSEEN):
            counted[f"{one.verdict.value} on {one.host}, because of {named_in(one.text)}"] += 1
        else:
            said = f"{named_in(one.name)}: {named_in(one.text)}"
            yield f"promise {one.verdict.value}: {one.host} of {one.cluster}, {said}"
    yield from (f"promises {words}: {number}" for words, number in counted.items())


def _from_blank(wanted: Deployment) -> Iterator[str]:
    engineer = Engineer(blank_world(wanted), wanted)
    stages = engineer.stages()
    yield from _looked_at(stages, engineer.look(stages).look)


@cache
def _deployed(size: int) -> World:
    wanted = wanted_of(size)
    world = blank_world(wanted)
    Engineer(world, wanted).run()
    world.advance(200)
    return world


def _copy_of(size: int) -> World:
    """A world of its own in which every family was carried out."""
    return copy.deepcopy(_deployed(size))


def _wished(size: int, wish: Wish) -> Iterator[str]:
    """A deployment that is well, and another wish."""
    engineer = Engineer(_copy_of(size), wish(wanted_of(size)))
    stages = engineer.stages()
    yield from _looked_at(stages, engineer.look(stages).look)


def _found(world: World) -> Iterator[str]:
    """What a doctor finds, what would be done about it, what is promised, and how it stands."""
    doctor = Doctor(world, wanted_of(3))
    stages, look = doctor.stages(), doctor.look().look
    diagnosis = diagnose(stages, look, families())
    yield from findings(diagnosis)
    yield from steps(compare(stages, look, families(), asks=diagnosis.asks).plan.steps)
    seen = compare(stages, look, families())
    yield from _promised(stages, seen)
    yield from tables(standing(stages, look, families(), seen))


def _faulty(fault: Fault) -> Iterator[str]:
    yield from _found(ill(fault))


def _agreed(fault: Fault) -> Iterator[str]:
    """Boxes have to find what the name servers hold, and records of others go."""
    wanted = replace(wanted_of(3), is_exclusive=True, must_boxes_agree=True)
    engineer = Engineer(ill(fault), wanted)
    stages = engineer.stages()
    yield from _looked_at(stages, engineer.look(stages).look)


def _typed(number: int) -> Iterator[str]:
    """Things that boxes take, typed by lot on a cluster that is well."""
    chance = random.Random(number)
    world = healthy(3)
    for _ in range(chance.randint(2, 5)):
        box, peer = chance.choices(list(world.boxes.values()), k=2)
        box.execute(chance.choice(LINES).format(peer=peer.address))
    world.advance(200)
    yield from _found(world)


def _booked(booking: Booking) -> Iterator[str]:
    # The certificates are made for this run: their dates and digests are never the same.
    comparison = BookedNight(booking, 3).engineer().plan()
    yield from without_digests(plan(replace(comparison, summary=())))


def _changing(change: Change) -> Iterator[str]:
    engineer = Night(change).engineer()
    stages = engineer.stages()
    yield from _looked_at(stages, engineer.look(stages).look)


def _taken_back(change: Change | None) -> Iterator[str]:
    """A run that is taken back when it is over: what is said of each step, and the plan."""
    night = None if change is None else Night(change)
    wanted = night.wanted if night else wanted_of(3)
    world, chosen = (night.world, night.change.families) if night else (blank_world(wanted), FOUR)
    ran = ran_of(Engineer(world, wanted, chosen).run())
    world.advance(200)
    engineer = Returning(world, wanted, chosen, ran=ran)
    for step, undo in engineer.way.undone:
        yield f"undone: {step.identity} {undo.mark.value}: {named_in(undo.text)}"
    for cluster, why in engineer.way.against.items():
        yield f"against {cluster}: {named_in(why)}"
    stages = engineer.stages()
    if stages:
        yield from _looked_at(stages, engineer.look(stages).look)


BLANK: Mapping[str, Deployment] = {
    "one server": Deployment(("cb1",), ("cb1",)),
    "three servers": Deployment(),
    "three servers by the older document": Deployment(recipe="tac-213479"),
    "three servers and seven bridges": Deployment(bridges=tuple(names(7))),
    "five servers founded by the second": Deployment(tuple(names(5)), ("cb1",), first="cb2"),
    "files of each box": Deployment(certificate=OWN_FILES, cluster="paris"),
}
WISHES: Mapping[str, tuple[int, Wish]] = {
    "nothing": (3, lambda was: was),
    "another certificate": (3, lambda was: replace(was, certificate=NEW)),
    "another certificate of one": (1, lambda was: replace(was, certificate=NEW)),
    "another certificate of five": (5, lambda was: replace(was, certificate=NEW)),
    "nothing allowed": (
        3, lambda was: replace(was, certificate=NEW, permission=Permission())),
    "little allowed": (
        3, lambda was: replace(was, certificate=NEW,
                               permission=Permission(frozenset({Risk.SAFE, Risk.DESTRUCTIVE})))),
    "two interfaces": (3, lambda was: replace(was, listen=("a", "b"))),
    "another domain": (3, lambda was: replace(was, domain="other.example")),
    "a bridge less": (
        3, lambda was: replace(was, bridges=("cb1", "cb2"), absent=("cb3",))),
    "a login less": (3, lambda was: replace(was, absent_logins=("cb3",))),
    "no record of others": (
        3, lambda was: replace(was, is_exclusive=True, must_boxes_agree=True)),
}  # fmt: skip


def _faults() -> Iterator[tuple[str, Scene]]:
    for fault in FAULTS:
        name = fault.name.replace("_", " ")
        yield f"fault, {name}", partial(_faulty, fault)
    for fault in DNS:
        yield f"agreed, {fault.name.replace('_', ' ')}", partial(_agreed, fault)


def _scenes() -> Iterator[tuple[str, Scene]]:
    for name, wanted in BLANK.items():
        yield f"blank, {name}", partial(_from_blank, wanted)
    for name, (size, wish) in WISHES.items():
        yield f"wish, {name}", partial(_wished, size, wish)
    for number in range(_RANDOM):
        yield f"typed, {number}", partial(_typed, number)
    for change in CHANGES:
        yield f"change, {change.name}", partial(_changing, change)
        yield f"back, {change.name}", partial(_taken_back, change)
    yield "back, a first deployment", partial(_taken_back, None)
    for booking in BOOKINGS:
        yield f"playbook, {booking.title}", partial(_booked, booking)


SCENES: Mapping[str, Scene] = {
    **dict(_scenes()),
    **dict(_faults()),
    **renewals.SCENES,
    **mistakes.SCENES,
    **by_states.SCENES,
    **small_families.SCENES,
    **zones.SCENES,
    **words.SCENES,
    **logs.SCENES,
}
