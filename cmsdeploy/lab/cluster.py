"""What XMPP servers of several boxes hold in common: members, votes, one leader.

A Raft-like majority vote: FAQ 68/500 ("more than half of the nodes") and TAC-213479. Nothing here
prints; `mmp/xmpp_cluster.py` puts words to it. Time is the simulated clock of the world. A node
can lead while it reaches more than half of the listed peers, itself included; a node knows the
leader while it reaches it. So a network in two parts has one leader at most, in the larger part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .copying import Plain
from .presenting import are_peers

if TYPE_CHECKING:
    from .box import Box
    from .world import World

PEER_PORT = 5222  # SEEN: xmpp-cluster-status-*


@dataclass
class Peer(Plain):
    """One entry of the list of peers.

    A ghost is the entry of a node that was reset while it was a member: it stays listed and can
    never vote, and a new join of the node is a second entry (CSCvi67717, TAC-213479 scenario 3).
    """

    box_name: str
    address: str
    is_ghost: bool = False


@dataclass
class Cluster(Plain):
    """Shared state of one XMPP cluster. `leader` is the name of a box, or None."""

    number: int
    peers: list[Peer] = field(default_factory=list)
    leader: str | None = None
    term: int = 0
    election_due: float | None = None


def is_alive(box: Box, cluster: Cluster) -> bool:
    """Whether the box takes part in votes: running, clustered, a member, not cut off."""
    xmpp = box.xmpp
    return (
        xmpp.is_running
        and xmpp.is_cluster_enabled
        and xmpp.cluster_number == cluster.number
        and not box.is_cut_off
        and box.is_up
    )


def voters(world: World, cluster: Cluster) -> list[str]:
    """Names of the boxes that can vote now, in the order of joining."""
    return [
        peer.box_name
        for peer in cluster.peers
        if not peer.is_ghost and is_alive(world.boxes[peer.box_name], cluster)
    ]


def has_majority(world: World, cluster: Cluster) -> bool:
    """Whether any node reaches more than half of the listed peers."""
    return bool(_electable(world, cluster))


def _electable(world: World, cluster: Cluster) -> list[str]:
    names = voters(world, cluster)
    return [name for name in names if _is_electable(world, cluster, name, names)]


def _is_electable(world: World, cluster: Cluster, name: str, names: list[str]) -> bool:
    counts = world.switches["duplicate-peers-count"] == "yes"
    listed = sum(1 for peer in cluster.peers if counts or not peer.is_ghost)
    return sum(1 for other in names if is_reached(world, name, other)) * 2 > listed


def is_reached(world: World, one: str, other: str) -> bool:
    """Whether two nodes talk to each other: over the network, and as peers that they trust."""
    boxes = world.boxes
    return world.is_linked(one, other) and are_peers(boxes[one], boxes[other])


def leader_known_to(box: Box, cluster: Cluster) -> str | None:
    """Name of the leader that this node follows, or is; None where it knows of none."""
    if cluster.leader is None or not is_alive(box, cluster):
        return None
    return cluster.leader if is_reached(box.world, box.name, cluster.leader) else None


def settle(world: World, clusters: Iterable[Cluster]) -> None:
    """Let clusters notice what changed: drop a dead leader, hold an election that is due."""
    for cluster in clusters:
        _settle_one(world, cluster)


def _settle_one(world: World, cluster: Cluster) -> None:
    alive = voters(world, cluster)
    if cluster.leader in alive and _is_electable(world, cluster, cluster.leader, alive):
        return
    names = [name for name in alive if _is_electable(world, cluster, name, alive)]
    if not names:
        cluster.leader, cluster.election_due = None, None
        return
    cluster.leader = None
    if cluster.election_due is None:
        cluster.election_due = world.seconds + world.timing.election
    if world.seconds >= cluster.election_due:
        _elect(world, cluster, names)


def _elect(world: World, cluster: Cluster, names: list[str]) -> None:
    # Which node wins is UNKNOWN; that it is not always the first is TAC-213479 (cb3 leads there).
    places = {"rotating": cluster.term % len(names), "first-joined": 0, "last-joined": -1}
    cluster.leader = names[places[world.switches["election-winner"]]]
    cluster.term += 1
    cluster.election_due = None
    for name in voters(world, cluster):
        if is_reached(world, name, cluster.leader):
            world.boxes[name].xmpp.changed_at = world.seconds


def create(world: World, box: Box) -> Cluster:
    """Make a cluster of one node (TAC-217319 step 14)."""
    world.last_cluster_number += 1
    cluster = Cluster(world.last_cluster_number)
    world.clusters[cluster.number] = cluster
    add(box, cluster)
    return cluster


def add(box: Box, cluster: Cluster) -> None:
    """Write a node into the list; an older ghost of the same node stays (CSCvi67717)."""
    cluster.peers.append(Peer(box.name, box.address))
    box.xmpp.cluster_number = cluster.number
    box.xmpp.old_peers = ()
    box.xmpp.changed_at = box.world.seconds


def leave(box: Box, cluster: Cluster, *, as_ghost: bool) -> None:
    """Take a node out of its cluster; `as_ghost` leaves its entry behind, as a reset does."""
    for peer in cluster.peers:
        if peer.box_name == box.name and not peer.is_ghost:
            peer.is_ghost = True
            if not as_ghost:
                cluster.peers.remove(peer)
            break
    box.xmpp.cluster_number = None
    if all(peer.is_ghost for peer in cluster.peers):
        del box.world.clusters[cluster.number]


def drop(world: World, cluster: Cluster, peer: Peer) -> None:
    """Take one entry off the list from another node (RECALL: cluster remove <node>)."""
    box = world.boxes[peer.box_name]
    if peer.is_ghost:
        cluster.peers.remove(peer)
    else:
        leave(box, cluster, as_ghost=False)


def membership(box: Box) -> Cluster | None:
    """Give the cluster that the box is a member of, or None."""
    return box.world.clusters.get(box.xmpp.cluster_number or 0)


def listed_for(box: Box, cluster: Cluster) -> list[Peer]:
    """Give the peers in the order in which this node prints them.

    SEEN: the order differs from node to node. The three orders here reproduce the three
    transcripts of xmpp-cluster-status; which node shows which order is a guess.
    """
    peers = list(cluster.peers)
    if box.world.switches["peer-order"] == "as-joined":
        return peers
    place = next(i for i, p in enumerate(peers) if p.box_name == box.name and not p.is_ghost)
    if place % 3 == 0:
        return peers[::-1]
    if place % 3 == 1:
        return peers
    return peers[:1] + peers[:0:-1]
