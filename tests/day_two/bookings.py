"""Every shipped playbook of day two as a night: the cluster before, and what the inventory says.

A playbook joins the campaigns by one line in ``BOOKINGS``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from cmsdeploy.lab import World
from cmsdeploy.lab.watching import Watch
from cmsdeploy.model.step import Severity
from cmsdeploy.planning.compare import Comparison
from tests.contract.deployment import DOMAIN, Deployment, names
from tests.contract.engineer import Outcome, blank_world
from tests.contract.wire import Fuse
from tests.day_two.shipped import MOVED_DOMAIN, Booked, Written, address
from tests.doctor.table import Fault

__all__ = ["BOOKINGS", "SIZES", "Booking", "Night", "cluster_of", "left_over"]

SIZES = (3, 5)
_CUT_OFF = "member_is_cut_off"


@dataclass(frozen=True)
class Booking:
    """``written`` says what the inventory has, for a cluster of so many servers; ``happened`` is
    what was done to the boxes before. ``is_outage_allowed`` is for a change that nobody can make
    without one. ``unseen`` are faults that no look can show before it is done: it stops in words,
    and goes on when a person has mended them."""

    title: str
    playbook: str
    written: Callable[[int], Written]
    happened: Callable[[World, int], None] = field(default=lambda world, size: None)
    is_outage_allowed: bool = False
    unseen: frozenset[str] = frozenset()


def cluster_of(size: int) -> Written:
    """A site of so many servers, each a call bridge."""
    return Written(tuple(names(size)), tuple(names(size)))


@cache
def _deployed(size: int, switches: tuple[tuple[str, str], ...]) -> World:
    wanted = Deployment(tuple(names(size)), tuple(names(size)))
    world = blank_world(wanted, dict(switches))
    outcome = Booked(world, wanted, book="site", site=cluster_of(size)).run()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    world.advance(200)
    return world


@dataclass
class Night:
    """One playbook in one window: a world, what is written, and what was seen on the way."""

    booking: Booking
    size: int
    fault: Fault | None = None
    switches: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = copy.deepcopy(_deployed(self.size, tuple(sorted(self.switches.items()))))
        for deed in self.fault.deeds if self.fault else ():
            deed(self.world)
        self.booking.happened(self.world, self.size)
        self.world.advance(200)
        for box in self.world.boxes.values():
            box.audit.clear()
        self.written = self.booking.written(self.size)
        self.world.watch = self.watch = Watch()
        self.world.settle()
        self.had_majority = all(moment.has_majority for moment in self.watch.moments)

    def engineer(self, fuse: Fuse | None = None) -> Booked:
        """Somebody who carries the playbook out."""
        return Booked(
            self.world,
            Deployment(),
            fuse=fuse or Fuse(),
            book=self.booking.playbook,
            site=self.written,
        )

    def run(self, fuse: Fuse | None = None) -> Outcome:
        """Look, plan, apply."""
        outcome = self.engineer(fuse).run()
        self.world.advance(200)
        return outcome

    @property
    def sent(self) -> list[str]:
        """Everything that was sent to a box and changes it."""
        return [e.text for box in self.world.boxes.values() for e in box.audit if e.is_write]

    @property
    def is_majority_kept(self) -> bool:
        """Whether a cluster that had a majority had one at every moment, by the lab's own record;
        one that had none has it in the end, where anything was done."""
        verdicts = [moment.has_majority for moment in self.watch.moments]
        return all(verdicts) if self.had_majority else not self.sent or verdicts[-1]


def left_over(after: Comparison) -> list[str]:
    """What is not as promised when a playbook has been carried out."""
    steps = [f"there is still {step.identity}: {step.action.line}" for step in after.plan.steps]
    drift = [f"a proof would change {step.identity}: {step.action.line}" for step in after.drift]
    refusals = [f"refused: {one.rule}: {one.text}" for one in after.plan.refusals]
    errors = [f"{one.rule}: {one.text}" for one in after.problems if one.severity is Severity.ERROR]
    return [*steps, *drift, *refusals, *errors]


def _more(count: int) -> Callable[[int], Written]:
    return lambda size: cluster_of(size + count)


def _new_boxes(count: int) -> Callable[[World, int], None]:
    def came(world: World, size: int) -> None:
        for name in names(count, size + 1):
            world.add_box(name, address(name), version="2.9.5")

    return came


def _two_leave(size: int) -> Written:
    gone = {name: {"xmpp_state": "absent"} for name in names(2, size - 1)}
    return replace(cluster_of(size), words=gone, is_undersized=size == 3)


def _founder_leaves(size: int) -> Written:
    """And another with it: the first one that stays is the founder from then on."""
    gone = {name: {"xmpp_state": "absent"} for name in ("cb1", "cb3")}
    return replace(cluster_of(size), words=gone, is_undersized=size == 3)


def _dies(world: World, size: int) -> None:
    world.boxes[f"cb{size}"].is_powered = False
    world.settle()


def _another_box(world: World, size: int) -> None:
    _dies(world, size)
    _new_boxes(1)(world, size)


def _another_server(size: int) -> Written:
    """The last server is dead and in no group any more; the one after it is new."""
    boxes = (*names(size - 1), f"cb{size + 1}")
    common = {
        "xmpp_peers_absent": [address(f"cb{size}")],
        "xmpp_callbridges_absent": [f"cb{size}"],
    }
    return Written(boxes, boxes, common=common)


def _same_place(world: World, size: int) -> None:
    """A new box has the name and the address of the dead one."""
    _dies(world, size)
    name = f"cb{size}"
    world.remove_box(name)
    world.add_box(name, address(name), version="2.9.5")
    world.settle()


def _another_bridge(size: int) -> Written:
    return Written(tuple(names(size)), tuple(names(size + 1)))


def _bridge_leaves(size: int) -> Written:
    return replace(cluster_of(size), words={f"cb{size}": {"callbridge_state": "absent"}})


def _rotated(size: int) -> Written:
    return replace(cluster_of(size), extra={"xmpp_rotate": "all"})


def _another_domain(size: int) -> Written:
    moved = {"key": "moved.key", "cert": "moved.cer", "bundle": "root.cer", "trust": "moved.cer"}
    common = {
        "xmpp_domain": MOVED_DOMAIN,
        "xmpp_dns_zone": DOMAIN,
        "xmpp_certificate": moved,
    }
    return replace(cluster_of(size), common=common)


def _other_interfaces(size: int) -> Written:
    return replace(cluster_of(size), common={"xmpp_listen": "b"})


def _rolled_back(world: World, size: int) -> None:
    """Every box goes back to a backup, which is what TAC 214620 warns of."""
    for name in names(size):
        box = world.boxes[name]
        box.execute("backup snapshot before")
        box.execute("backup rollback before").answer("Y")
        world.advance(60)


BOOKINGS = (
    Booking("servers join", "add-server", _more(2), _new_boxes(2)),
    Booking("servers leave", "remove-server", _two_leave),
    Booking("the founder leaves", "remove-server", _founder_leaves),
    Booking("a dead one is replaced", "replace-server", _another_server, _another_box),
    Booking("a box is new", "replace-server", cluster_of, _same_place),
    Booking("a call bridge comes", "add-callbridge", _another_bridge, _new_boxes(1)),
    Booking("a call bridge goes", "remove-callbridge", _bridge_leaves),
    Booking("new secrets", "rotate-secrets", _rotated),
    Booking("XMPP is given up", "decommission", cluster_of, is_outage_allowed=True),
    Booking("before 3.x", "prepare-3.x", cluster_of, is_outage_allowed=True),
    Booking("another domain", "change-domain", _another_domain, is_outage_allowed=True),
    Booking("other interfaces", "change-interface", _other_interfaces, is_outage_allowed=True),
    # While nobody leads, no box can tell that the network cuts one of them off.
    Booking(
        "rolled back", "rebuild-cluster", cluster_of, _rolled_back, True, frozenset({_CUT_OFF})
    ),
)
