"""What is to be climbed in one cluster: its ladders, those of a repair of its list, or those of a
cluster that is founded anew; and how things will stand afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cmsdeploy.families.ladder import Ladder
from cmsdeploy.families.xmpp import rules
from cmsdeploy.families.xmpp.departures import entry_stays
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.ladder import rungs
from cmsdeploy.families.xmpp.place import Place
from cmsdeploy.families.xmpp.rebuilding import left_alone, rebuilding_of
from cmsdeploy.families.xmpp.refusals import refusals
from cmsdeploy.model.step import Problem, Refusal

__all__ = ["Verdict", "judged", "ladders_of", "settled"]


@dataclass(frozen=True)
class Verdict:
    """``refusals`` speak against a climb, ``ladders`` are what is climbed, ``notes`` are for a
    person. ``group`` is the cluster on which they stand: as it was seen, or once it is down."""

    refusals: tuple[Refusal, ...]
    ladders: list[Ladder[XmppState]]
    group: Group
    notes: tuple[Problem, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether nothing may be done. The number of servers is judged by who plans the play."""
        return any(not refusal.is_of_number for refusal in self.refusals)


def judged(group: Group) -> Verdict:
    """Entries of dead servers are put in order first, where the task asks for that."""
    against = refusals(group)
    rebuilding = rebuilding_of(group, against)
    if rebuilding is not None:
        verdict = Verdict(rebuilding.refusals, [], rebuilding.after)
        if verdict.is_refused:
            return replace(verdict, group=group)
        return replace(verdict, ladders=rebuilding.ladders(ladders_of))
    numbers = tuple(one for one in against if one.is_of_number)
    stopping = tuple(one for one in against if not one.is_of_number)
    is_asked = any(spec.has_dead_removed for spec in group.specs.values())
    # One thing in a night: who shall be back waits until nobody has to leave any more.
    is_leaving = any(host in group.members() for host in group.leaving)
    is_back = any(group.listed_as(one.host) and one.host not in group.leaving for one in stopping)
    is_healed_here = is_asked and {one.rule for one in stopping} == {"xmpp/dead-peer"}
    is_healed_here = is_healed_here and not (is_leaving and is_back)
    if is_healed_here or (group.gone and not stopping):
        # Imported here: few plans operate on a cluster.
        from cmsdeploy.families.xmpp.repairs import operated

        climbing = list(operated(group, ladders_of))
        if climbing:
            return Verdict(numbers, climbing, group)
        return Verdict((*numbers, *(stopping or (entry_stays(group),))), [], group)
    climbing = [] if stopping else ladders_of(group)
    return Verdict(against, climbing, group, left_alone(group, stopping))


def settled(group: Group, after: Mapping[str, XmppState]) -> dict[str, XmppState]:
    """The predicted states as the servers would report them, so that a later task of the same
    playbook sees the cluster that this one makes."""
    newcomers = [host for host in group.staying.specs if host not in group.members()]
    left = {group.listed_as(host) for host in group.leaving} | {*group.dead, *group.gone}
    peers = (*sorted(group.peers - left), *newcomers)
    named = {state.leader for state in group.states.values() if state.leader}
    leader = min(named) if named else group.first
    return {
        host: state
        if host in group.leaving
        else replace(state, peers=peers, leader=leader, expected_peers=0)
        for host, state in after.items()
    }


def ladders_of(
    group: Group, placed: Callable[[Place], Place] = lambda place: place
) -> list[Ladder[XmppState]]:
    """The ladder of every server, by its place in the cluster."""
    places = rules.places(group)
    members = frozenset(group.members())
    ladders = []
    for host, spec in group.specs.items():
        state = replace(group.states[host], is_member=host in members)
        climbing = tuple(rungs(spec, state, placed(places[host])))
        ladders.append(Ladder(host, "xmpp", group.cluster, state, climbing))
    return ladders
