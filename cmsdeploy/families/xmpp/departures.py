"""Who leaves the cluster and in which order, and what forbids it at the first look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cmsdeploy.families.xmpp.group import Group, Standing
from cmsdeploy.families.xmpp.leaving import LEFT, seen_off
from cmsdeploy.families.xmpp.live_settings import needs_restart
from cmsdeploy.families.xmpp.place import Farewell, Place
from cmsdeploy.families.xmpp.rolling import climbed
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.step import Refusal

__all__ = ["departure_refusals", "entry_stays", "with_departures"]


def with_departures(group: Group, found: dict[str, Place]) -> dict[str, Place]:
    """``found`` with the places of those who leave: one after the other, when the rest is in
    order, and each is reset when no other server lists it."""
    settled = [(host, name) for host in found for name in ("agreed", "seen")]
    gone: list[str] = []
    members = group.members()
    places = {
        host: replace(place, expected=_left_over(group, place.expected))
        for host, place in found.items()
    }
    places.update(
        {
            host: Place(is_leaving=True, is_purged=group.specs[host].is_purged)
            for host in group.leaving
        }
    )
    for host in _in_order(group):
        peer = group.listed_as(host)
        others = [one for one in group.running if one != host and one not in gone]
        before = [(one, seen_off(other)) for one in others for other in gone]
        places[host] = replace(
            places[host],
            goes_on=_going_on(group, sum(one in members for one in (*gone, host))),
            leave_after=(*settled, *before),
            reset_after=((host, LEFT), *climbed(others, seen_off(host))) if peer else (),
        )
        for other in others if peer else ():
            farewell = Farewell(host, peer, ((host, LEFT),))
            place = places[other]
            places[other] = replace(place, farewells=(*place.farewells, farewell))
        gone.append(host)
    return places


def _left_over(group: Group, expected: int) -> int:
    listed = sum(1 for host in group.leaving if host in group.members())
    return max(expected - listed, 1)


def _going_on(group: Group, gone: int) -> tuple[int, int]:
    """How many servers run, and how many are listed, when so many have left."""
    listed = len(group.peers - set(group.gone) - set(group.dead)) + len(group.outsiders())
    return len(group.members()) + len(group.outsiders()) - gone, listed - gone


def _in_order(group: Group) -> list[str]:
    """Those who are outside first, then followers, the leader last."""
    members = group.members()
    outside = [host for host in group.leaving if host not in members]
    return [*outside, *(host for host in members if host in group.leaving)]


def departure_refusals(group: Group) -> Iterator[Refusal]:
    """What speaks against taking servers out, or against a change of a live cluster at all."""
    staying = group.staying
    is_asked = bool(group.leaving or group.gone) or any(
        spec.rotated or spec.has_dead_removed for spec in group.specs.values()
    )
    if staying.specs and group.first in group.leaving:
        yield _refusal(
            group,
            group.first,
            "xmpp/first-leaves",
            Phrase(
                "{first} founds the cluster and shall leave it; name one that stays as"
                " xmpp_cluster_first",
                first=group.first,
            ),
        )
    yield from _misnamed(group)
    yield from _without_cluster(group)
    if not is_asked and group.is_live:
        # What is put right by this very change may be why the member sees nobody.
        yield from (one for one in _lost_here(group) if not needs_restart(group, one.host))
    if is_asked and group.is_live:
        yield from _lost(group)
        yield from _too_few(group)
        yield from _nobodies(group)


def _refusal(group: Group, host: str, rule: str, text: str) -> Refusal:
    return Refusal(host, rule, text, group.cluster)


def entry_stays(group: Group) -> Refusal:
    """Nobody can take the entry of a dead server off the list."""
    peers = ", ".join(group.gone)
    text = Phrase(
        "no other server that sees a leader can take {peers} off the list; mend these first",
        peers=peers,
    )
    return _refusal(group, group.contact, "xmpp/entry-stays", text)


def _misnamed(group: Group) -> Iterator[Refusal]:
    for host, spec in group.specs.items():
        own = [address for address in spec.gone if group.has_address(host, address)]
        if own:
            yield _refusal(
                group,
                host,
                "xmpp/not-dead",
                Phrase(
                    "{address} is said to be the address of a dead server, and {host} has it"
                    " and answers; take it out of xmpp_peers_absent (a server that shall"
                    " leave has xmpp_state: absent)",
                    address=own[0],
                    host=host,
                ),
            )


def _without_cluster(group: Group) -> Iterator[Refusal]:
    if not any(spec.is_cluster_wanted for spec in group.staying.specs.values()):
        return
    if not group.is_live and not group.clustered:
        yield _refusal(
            group,
            next(iter(group.specs)),
            "xmpp/no-cluster",
            Phrase(
                "none of the servers is in a cluster, and this play changes one that is"
                " there; to found it: playbooks/site.yml"
            ),
        )
    elif not group.is_live and len(group.staying.specs) > 1:
        yield _refusal(
            group,
            group.clustered[0],
            "xmpp/no-leader",
            Phrase(
                "{servers} belong to a cluster and none of them sees a leader, so it has"
                " no majority; start the stopped servers with `xmpp enable`, and plan"
                " again; where they cannot be had back, the cluster has to be founded"
                " anew (site.yml)",
                servers=", ".join(group.clustered),
            ),
        )
    elif len(group.running) == 1 and _may_be_elsewhere(group, group.first):
        yield _refusal(
            group,
            group.running[0],
            "xmpp/two-clusters",
            Phrase(
                "it leads a cluster of its own, and {first} may be in one that has lost its"
                " majority; where {first} was leaving when a run was cut, apply that one again;"
                " else, on {host}, take it out of its own with: xmpp cluster remove",
                first=group.first,
                host=group.running[0],
            ),
        )


def _may_be_elsewhere(group: Group, host: str) -> bool:
    """Whether a server is in a cluster that nobody sees now: it runs and has seen others, or it is
    stopped and shows nothing. One that runs among nobody has left."""
    state = group.states[host]
    is_outside = state.enabled is True and state.role is None and not state.peers
    return host in group.clustered and host not in group.running and not is_outside


def _lost_here(group: Group) -> Iterator[Refusal]:
    if any(spec.is_cluster_wanted for spec in group.specs.values()):
        yield from _lost(group)


def _lost(group: Group) -> Iterator[Refusal]:
    for host in group.specs:
        state = group.states[host]
        is_lost = state.enabled is True and state.leader is None and bool(group.listed_as(host))
        if is_lost and group.standing(host) is not Standing.LISTED_WITHOUT_KNOWING:
            yield _refusal(
                group,
                host,
                "xmpp/member-lost",
                Phrase(
                    "it is enabled and sees no leader, and {contact} lists it; where it was"
                    " just started, plan again in a minute; else mend it first (cmsdeploy"
                    " doctor), or name {address} in xmpp_peers_absent and leave the server"
                    " out of the inventory: it is then taken off as a dead one",
                    contact=group.contact,
                    address=group.listed_as(host).rpartition(":")[0],
                ),
            )


def _too_few(group: Group) -> Iterator[Refusal]:
    """After each departure, more than half of those who are still listed have to run."""
    if not group.staying.specs:
        return
    members = group.members()
    leaving = [host for host in members if host in group.leaving]
    known = {peer for host in members if (peer := group.listed_as(host))}
    for number, host in enumerate(leaving, start=1):
        running, listed = _going_on(group, number)
        if running * 2 <= listed:
            yield _refusal(
                group,
                host,
                "xmpp/majority",
                Phrase(
                    "when it leaves, {left} of {listed} servers are left, and more than half"
                    " are needed; bring back the others first ({known} are known here)",
                    left=running,
                    listed=listed,
                    known=len(known),
                ),
            )
            return


def _nobodies(group: Group) -> Iterator[Refusal]:
    if not any(spec.has_dead_removed for spec in group.specs.values()):
        return
    for peer in sorted(group.peers - set(group.gone)):
        address = peer.rpartition(":")[0]
        if not any(group.has_address(host, address) for host in group.specs):
            yield _refusal(
                group,
                group.contact,
                "xmpp/unknown-peer",
                Phrase(
                    "{peer} is listed and no server of the inventory has that address; where"
                    " that server is dead, say so: xmpp_peers_absent: [{address}]; else add"
                    " it to the inventory",
                    peer=peer,
                    address=address,
                ),
            )
