"""Whom a box can matter to, so that a large world settles around the box that was touched.

What settling means stands in `World.settle`: everything looks. A look changes nothing where nothing
changed that it rests on. So, in a world that is settled, it is enough that those look who rest on
the touched box: its clusters, and the call bridges that turn to it or to a member of its clusters.
No look rests on a connection, so the circle ends there. What falls due by time is kept by its
moment, and is a touch of the box that it is due at.

That holds while nobody changes a world but by asking boxes. `World.tie` promises it, and only the
wire does (`wire/clock.py`); a world without ties settles as a whole. Rejected: that every piece of
state tells of its changes; it would be in every file, and one that forgets is not found by reading.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from . import cluster, database, link
from .copying import Plain

_Shared = TypeVar("_Shared")

if TYPE_CHECKING:
    from .box import Box
    from .world import World


class Ties(Plain):
    """What each box rested on when it was last looked at; all by names, numbers and moments."""

    def __init__(self, world: World) -> None:
        """Look at everything once."""
        self._edition = _edition(world)
        self._places = {name: place for place, name in enumerate(world.boxes)}
        self._clusters: dict[str, int | None] = {}
        self._databases: dict[str, int | None] = {}
        self._domains: dict[str, str | None] = {}
        self._members: dict[int, tuple[str, ...]] = {}
        self._rests_on: dict[str, tuple[str, ...]] = {}
        self._resting: dict[str, set[str]] = {}
        self._due: dict[str, float] = {}
        self._queue: list[tuple[float, str]] = []
        self._note(world, world.boxes.values())

    def settle_around(self, world: World, names: Iterable[str]) -> None:
        """Let those notice it whom something at these boxes can matter to."""
        touched = self._in_order(world, names)
        database.end_due(world, touched)
        databases = {number for box in touched for number in self._databases_of(box)}
        database.settle(world, _present(world.databases, databases))
        clusters = {number for box in touched for number in self._clusters_of(box)}
        cluster.settle(world, _present(world.clusters, clusters))
        # Members as they were: one that is gone notices it, one that came is touched itself.
        near = {name for number in clusters for name in self._members.get(number, ())}
        near |= {box.name for box in touched}
        looking = self._in_order(world, near | self._resting_on(world, near))
        link.attend(world, looking)
        self._note(world, looking)

    def let_pass(self, world: World, end: float) -> None:
        """Let time pass; what falls due on the way happens at its own moment."""
        while (found := self._take_due(end)) is not None:
            world.seconds, names = found
            self.settle_around(world, names)
        world.seconds = end

    def hold(self, world: World) -> bool:
        """Whether they still say enough: nobody watches every moment, and DNS is the same."""
        return may_tie(world) and _edition(world) == self._edition

    def _in_order(self, world: World, names: Iterable[str]) -> list[Box]:
        """Boxes in the order of the world, each once."""
        return [world.boxes[name] for name in sorted(set(names), key=self._places.__getitem__)]

    def _clusters_of(self, box: Box) -> set[int]:
        """Numbers of the XMPP clusters that it is, or was, a member of."""
        return _numbers(self._clusters[box.name], box.xmpp.cluster_number)

    def _databases_of(self, box: Box) -> set[int]:
        """Numbers of the database clusters that it is, or was, a member of."""
        return _numbers(self._databases[box.name], box.database.cluster_number)

    def _resting_on(self, world: World, names: Iterable[str]) -> set[str]:
        """The call bridges that turn to one of these boxes, or to every box of its domain."""
        keys = {f"box {name}" for name in names}
        keys |= {f"domain {self._domains[name]}" for name in names}
        keys |= {f"domain {world.boxes[name].xmpp.domain}" for name in names}
        return {name for key in keys for name in self._resting.get(key, ())}

    def _note(self, world: World, boxes: Iterable[Box]) -> None:
        """Remember what boxes rest on now, and when they are due."""
        for box in boxes:
            name, number = box.name, box.xmpp.cluster_number
            self._clusters[name] = number
            self._databases[name] = box.database.cluster_number
            self._domains[name] = box.xmpp.domain
            if number is not None:
                self._members[number] = _members(world, number)
            self._note_rest(name, box.link.rests_on)
            self._note_due(world, box)

    def _note_rest(self, name: str, keys: tuple[str, ...]) -> None:
        before = self._rests_on.get(name, ())
        if keys == before:
            return
        self._rests_on[name] = keys
        for key in before:
            self._resting[key].discard(name)
        for key in keys:
            self._resting.setdefault(key, set()).add(name)

    def _note_due(self, world: World, box: Box) -> None:
        due = min((one for one in _dues(box) if one > world.seconds), default=None)
        if due == self._due.get(box.name):
            return
        if due is None:
            del self._due[box.name]
            return
        self._due[box.name] = due
        heapq.heappush(self._queue, (due, box.name))

    def _take_due(self, end: float) -> tuple[float, list[str]] | None:
        """The next moment up to `end` at which something is due, and at which boxes."""
        names: list[str] = []
        moment = end
        while self._queue and self._queue[0][0] <= moment:
            due, name = heapq.heappop(self._queue)
            # What was put off or called off meanwhile stays in the queue, and means nothing.
            if self._due.get(name) == due:
                moment = due
                names.append(name)
                del self._due[name]
        return (moment, names) if names else None


def may_tie(world: World) -> bool:
    """Whether what falls due is known: not where logins outlive their server for a while, nor
    where DNS answers one question now so, now so; and whoever watches wants to see all looks."""
    is_steady = world.resolver is None or world.resolver.edition is not None
    is_told = world.switches["disable-drops-logins"] != "no"
    return is_steady and is_told and world.watch is None


def _edition(world: World) -> int | None:
    return None if world.resolver is None else world.resolver.edition


def _numbers(*numbers: int | None) -> set[int]:
    return {number for number in numbers if number is not None}


def _present(known: dict[int, _Shared], numbers: Iterable[int]) -> list[_Shared]:
    return [known[number] for number in sorted(numbers) if number in known]


def _members(world: World, number: int) -> tuple[str, ...]:
    found = world.clusters.get(number)
    return tuple(peer.box_name for peer in found.peers if not peer.is_ghost) if found else ()


def _dues(box: Box) -> list[float]:
    found = cluster.membership(box)
    election = found.election_due if found else None
    dues = (link.next_line(box), link.next_try(box), box.database.done_at, box.up_at, election)
    return [one for one in dues if one is not None]
