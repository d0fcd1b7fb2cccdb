"""What is wrong with the entries of a cluster: peers twice, dead ones, two clusters."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.xmpp.commands import CLUSTER_STATUS, STATUS
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.surgery import peer_gone, peer_once, surgeon
from cmsdeploy.families.xmpp.symptoms import LOGINS, SYMPTOMS
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.step import Problem

__all__ = ["entry_findings"]


def entry_findings(group: Group) -> Iterator[Problem]:
    """Peers that are listed twice, peers that are gone, and servers in another cluster."""
    for peer in dict.fromkeys(group.twice):
        yield _twice(group, peer)
    yield from _dead(group)
    yield from _two_clusters(group)


def _bare(peer: str) -> str:
    return peer.rpartition(":")[0]


def _owner(group: Group, peer: str) -> str:
    """The server that has the address of ``peer``; where none is known to, one that lists it, the
    one that lists it most often first."""
    owners = [host for host in group.specs if group.has_address(host, _bare(peer))]
    listing = [host for host in group.specs if peer in group.states[host].peers]
    listing.sort(key=lambda host: -group.states[host].peers.count(peer))
    return next(iter([*owners, *listing]), group.first)


def _place(group: Group, peer: str, host: str) -> str:
    """Where the entry is taken off: on ``host`` where it surely lists the peer and is not it."""
    is_known = any(group.has_address(one, _bare(peer)) for one in group.specs)
    if is_known and host and peer in group.states[host].peers:
        return host
    return f"a member that lists it and does not have the address {_bare(peer)}"


def _twice(group: Group, peer: str) -> Problem:
    address = _bare(peer)
    owner, host = _owner(group, peer), surgeon(group, address)
    return Problem(
        owner,
        "xmpp/duplicate-peer",
        f"{peer} is listed more than once: the server was reset while it was a member, and joined"
        " again (CSCvi67717)",
        cluster=group.cluster,
        evidence=tuple(
            Evidence(other, CLUSTER_STATUS.line, f"lists {peer} {state.peers.count(peer)} times")
            for other, state in group.states.items()
            if state.peers.count(peer) > 1
        ),
        fix=f"on {_place(group, peer, host)}, not on the server itself: xmpp cluster remove"
        f" {address}; look with `xmpp cluster status`; where both entries went, join again with"
        " `xmpp cluster join`; never reset a member",
        likelihood=90,
        explains=SYMPTOMS | {"xmpp/no-leader"},
        asks=((host, "xmpp", peer_once(address)),) if host else (),
    )


def _dead(group: Group) -> Iterator[Problem]:
    for peer in dict.fromkeys(group.dead):
        address = _bare(peer)
        owner, host = _owner(group, peer), surgeon(group, address)
        if owner in group.strays:
            continue
        yield Problem(
            owner,
            "xmpp/dead-peer",
            f"the others still list {owner} ({peer}), and it says that it is in no cluster: it was"
            " reset or taken out without being removed first",
            cluster=group.cluster,
            evidence=(
                Evidence(owner, STATUS.line, "Clustered: false"),
                *(
                    Evidence(other, CLUSTER_STATUS.line, f"lists {peer}")
                    for other in group.running
                    if peer in group.states[other].peers
                ),
            ),
            fix=f"on {_place(group, peer, host)}: xmpp cluster remove {address} (never without the"
            f" address); then {owner} joins again; joining first would list it twice (CSCvi67717)",
            likelihood=90,
            explains=SYMPTOMS | LOGINS | {"xmpp/secret-missing", "xmpp/no-leader"},
            asks=(
                *(((host, "xmpp", peer_gone(address)),) if host else ()),
                (owner, "xmpp", "*"),
                (owner, "pki", "*"),
            ),
        )


def _two_clusters(group: Group) -> Iterator[Problem]:
    wrong = list(group.strays) or _disjoint(group)
    for host in wrong:
        peers = ", ".join(sorted(set(group.states[host].peers)))
        others = [other for other in group.running if other not in wrong]
        old = group.listed_as(host)
        entry = (
            ((surgeon(group, _bare(old)), "xmpp", peer_gone(_bare(old))),)
            if old and surgeon(group, _bare(old))
            else ()
        )
        yield Problem(
            host,
            "xmpp/two-clusters",
            f"{host} is in a cluster of its own ({peers}), so there are two leaders",
            cluster=group.cluster,
            evidence=tuple(
                Evidence(
                    other,
                    CLUSTER_STATUS.line,
                    f"State: {group.states[other].role}, peers"
                    f" {', '.join(sorted(set(group.states[other].peers)))}",
                )
                for other in (host, *others)
            ),
            fix=f"on {host} itself: xmpp cluster remove; then: xmpp cluster join ADDRESS",
            likelihood=90,
            explains=SYMPTOMS | LOGINS,
            asks=((host, "xmpp", "*"), *entry) if host in group.strays else (),
        )


def _disjoint(group: Group) -> list[str]:
    """Servers whose list has nothing in common with those before them."""
    found, seen = [], frozenset[str]()
    for host in group.running:
        peers = frozenset(group.states[host].peers)
        if seen and not peers & seen:
            found.append(host)
        else:
            seen |= peers
    return found
