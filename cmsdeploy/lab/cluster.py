"""What XMPP servers of several boxes hold in common: members, votes, one leader.

A Raft-like majority vote: FAQ 68/500 ("more than half of the nodes") and TAC-213479. Nothing here
prints; `mmp/cluster.py` puts words to it. Time is the simulated clock of the world, in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .box import Box
    from .world import World

PEER_PORT = 5222  # SEEN: xmpp-cluster-status-*


@dataclass
class Peer:
    """One entry of the list of peers.

    A ghost is the entry of a node that was reset while it was a member: it stays listed and can
    never vote, and a new join of the node is a second entry (CSCvi67717, TAC-213479 scenario 3).
    """

    box_name: str
    address: str
    is_ghost: bool = False


@dataclass
class Cluster:
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
        xmpp.is_enabled
        and xmpp.is_cluster_enabled
        and xmpp.cluster_number == cluster.number
        and not box.is_cut_off
    )


def voters(world: World, cluster: Cluster) -> list[str]:
    """Names of the boxes that can vote now, in the order of joining."""
    return [
        peer.box_name
        for peer in cluster.peers
        if not peer.is_ghost and is_alive(world.boxes[peer.box_name], cluster)
    ]


def has_majority(world: World, cluster: Cluster) -> bool:
    """More than half of the listed peers; ghosts count as listed (guess)."""
    return len(voters(world, cluster)) * 2 > len(cluster.peers)


def settle(world: World) -> None:
    """Let every cluster notice what changed: drop a dead leader, hold an election that is due."""
    for cluster in world.clusters.values():
        _settle_one(world, cluster)


def _settle_one(world: World, cluster: Cluster) -> None:
    names = voters(world, cluster)
    if len(names) * 2 <= len(cluster.peers):
        cluster.leader, cluster.election_due = None, None
        return
    if cluster.leader in names:
        return
    cluster.leader = None
    if cluster.election_due is None:
        cluster.election_due = world.seconds + world.election_seconds
    if world.seconds >= cluster.election_due:
        _elect(world, cluster, names)


def _elect(world: World, cluster: Cluster, names: list[str]) -> None:
    # Which node wins is a guess; that it is not always the first is TAC-213479 (cb3 leads there).
    cluster.leader = names[cluster.term % len(names)]
    cluster.term += 1
    cluster.election_due = None
    for name in names:
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


def listed_for(box: Box, cluster: Cluster) -> list[Peer]:
    """Give the peers in the order in which this node prints them.

    SEEN: the order differs from node to node. The three orders here reproduce the three
    transcripts of xmpp-cluster-status; which node shows which order is a guess.
    """
    peers = list(cluster.peers)
    place = next(i for i, p in enumerate(peers) if p.box_name == box.name and not p.is_ghost)
    if place % 3 == 0:
        return peers[::-1]
    if place % 3 == 1:
        return peers
    return peers[:1] + peers[:0:-1]
