"""The leader of a cluster is stopped for a while: who takes over, and is all as before?"""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.families.xmpp import commands, rules
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.model.drill import Drill
from cmsdeploy.model.step import Sentence

__all__ = ["drills"]

# Two of two are no majority when one is stopped (FAQ 68/500).
_LEAST = 3


def drills(desired: Mapping[str, XmppSpec], observed: Mapping[str, XmppState]) -> tuple[Drill, ...]:
    """The drill of each cluster."""
    return tuple(_drill(group) for group in rules.groups(desired, observed))


def _drill(group: Group) -> Drill:
    leaders = [host for host in group.running if group.states[host].is_leader]
    host = leaders[0] if len(leaders) == 1 else group.first
    old = group.states[host].leader or ""
    expected = len(group.peers)
    others = [one for one in group.running if one != host]
    return Drill(
        family="xmpp",
        cluster=group.cluster,
        host=host,
        stop=commands.DISABLE,
        start=commands.ENABLE,
        taken_over={one: _another_leads(old) for one in others},
        restored={one: _is_whole(expected) for one in (host, *others)},
        names=frozenset(
            {host, group.specs[host].address, old.rpartition(":")[0], *_own(group, host)}
        )
        - {""},
        against=_against(group, leaders),
    )


def _own(group: Group, host: str) -> frozenset[str]:
    return group.states[host].addresses


def _against(group: Group, leaders: list[str]) -> str:
    if len(leaders) != 1:
        return f"{len(leaders)} leaders are seen, and one is stopped; look with: cmsdeploy doctor"
    if len(group.running) < len(group.specs) or len(group.peers) != len(group.running):
        return "not every server of the cluster runs in it; look with: cmsdeploy doctor"
    if len(group.running) < _LEAST:
        return (
            f"{len(group.running)} servers run, and without one of them there is no majority; a"
            " drill needs three"
        )
    return ""


def _another_leads(old: str) -> Sentence:
    return Sentence(
        "another server leads",
        (commands.CLUSTER_STATUS,),
        lambda state: state.leader is not None and state.leader != old,
    )


def _is_whole(expected: int) -> Sentence:
    return Sentence(
        f"the server is in the cluster, among {expected} peers with one leader",
        (commands.STATUS, commands.CLUSTER_STATUS),
        lambda state: (
            state.enabled is not False
            and state.leader is not None
            and len(set(state.peers)) == expected
        ),
    )
