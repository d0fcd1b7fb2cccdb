"""What must be so between the servers, whatever made it untrue: one leader, the same peers."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.xmpp.commands import CLUSTER_STATUS
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.step import Problem

__all__ = ["LOGINS", "SYMPTOMS", "symptoms"]

# What follows from nearly everything that can be wrong with a cluster.
SYMPTOMS = frozenset({"xmpp/one-leader", "xmpp/same-leader", "xmpp/same-peers", "xmpp/peer-count"})
# What call bridges see of it.
LOGINS = frozenset({"callbridge/alarm", "callbridge/log"})


def symptoms(group: Group) -> Iterator[Problem]:
    """The promises of a cluster that do not hold."""
    yield from _leaders(group)
    yield from _views(group)


def _problem(group: Group, host: str, rule: str, text: str, *seen: Evidence) -> Problem:
    return Problem(
        host,
        rule,
        text,
        cluster=group.cluster,
        evidence=seen,
        likelihood=30,
        explains=LOGINS if rule == "xmpp/one-leader" else frozenset(),
    )


def _leaders(group: Group) -> Iterator[Problem]:
    leaders = [host for host, state in group.states.items() if state.is_leader]
    named = {state.leader for state in group.states.values()}
    is_elsewhere = bool(group.unseen) and len(named) == 1 and None not in named
    if len(leaders) != 1 and not (is_elsewhere and not leaders):
        who = ", ".join(leaders) or "none of the servers"
        seen = (
            Evidence(host, CLUSTER_STATUS.line, f"State: {state.role or 'none'}")
            for host, state in group.states.items()
        )
        text = f"exactly one server leads; now: {who}"
        yield _problem(group, group.first, "xmpp/one-leader", text, *seen)
    if len(named) != 1:
        who = ", ".join(sorted(str(leader or "none") for leader in named))
        seen = (
            Evidence(host, CLUSTER_STATUS.line, f"names {state.leader or 'no leader'}")
            for host, state in group.states.items()
        )
        text = f"the servers name different leaders: {who}"
        yield _problem(group, group.first, "xmpp/same-leader", text, *seen)


def _views(group: Group) -> Iterator[Problem]:
    views = {host: frozenset(state.peers) for host, state in group.states.items()}
    wanted = frozenset(peer for view in views.values() for peer in view)
    for host, view in views.items():
        missing = sorted(wanted - view)
        if missing:
            seen = Evidence(host, CLUSTER_STATUS.line, f"lists {', '.join(sorted(view)) or 'none'}")
            text = f"it does not list {', '.join(missing)}, which another server lists"
            yield _problem(group, host, "xmpp/same-peers", text, seen)
    servers = len(group.specs) + len(group.unseen)
    if len(wanted) != servers:
        text = f"{len(wanted)} peers are listed for {servers} servers in the inventory"
        listed = ", ".join(sorted(wanted)) or "none"
        seen = Evidence(group.first, CLUSTER_STATUS.line, f"all servers together list {listed}")
        yield _problem(group, group.first, "xmpp/peer-count", text, seen)
