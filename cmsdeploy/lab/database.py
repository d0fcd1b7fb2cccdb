"""What database nodes of several boxes hold in common: members, a primary, commands that run.

DOC TAC-210530, TAC-215421: asynchronous, pollable by `Last command`; three joined nodes at most;
nodes without a local database connect. Nothing here prints; `mmp/database.py` puts words to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .copying import Plain

if TYPE_CHECKING:
    from .box import Box
    from .world import World

MOST_JOINED = 3  # DOC TAC-210530: "at most 3 joined nodes"


@dataclass
class DatabaseCluster(Plain):
    """Members in the order of joining; the first of `nodes` began as primary."""

    number: int
    primary: str
    nodes: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)
    schema: tuple[int, int] = (0, 0)


def cluster_of(box: Box) -> DatabaseCluster | None:
    """Give the cluster of a box, or None."""
    return box.world.databases.get(box.database.cluster_number or 0)


def begin(box: Box, command: str, job: str, target: str | None = None) -> None:
    """Let a command run for `Timing.database`."""
    node = box.database
    node.last_command, node.last_result, node.error = command, "", None
    node.job, node.target = job, target
    node.done_at = box.world.seconds + box.world.timing.database


def end_due(world: World, boxes: Iterable[Box]) -> None:
    """End the commands that are due."""
    for box in boxes:
        node = box.database
        if node.done_at is None:
            continue
        if world.seconds >= node.done_at and box.is_up:
            node.done_at = None
            _JOBS[node.job or ""](box)
            node.last_result = "Failed" if node.error else "Success"


def settle(world: World, clusters: Iterable[DatabaseCluster]) -> None:
    """Find another primary where one is lost."""
    # A majority finds another primary: INFERRED from the three nodes that documents want.
    for cluster in clusters:
        alive = [name for name in cluster.nodes if is_reached(world, name)]
        if cluster.primary not in alive and len(alive) * 2 > len(cluster.nodes):
            cluster.primary = alive[0]


def is_reached(world: World, name: str) -> bool:
    """Whether the node is up and not cut off."""
    box = world.boxes[name]
    return box.is_up and not box.is_cut_off


def _initialize(box: Box) -> None:
    world = box.world
    number = max(world.databases, default=0) + 1
    world.databases[number] = DatabaseCluster(number, box.name, [box.name], schema=box.release)
    box.database.cluster_number = number


def _target_cluster(box: Box) -> DatabaseCluster | None:
    """Find the cluster that the box wants to enter, or write down why not."""
    target = box.world.resolve(box.database.target or "")
    found = cluster_of(target) if target else None
    is_seen = target and is_reached(box.world, target.name)
    if not target or not found or not is_seen or not box.world.is_linked(box.name, target.name):
        box.database.error = f"Unable to connect to {box.database.target}"  # guess
        return None
    return found


def _join(box: Box) -> None:
    found = _target_cluster(box)
    if found is None:
        return
    if len(found.nodes) >= MOST_JOINED:
        box.database.error = "Too many nodes in the database cluster"  # guess
        return
    found.nodes.append(box.name)
    _enter(box, found)


def _connect(box: Box) -> None:
    found = _target_cluster(box)
    if found is not None:
        found.connected.append(box.name)
        box.database.is_connected_only = True
        _enter(box, found)


def _enter(box: Box, found: DatabaseCluster) -> None:
    box.database.cluster_number = found.number
    # DOC TAC-210530: the local database is overwritten; from now on it is one for all.
    first = box.world.boxes[found.primary]
    box.call_bridges = first.call_bridges
    box.call_bridge_details = first.call_bridge_details


def _remove(box: Box) -> None:
    found = cluster_of(box)
    box.database.cluster_number, box.database.is_connected_only = None, False
    if found is None:
        return
    box.call_bridges = dict(box.call_bridges)
    box.call_bridge_details = {n: dict(d) for n, d in box.call_bridge_details.items()}
    found.nodes = [name for name in found.nodes if name != box.name]
    found.connected = [name for name in found.connected if name != box.name]
    if not found.nodes:
        del box.world.databases[found.number]


def _upgrade(box: Box) -> None:
    found = cluster_of(box)
    if found is not None:
        found.schema = box.release


_JOBS = {
    "initialize": _initialize,
    "join": _join,
    "connect": _connect,
    "remove": _remove,
    "upgrade": _upgrade,
}
