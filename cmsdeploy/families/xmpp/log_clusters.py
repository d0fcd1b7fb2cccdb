"""Which boxes of a log belong to one cluster: those that name a common peer."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.families.xmpp.facts import XmppState

__all__ = ["clusters_in"]


def clusters_in(states: Mapping[str, XmppState]) -> tuple[tuple[str, ...], ...]:
    """The boxes, put together by the peers that they name, in the order of the log.

    A box that names itself alone may have founded a cluster by mistake, and one that names nobody
    may be stopped. Where there is one cluster they are taken for its servers; where there are
    several, nobody can say whose they are, and they are looked at apart.
    """
    groups: list[tuple[set[str], set[str]]] = []
    unplaced = []
    for host, state in states.items():
        peers = set(state.peers)
        if len(peers) < 2:
            unplaced.append(host)
            continue
        joined = [one for one in groups if one[1] & peers]
        groups = [one for one in groups if one not in joined]
        names = {host}.union(*(hosts for hosts, _ in joined))
        groups.append((names, peers.union(*(theirs for _, theirs in joined))))
    apart = [set(hosts) for hosts, _ in groups]
    left = set(unplaced)
    for host in unplaced:
        own = set(states[host].peers)
        for (_, peers), hosts in zip(groups, apart, strict=True):
            if own & peers:
                hosts.add(host)
                left.discard(host)
    if len(apart) == 1:
        apart[0] |= left
    elif left:
        apart.append(left)
    order = list(states)
    found = [tuple(host for host in order if host in hosts) for hosts in apart]
    return tuple(sorted(found, key=lambda hosts: order.index(hosts[0])))
