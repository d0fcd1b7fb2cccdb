"""What concerns the group: who founds, who joins whom, where secrets are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.families.xmpp.departures import with_departures
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.place import Place
from cmsdeploy.families.xmpp.renewal import changes
from cmsdeploy.families.xmpp.rolling import CHANGE_FILE, REJOINED, SERVED, TRUSTING, climbed
from cmsdeploy.families.xmpp.settled import bridge_names, holders_of, settled_secret
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.model.secret import SecretRef

__all__ = ["groups", "places", "replaced", "sources"]


def groups(desired: Mapping[str, XmppSpec], observed: Mapping[str, XmppState]) -> Iterator[Group]:
    """One group for each cluster, in inventory order."""
    members: dict[str, dict[str, XmppSpec]] = {}
    for host, spec in desired.items():
        members.setdefault(spec.cluster, {})[host] = spec
    for cluster, specs in members.items():
        yield Group(cluster, specs, {host: observed[host] for host in specs})


def sources(group: Group) -> dict[SecretRef, str]:
    """On which server each existing secret is read."""
    found = {}
    for name in bridge_names(group):
        settled = settled_secret(group, name)
        is_rotated = any(name in spec.rotated for spec in group.specs.values())
        if settled is not None and not is_rotated:
            holders = holders_of(group, name)
            host = next(host for host, secret in holders.items() if secret == settled)
            found[callbridge_secret(group.cluster, name)] = host
    return found


def replaced(group: Group) -> frozenset[SecretRef]:
    """The secrets that differ from server to server, so that the login may be one that is given
    up, and those that get a new value."""
    rotated = {name for spec in group.specs.values() for name in spec.rotated}
    return frozenset(
        callbridge_secret(group.cluster, name)
        for name in bridge_names(group)
        if name in rotated or len(set(holders_of(group, name).values())) > 1
    )


def places(group: Group) -> dict[str, Place]:
    """The place of each server, for its ladder."""
    return with_departures(group, _staying(group))


def _staying(group: Group) -> dict[str, Place]:
    rotated = {name for spec in group.specs.values() for name in spec.rotated}
    settled = {
        name: None if name in rotated else settled_secret(group, name)
        for name in bridge_names(group)
    }
    members, outsiders = group.members(), group.outsiders()
    base = len(group.peers) if group.is_live else 1
    found: dict[str, Place] = {}
    changed = changes(group)
    for host in (one for one in members if one not in group.leaving):
        earlier = members[: members.index(host)]
        others_serve = climbed(members, SERVED) if changed else ()
        found[host] = Place(
            makes_secrets=host == group.contact,
            is_live=host in group.running,
            expected=base,
            settled=settled,
            maker=group.contact,
            stop_after=(*others_serve, *_agreed(earlier)),
            change=changed.get(host),
            stop_for_trust_after=(*climbed(members, CHANGE_FILE), *climbed(earlier, TRUSTING)),
            stop_to_serve_after=(*climbed(members, TRUSTING), *climbed(earlier, REJOINED, SERVED)),
        )
    if not group.is_live and group.first not in group.leaving:
        found[group.first] = Place(is_founder=True, makes_secrets=True, settled=settled)
    inside = members or (group.first,)
    for number, host in enumerate(outsiders, start=1):
        found[host] = Place(
            joins=group.specs[group.contact].address,
            expected=base + number,
            settled=settled,
            # A server that says `clustered` is the sign by which a second look knows that the
            # first server founded the cluster; so none may say it earlier.
            enable_cluster_after=_agreed(inside),
            join_after=_agreed((*inside, *outsiders[: number - 1])),
        )
    return found


def _agreed(hosts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return climbed(hosts, "agreed", "seen")
