"""What heals a cluster that must not be touched otherwise: entries of peers, strays, a standstill.

These ladders are never climbed by a plan: a cluster in such a state is refused. A repair that
somebody asked for climbs them. ``xmpp reset`` is not among them: it is what leaves a dead entry
behind (CSCvi67717), and a server that left its cluster needs none, because every setting is put
right by its own rung.

The safe order (TAC 213479, scenario 3; the commands are RECALL, mmp.md 4.1): a dead entry is taken
off the list on *another* member that sees a leader, a follower if there is one; a server leaves a
cluster of its own on itself; then everybody is looked at again; then the server joins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from cmsdeploy.families.ladder import Ladder, Rung
from cmsdeploy.families.xmpp import commands
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.ladder import agreed, running
from cmsdeploy.families.xmpp.place import Place
from cmsdeploy.families.xmpp.refusals import refusals
from cmsdeploy.families.xmpp.surgery import peer_gone, peer_once, surgeon
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.step import Risk

__all__ = ["Climbing", "operated", "repairs"]

# The ladders of a group, as the family makes them; ``Place`` can be changed on the way.
Climbing = Callable[[Group, Callable[[Place], Place]], list[Ladder[XmppState]]]

_ENTRIES = frozenset({"xmpp/duplicate-peer", "xmpp/dead-peer", "xmpp/two-clusters"})
# The last one stands still beside a change that waits.
_STANDSTILL = frozenset({"xmpp/no-leader", "xmpp/nobody-runs", "xmpp/stopped-member"})
_SOURCE = "TAC 213479 scenario 3, CSCvi67717"


def repairs(group: Group, climbing: Climbing) -> tuple[Ladder[XmppState], ...]:
    """The ladders that heal a group which is refused; empty where no command of ours can."""
    against = {refusal.rule for refusal in refusals(group)}
    if against and against <= _STANDSTILL:
        return tuple(_started(group))
    if against and against <= _ENTRIES:
        return operated(group, climbing)
    return ()


def _started(group: Group) -> Iterator[Ladder[XmppState]]:
    """Members that stand still are started, all of them, before anybody waits for a leader."""
    stopped = [host for host in group.clustered if group.states[host].enabled is False]
    after = tuple((host, "enable") for host in stopped)
    for host in stopped:
        state = group.states[host]
        others = tuple(place for place in after if place[0] != host)
        yield Ladder(host, "xmpp", group.cluster, state, (running(state), agreed(1, others)))


@dataclass
class _Theatre:
    """A group during the operations: the states as they will be, and the rungs so far."""

    group: Group
    states: dict[str, XmppState]
    rungs: dict[str, list[Rung[XmppState]]] = field(default_factory=dict)

    def add(self, host: str, rung: Rung[XmppState]) -> None:
        self.rungs.setdefault(host, []).append(rung)
        self.states[host] = rung.then(self.states[host])

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        return tuple((host, rung.name) for host, rungs in self.rungs.items() for rung in rungs)


def operated(group: Group, climbing: Climbing) -> tuple[Ladder[XmppState], ...]:
    """The ladders with the entries put in order first; empty where nobody can."""
    theatre = _Theatre(group, dict(group.states))
    for peer in group.twice:
        if not _take_off(theatre, peer, peer_once(_bare(peer)), kept=1):
            return ()
    for peer in dict.fromkeys((*group.dead, *group.gone)):
        if not _take_off(theatre, peer, peer_gone(_bare(peer)), kept=0):
            return ()
    # Last: a server that has left looks like a member that is cut off, as long as it is listed.
    taken_off = theatre.edges
    for host in group.strays:
        theatre.add(host, _left(group, host, taken_off))
    after = replace(group, states=theatre.states)
    if not theatre.rungs or refusals(after):
        return ()
    edges = theatre.edges
    return tuple(
        replace(
            ladder,
            state=replace(group.states[ladder.host], is_member=ladder.state.is_member),
            rungs=(*theatre.rungs.get(ladder.host, ()), *ladder.rungs),
        )
        for ladder in climbing(after, lambda place: _later(place, edges))
    )


def _later(place: Place, edges: tuple[tuple[str, str], ...]) -> Place:
    """Nobody is stopped before the entries are in order; and who joins, was stopped before."""
    return replace(place, stop_after=(*place.stop_after, *edges))


def _take_off(theatre: _Theatre, peer: str, name: str, kept: int) -> bool:
    """Take one entry of ``peer`` off the list of everybody, so that ``kept`` or more stay; False
    where nobody can do it, or where the one who could does not see it."""
    host = surgeon(theatre.group, _bare(peer))
    left = theatre.states[host].peers.count(peer) - 1 if host else -1
    if left < kept:
        return False
    theatre.add(host, _removed(peer, name, left))
    theatre.states = {
        other: _without(state, peer) if state.peers.count(peer) > left else state
        for other, state in theatre.states.items()
    }
    return True


def _removed(peer: str, name: str, left: int) -> Rung[XmppState]:
    why = (
        Phrase(
            "{peer} is listed once: the entry that was left behind is taken off the list",
            peer=peer,
        )
        if left
        else Phrase(
            "{peer} is no longer listed: the entry that was left behind is taken off the list",
            peer=peer,
        )
    )
    return Rung(
        name=name,
        why=why,
        holds=lambda s: s.leader is not None and s.peers.count(peer) <= left,
        action=commands.cluster_remove(_bare(peer)),
        then=lambda s: _without(s, peer),
        risk=Risk.DISRUPTIVE,
        evidence=(commands.CLUSTER_STATUS,),
        source=_SOURCE,
    )


def _left(group: Group, host: str, after: tuple[tuple[str, str], ...]) -> Rung[XmppState]:
    own = frozenset(group.states[host].peers)
    return Rung(
        name="cluster-left",
        why=Phrase("the server leaves the cluster of its own, so that it can join the others"),
        holds=lambda s: s.leader is None or frozenset(s.peers) != own,
        action=commands.CLUSTER_LEAVE,
        then=lambda s: replace(s, peers=(), leader=None, role=None, expected_peers=0),
        risk=Risk.DISRUPTIVE,
        after=after,
        evidence=(commands.CLUSTER_STATUS,),
        source=_SOURCE,
    )


def _without(state: XmppState, peer: str) -> XmppState:
    peers = list(state.peers)
    if peer in peers:
        peers.remove(peer)
    return replace(state, peers=tuple(peers))


def _bare(peer: str) -> str:
    return peer.rpartition(":")[0]
