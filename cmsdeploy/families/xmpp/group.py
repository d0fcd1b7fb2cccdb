"""Who is in the cluster already, told from what each server reports.

Nothing is told from names or numbers: in the document's own lab the node called cb3 has the first
address (TAC 213479, Verify). A running server is a member when it lists peers and a leader. A
stopped server shows nothing, so the others are asked whether they list one of its addresses.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.spec import XmppSpec

__all__ = ["Group", "Standing"]


class Standing(Enum):
    """How one server stands to its cluster."""

    MEMBER = "member"
    STOPPED_MEMBER = "stopped member"
    OUTSIDE = "outside"
    UNCLEAR = "unclear"
    LISTED_WITHOUT_KNOWING = "listed by the others, in no cluster itself"


@dataclass(frozen=True)
class Group:
    """The servers of one cluster, wanted and observed, in the order of the inventory."""

    cluster: str
    specs: Mapping[str, XmppSpec]
    states: Mapping[str, XmppState]

    @property
    def first(self) -> str:
        """The server that founds the cluster, as the inventory has it."""
        return next(iter(self.specs.values())).first

    @property
    def leaving(self) -> tuple[str, ...]:
        """Servers that shall not be in the cluster."""
        return tuple(host for host, spec in self.specs.items() if spec.is_leaving)

    @property
    def staying(self) -> Group:
        """The same cluster without the servers that leave it."""
        leaving = self.leaving
        if not leaving:
            return self
        kept = {host: spec for host, spec in self.specs.items() if not spec.is_leaving}
        wanted = {
            host: replace(spec, servers=tuple(o for o in spec.servers if o not in leaving))
            for host, spec in kept.items()
        }
        return Group(self.cluster, wanted, {host: self.states[host] for host in kept})

    @property
    def gone(self) -> tuple[str, ...]:
        """Peers that are listed, of servers that are said to be dead."""
        addresses = {address for spec in self.specs.values() for address in spec.gone}
        return tuple(sorted(peer for peer in self.peers if _bare(peer) in addresses))

    @property
    def running(self) -> tuple[str, ...]:
        """Servers that name a leader: they are in a cluster and can see it."""
        return tuple(host for host, state in self.states.items() if state.leader and state.peers)

    @property
    def is_live(self) -> bool:
        return bool(self.running)

    @property
    def peers(self) -> frozenset[str]:
        """Every peer that a running member lists."""
        return frozenset(peer for host in self.running for peer in self.states[host].peers)

    @property
    def contact(self) -> str:
        """Whom joiners join: the first server where it is a member, else the leader, else any; one
        that leaves only where all do."""
        if not self.is_live or self.first in self.running:
            return self.first
        running = [host for host in self.running if host not in self.leaving] or [*self.running]
        leaders = [host for host in running if self.states[host].is_leader]
        return (leaders or running)[0]

    @property
    def unseen(self) -> tuple[str, ...]:
        """Servers of the cluster that nobody looked at, or that could not be reached."""
        wanted = dict.fromkeys(name for spec in self.specs.values() for name in spec.servers)
        return tuple(name for name in wanted if name not in self.specs)

    @property
    def strays(self) -> tuple[str, ...]:
        """Servers that lead clusters of their own, where two or more others have a common one."""
        alone = [host for host in self.running if len(set(self.states[host].peers)) == 1]
        others = [host for host in self.running if host not in alone]
        views = [frozenset(self.states[host].peers) for host in others]
        is_one = all(view & views[0] for view in views)
        # A server that the others list as well is no stray: it lost them, and says so by itself.
        return tuple(alone) if views and is_one else ()

    @property
    def twice(self) -> tuple[str, ...]:
        """Every entry that is too much: a peer that is listed three times stands here twice."""
        most: dict[str, int] = {}
        for state in self.states.values():
            for peer in state.peers:
                most[peer] = max(most.get(peer, 0), state.peers.count(peer))
        return tuple(peer for peer, times in most.items() for _ in range(times - 1))

    @property
    def dead(self) -> tuple[str, ...]:
        """Peers whose server says that it is in no cluster, or leads one of its own."""
        gone = [
            host
            for host in (self.specs if self.is_live else ())
            if host in self.strays
            or (
                self.standing(host) is Standing.LISTED_WITHOUT_KNOWING
                and self.states[host].clustered is False
            )
        ]
        return tuple(peer for host in gone if (peer := self.listed_as(host)))

    def has_address(self, host: str, address: str) -> bool:
        """Whether ``address`` is known to be one of ``host``."""
        return address in self._addresses(host)

    def standing(self, host: str) -> Standing:
        """How ``host`` stands; only meaningful where the cluster is live."""
        if host in self.running:
            return Standing.MEMBER
        own = self._addresses(host)
        is_listed = bool(self.listed_as(host))
        is_in_a_cluster = self.states[host].clustered is True
        if is_listed:
            return Standing.STOPPED_MEMBER if is_in_a_cluster else Standing.LISTED_WITHOUT_KNOWING
        # Without an address of its own to look for, a peer that nobody else accounts for might be
        # this server; joining it again would list it twice (CSCvi67717).
        if not own and len(self.peers) > len(self.running):
            return Standing.UNCLEAR
        return Standing.OUTSIDE

    def listed_as(self, host: str) -> str:
        """The peer that has an address of ``host``, as the others list it; "" where none has."""
        own = self._addresses(host)
        listed = (
            peer for other in self.running if other != host for peer in self.states[other].peers
        )
        return next((peer for peer in sorted(set(listed)) if peer.rpartition(":")[0] in own), "")

    def members(self) -> tuple[str, ...]:
        """All members in the order of a rolling change: stopped ones, followers, the leader."""
        standings = {host: self.standing(host) for host in self.states} if self.is_live else {}
        stopped = [h for h, s in standings.items() if s is Standing.STOPPED_MEMBER]
        running = sorted(self.running, key=lambda host: self.states[host].is_leader)
        return (*stopped, *running)

    def outsiders(self) -> tuple[str, ...]:
        """The servers that have to join, in inventory order, the founder not among them."""
        inside = {*self.members(), *self.leaving} | (set() if self.is_live else {self.first})
        return tuple(host for host in self.specs if host not in inside)

    def _addresses(self, host: str) -> frozenset[str]:
        address = self.specs[host].address
        try:
            ipaddress.ip_address(address)
        except ValueError:
            return self.states[host].addresses
        return self.states[host].addresses | {address}

    @property
    def clustered(self) -> tuple[str, ...]:
        """Servers that say that they are in a cluster."""
        return tuple(host for host, state in self.states.items() if state.clustered is True)

    @property
    def clustered_elsewhere(self) -> tuple[str, ...]:
        """Those of them that are not the first."""
        return tuple(host for host in self.clustered if host != self.first)


def _bare(peer: str) -> str:
    return peer.rpartition(":")[0]
