"""What concerns the group: who founds, who joins whom, whose secret counts, what must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.place import Place
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.model.secret import UNKNOWN, Secret, SecretRef
from cmsdeploy.model.step import Problem, Severity

__all__ = ["groups", "places", "problems", "replaced", "sources"]


def groups(desired: Mapping[str, XmppSpec], observed: Mapping[str, XmppState]) -> Iterator[Group]:
    """One group for each cluster, in inventory order."""
    for cluster in dict.fromkeys(spec.cluster for spec in desired.values()):
        specs = {host: spec for host, spec in desired.items() if spec.cluster == cluster}
        yield Group(cluster, specs, {host: observed[host] for host in specs})


def _holders(group: Group, name: str) -> dict[str, Secret]:
    return {
        host: bridge.secret
        for host, state in group.states.items()
        if state.bridges is not UNKNOWN
        and (bridge := state.bridges.get(name)) is not None
        and isinstance(bridge.secret, Secret)
    }


def _settled(group: Group, name: str) -> Secret | None:
    """The secret that counts: what most servers have; among equals, the first server's.

    In scenario 2 of TAC 213479 the first server is the one that is wrong, so it is not simply
    the first that is believed.
    """
    holders = _holders(group, name)
    if not holders:
        return None
    counted = Counter(holders.values())
    most = max(counted.values())
    leading = [secret for secret, times in counted.items() if times == most]
    own = holders.get(group.first)
    return own if own is not None and own in leading else leading[0]


def _names(group: Group) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for spec in group.specs.values() for name in spec.bridges))


def sources(group: Group) -> dict[SecretRef, str]:
    """On which server each existing secret is read."""
    found = {}
    for name in _names(group):
        settled = _settled(group, name)
        if settled is not None:
            holders = _holders(group, name)
            host = next(host for host, secret in holders.items() if secret == settled)
            found[callbridge_secret(group.cluster, name)] = host
    return found


def replaced(group: Group) -> frozenset[SecretRef]:
    """The secrets that differ from server to server: the login may be one that is given up."""
    return frozenset(
        callbridge_secret(group.cluster, name)
        for name in _names(group)
        if len(set(_holders(group, name).values())) > 1
    )


def places(group: Group) -> dict[str, Place]:
    """The place of each server, for its ladder."""
    settled = {name: _settled(group, name) for name in _names(group)}
    members, outsiders = group.members(), group.outsiders()
    base = len(group.peers) if group.is_live else 1
    found: dict[str, Place] = {}
    for host in members:
        earlier = members[: members.index(host)]
        found[host] = Place(
            makes_secrets=host == group.contact,
            is_live=host in group.running,
            expected=base,
            settled=settled,
            stop_after=_agreed(earlier),
        )
    if not group.is_live:
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
    return tuple((host, "agreed") for host in hosts)


def problems(group: Group) -> Iterator[Problem]:
    """What is wrong between the servers, by what they report of each other."""
    yield from _leaders(group)
    yield from _views(group)
    yield from _secrets(group)


def _problem(group: Group, host: str, rule: str, text: str) -> Problem:
    return Problem(host, rule, text, cluster=group.cluster)


def _leaders(group: Group) -> Iterator[Problem]:
    leaders = [host for host, state in group.states.items() if state.is_leader]
    if len(leaders) != 1:
        who = ", ".join(leaders) or "none of the servers"
        yield _problem(
            group, group.first, "xmpp/one-leader", f"exactly one server leads; now: {who}"
        )


def _views(group: Group) -> Iterator[Problem]:
    views = {host: frozenset(state.peers) for host, state in group.states.items()}
    wanted = frozenset(peer for view in views.values() for peer in view)
    named = {state.leader for state in group.states.values()}
    for host, state in group.states.items():
        missing = sorted(wanted - views[host])
        if missing:
            text = f"it does not list {', '.join(missing)}, which another server lists"
            yield _problem(group, host, "xmpp/same-peers", text)
        if len(state.peers) != len(views[host]):
            yield _problem(group, host, "xmpp/duplicate-peer", "it lists a peer twice (CSCvi67717)")
    if len(wanted) != len(group.specs):
        text = f"{len(wanted)} peers are listed for {len(group.specs)} servers in the inventory"
        yield _problem(group, group.first, "xmpp/peer-count", text)
    if len(named) != 1:
        who = ", ".join(sorted(str(leader or "none") for leader in named))
        yield _problem(
            group, group.first, "xmpp/same-leader", f"the servers name different leaders: {who}"
        )


def _secrets(group: Group) -> Iterator[Problem]:
    for name in _names(group):
        settled, holders = _settled(group, name), _holders(group, name)
        for host in group.specs:
            if host not in holders:
                text = f"call bridge {name} may not log in here: it has no secret"
                yield _problem(group, host, "xmpp/secret-missing", text)
            elif holders[host] != settled:
                text = f"the secret of call bridge {name} is not the one of the other servers"
                yield _problem(group, host, "xmpp/secret-differs", text)
    for host, state in group.states.items():
        yield from _same_secret_twice(group, host, state)
        listed = () if state.bridges is UNKNOWN else tuple(state.bridges)
        for name in (name for name in listed if name not in _names(group)):
            text = f"call bridge {name} may log in here and is not in the inventory"
            yield Problem(host, "xmpp/callbridge-unlisted", text, Severity.NOTE, group.cluster)


def _same_secret_twice(group: Group, host: str, state: XmppState) -> Iterator[Problem]:
    # The visible sign of scenario 2: cb1 carries the secret of cb3.
    by_secret: dict[Secret, str] = {}
    for name, bridge in ({} if state.bridges is UNKNOWN else state.bridges).items():
        if not isinstance(bridge.secret, Secret):
            continue
        other = by_secret.setdefault(bridge.secret, name)
        if other != name:
            text = f"call bridges {other} and {name} have the same secret; one of them is wrong"
            yield _problem(group, host, "xmpp/secret-twice", text)
