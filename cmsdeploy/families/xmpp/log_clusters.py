"""Which boxes of a log belong to one cluster: those that name a common peer."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.model.secret import UNKNOWN

__all__ = ["clusters_in"]


def clusters_in(states: Mapping[str, XmppState]) -> tuple[tuple[str, ...], ...]:
    """The boxes, put together by the peers that they name, in the order of the log.

    A box that names itself alone may have founded a cluster by mistake, and one that names nobody
    may be stopped. Where there is one cluster they are taken for its servers; where there are
    several, they belong to the one that lists the same call bridges, else they are looked at apart.
    """
    apart = _by_peers(states)
    left = [host for host in states if not any(host in hosts for hosts in apart)]
    if len(apart) == 1:
        apart[0].update(left)
        left = []
    for tell in (_peers, _names):
        for host in tuple(left):
            like = [hosts for hosts in apart if tell(states, {host}) & tell(states, hosts)]
            if len(like) == 1:
                like[0].add(host)
                left.remove(host)
    order = list(states)
    found = [tuple(host for host in order if host in hosts) for hosts in (*apart, set(left))]
    return tuple(sorted(filter(None, found), key=lambda hosts: order.index(hosts[0])))


def _by_peers(states: Mapping[str, XmppState]) -> list[set[str]]:
    """Boxes that list two peers or more, put together where they have one in common."""
    groups: list[set[str]] = []
    for host in states:
        own = _peers(states, {host})
        if len(own) > 1:
            joined = [hosts for hosts in groups if _peers(states, hosts) & own]
            groups = [hosts for hosts in groups if hosts not in joined]
            groups.append({host}.union(*joined))
    return groups


def _peers(states: Mapping[str, XmppState], hosts: set[str]) -> set[str]:
    return {peer for host in hosts for peer in states[host].peers}


def _names(states: Mapping[str, XmppState], hosts: set[str]) -> set[str]:
    shown = [states[host].bridges for host in hosts]
    return {name for bridges in shown if bridges is not UNKNOWN for name in bridges}
