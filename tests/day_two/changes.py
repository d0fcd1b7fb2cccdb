"""The changes of day two, each as what is wanted before and after, and a record of the way."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from cmsdeploy.lab import World
from cmsdeploy.lab.watching import Watch
from cmsdeploy.model.step import Severity
from tests.contract.deployment import Deployment, names
from tests.contract.engineer import Engineer, Outcome, blank_world
from tests.contract.wire import Fuse
from tests.doctor.table import Fault

__all__ = ["CHANGES", "FAMILIES", "Change", "Night", "wrong_with"]

FAMILIES = ("pki", "xmpp", "dns", "callbridge")
# Nobody is led to a server that leaves.
_LEAVING = ("pki", "dns", "xmpp", "callbridge")
_WELL = {"cluster": "wanted", "dead_entries": "removed"}


@dataclass(frozen=True)
class Change:
    """``size`` servers are there; ``boxes`` is how many the world has. ``wanted`` makes of what was
    deployed what shall be; ``deed`` is what happens to the world before."""

    name: str
    size: int
    boxes: int
    wanted: Callable[[Deployment], Deployment]
    deed: Callable[[World], None] = field(default=lambda _: None)
    families: tuple[str, ...] = FAMILIES


def _deployment(size: int, boxes: int) -> Deployment:
    return Deployment(tuple(names(size)), tuple(names(size)), others=tuple(names(boxes)))


@cache
def _deployed(size: int, boxes: int, switches: tuple[tuple[str, str], ...]) -> World:
    wanted = _deployment(size, boxes)
    world = blank_world(wanted, dict(switches))
    for name in names(boxes)[size:]:
        world.add_box(name, wanted.address(name), version="2.9.5")
    outcome = Engineer(world, wanted, FAMILIES).run()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    world.advance(200)
    return world


@dataclass
class Night:
    """One change in one window: a world, what is wanted, and what was seen on the way."""

    change: Change
    fault: Fault | None = None
    switches: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        change = self.change
        switches = tuple(sorted(self.switches.items()))
        self.world = copy.deepcopy(_deployed(change.size, change.boxes, switches))
        change.deed(self.world)
        for deed in self.fault.deeds if self.fault else ():
            deed(self.world)
        self.world.advance(200)
        for box in self.world.boxes.values():
            box.audit.clear()
        self.wanted = change.wanted(_deployment(change.size, change.boxes))
        self.world.watch = self.watch = Watch()
        self.world.settle()
        self.had_majority = all(moment.has_majority for moment in self.watch.moments)

    def engineer(self, fuse: Fuse | None = None) -> Engineer:
        """Somebody who does the change."""
        return Engineer(self.world, self.wanted, self.change.families, fuse or Fuse())

    @property
    def is_majority_kept(self) -> bool:
        """Whether a cluster that had a majority had one at every moment, by the lab's record."""
        kept = all(moment.has_majority for moment in self.watch.moments)
        return kept or not self.had_majority

    @property
    def written(self) -> list[str]:
        """Everything that was sent to a box and changes it."""
        return [e.text for box in self.world.boxes.values() for e in box.audit if e.is_write]

    def run(self) -> Outcome:
        """Look, plan, apply."""
        outcome = self.engineer().run()
        self.world.advance(200)
        return outcome


def wrong_with(night: Night) -> list[str]:
    """What is not as promised when a change has been made."""
    again = night.engineer().plan()
    steps = [f"there is still {step.identity}: {step.action.line}" for step in again.plan.steps]
    refusals = [f"refused: {one.text}" for one in again.plan.refusals]
    errors = [one.text for one in again.problems if one.severity is Severity.ERROR]
    return [*steps, *refusals, *errors]


def _grows(to: int) -> Callable[[Deployment], Deployment]:
    def grown(was: Deployment) -> Deployment:
        return replace(was, servers=tuple(names(to)), more=_WELL, is_exclusive=True)

    return grown


def _without(*gone: str) -> Callable[[Deployment], Deployment]:
    return lambda was: replace(was, leaving=gone, more=_WELL, is_exclusive=True)


def _replaced(old: str, new: str) -> Callable[[Deployment], Deployment]:
    """``old`` is dead and not in the inventory any more; ``new`` takes its place."""

    def wanted(was: Deployment) -> Deployment:
        servers = tuple(new if name == old else name for name in was.servers)
        bridges = tuple(name for name in was.bridges if name != old)
        more = {**_WELL, "peers_absent": [was.address(old)]}
        return replace(
            was, servers=servers, bridges=bridges, absent=(old,), more=more, is_exclusive=True
        )

    return wanted


def _again(was: Deployment) -> Deployment:
    """The same name and address as before: a new box stands in the place of the dead one."""
    return replace(was, more=_WELL, is_exclusive=True)


def _new_box(name: str) -> Callable[[World], None]:
    def deed(world: World) -> None:
        box = world.boxes[name]
        for line in ("xmpp disable", "xmpp reset", "xmpp certs none", "xmpp domain none"):
            box.execute(line)
        for file in list(box.files.names()):
            box.files.remove(file)
        world.settle()

    return deed


def _dead(name: str) -> Callable[[World], None]:
    def died(world: World) -> None:
        world.boxes[name].is_powered = False
        world.settle()

    return died


CHANGES = (
    Change("three grow to five", 3, 5, _grows(5)),
    Change("five lose two", 5, 5, _without("cb4", "cb5"), families=_LEAVING),
    Change("five lose a leader and another", 5, 5, _without("cb1", "cb3"), families=_LEAVING),
    Change("three become one", 3, 3, _without("cb2", "cb3"), families=_LEAVING),
    Change("a dead one of three is replaced", 3, 4, _replaced("cb3", "cb4"), _dead("cb3")),
    Change("a dead one of five is replaced", 5, 6, _replaced("cb5", "cb6"), _dead("cb5")),
    Change("a box of three is new", 3, 3, _again, _new_box("cb3")),
    Change("a box of five is new", 5, 5, _again, _new_box("cb4")),
)
