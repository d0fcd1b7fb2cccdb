"""A cluster is taken down to nothing and founded anew: for another domain, for other interfaces, or
because nothing else mends it. That is an outage.

What a member does that is given another domain or interface is not known (mmp.md 4.1), and after a
rollback a cluster has to be rebuilt (TAC 214620). The order of TAC 217319 needs no such knowledge:

1. all servers are stopped before any is reset, so nobody runs who lists one that is reset;
2. the founder is reset and given its settings, and the secrets that the others still have;
3. the others are reset; then the founder founds, and the others join as on the first day.

No secret is lost on the way, so call bridges need no new ones. A run that is cut leaves one of two
things: nobody leads and some server is in a cluster still (a second run goes on here), or what a
first deployment leaves that was cut (any run goes on).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cmsdeploy.families.ladder import Ladder, Rung
from cmsdeploy.families.xmpp import commands
from cmsdeploy.families.xmpp.departures import departure_refusals
from cmsdeploy.families.xmpp.facts import XmppState, after_disable
from cmsdeploy.families.xmpp.group import Group, Standing
from cmsdeploy.families.xmpp.place import Place
from cmsdeploy.families.xmpp.renewal import change_refusals
from cmsdeploy.families.xmpp.rolling import climbed
from cmsdeploy.families.xmpp.settled import bridge_names, settled_secret
from cmsdeploy.families.xmpp.spec import Rebuild
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import UNKNOWN, Unknown
from cmsdeploy.model.step import Problem, Refusal, Risk, Severity

if TYPE_CHECKING:
    from cmsdeploy.families.xmpp.repairs import Climbing

__all__ = ["RESET", "STOPPED", "Rebuilding", "left_alone", "rebuilding_of"]

# Names of rungs; the ladder above them has a `disable` of its own.
STOPPED, RESET = "stopped-together", "reset"
_LIVE = frozenset({"xmpp/live-domain", "xmpp/live-listen"})
_NOBODY = frozenset({"xmpp/no-leader", "xmpp/nobody-runs"})
# What is mended by founding anew; a member that is cut off is not, and would not join either.
_BROKEN = frozenset({"xmpp/duplicate-peer", "xmpp/dead-peer", "xmpp/two-clusters"})
# These speak of one server after the other; here all are down together.
_OF_ROLLING = frozenset(
    {
        "xmpp/majority",
        "xmpp/membership-unclear",
        "xmpp/not-seen",
        "xmpp/stopped-member",
        "xmpp/change-trust",
        "xmpp/other-certificate",
    }
)
_LIFTED = _LIVE | _NOBODY | _BROKEN | _OF_ROLLING
_SOURCE = "TAC 217319 steps 1, 12, 26"
Sentence = Rung[XmppState]


@dataclass(frozen=True)
class Rebuilding:
    """``group`` is taken down, and is ``after`` it; ``refusals`` speak against it. ``risk`` is what
    it costs to stop the servers: an outage where a cluster serves that could be let alone."""

    group: Group
    after: Group
    risk: Risk
    refusals: tuple[Refusal, ...]

    def ladders(self, climbing: Climbing) -> list[Ladder[XmppState]]:
        """Down on the ladders of this module, up again on those of a first deployment."""
        group = self.group
        settled = {name: settled_secret(group, name) for name in bridge_names(group)}
        others = [host for host in group.specs if host != group.first]

        def placed(place: Place) -> Place:
            after = climbed(others, RESET) if place.is_founder else place.enable_cluster_after
            return replace(place, settled=settled, enable_cluster_after=after)

        return [
            replace(
                ladder,
                state=group.states[ladder.host],
                rungs=(*_down(group, ladder.host, self.risk), *ladder.rungs),
            )
            for ladder in climbing(self.after, placed)
        ]


def rebuilding_of(group: Group, against: Sequence[Refusal]) -> Rebuilding | None:
    """How the cluster is founded anew; None where that is not asked for or not needed, and then
    ``against`` is all that speaks against any other change."""
    mode = next(iter(group.specs.values())).rebuild
    rules = {one.rule for one in against if not one.is_of_number}
    if mode is Rebuild.NEVER or group.first not in group.specs or group.unseen:
        return None
    is_on_change, is_asked = mode is Rebuild.ON_CHANGE, mode is Rebuild.ASKED
    is_broken = not is_on_change and _is_broken(group, rules)
    is_meant = _is_changed(group, rules) if is_on_change else is_asked and _is_well(group, rules)
    if not (is_broken or is_meant):
        return None
    every = (*against, *departure_refusals(group), *change_refusals(group.staying), *_own(group))
    states = {host: _state_after(group, host) for host in group.specs}
    return Rebuilding(
        group,
        replace(group, states=states),
        Risk.OUTAGE if group.is_live and not is_broken else Risk.DISRUPTIVE,
        tuple(one for one in dict.fromkeys(every) if one.rule not in _LIFTED),
    )


def _is_changed(group: Group, rules: set[str]) -> bool:
    """Whether most of a live cluster, or anything of one that nobody leads, has another domain or
    other interfaces: a run that was cut is in the middle of it."""
    if group.is_live:
        return bool(rules & _LIVE)
    return any(not _is_out(group.states[host]) and _differs(group, host) for host in group.specs)


def _differs(group: Group, host: str) -> bool:
    spec, state = group.specs[host], group.states[host]
    is_other_domain = state.domain not in (UNKNOWN, spec.domain)
    return is_other_domain or state.listen not in (UNKNOWN, frozenset(spec.listen))


def _is_broken(group: Group, rules: set[str]) -> bool:
    """Whether nobody leads a cluster in which some server is, or its list of peers is wrong."""
    if group.is_live:
        return bool(rules & _BROKEN or _lost(group))
    return any(not _is_out(state) for state in group.states.values())


def _is_well(group: Group, rules: set[str]) -> bool:
    """Whether every server is in the cluster and sees its leader, so that founding it anew is an
    outage for nothing but the asking. Where a server only has to join or to start, it does."""
    return set(group.running) == set(group.specs) and rules <= _LIVE


def left_alone(group: Group, against: Sequence[Refusal]) -> tuple[Problem, ...]:
    """What a person is told who wants a cluster founded anew that is well."""
    mode = next(iter(group.specs.values())).rebuild
    if mode is not Rebuild.BROKEN or against or not _is_well(group, set()):
        return ()
    text = Phrase(
        "cluster {cluster} is well: {number} servers, one leader, and it is not founded anew; where"
        " that is meant all the same, write rebuild: asked, and allow the outage",
        cluster=group.cluster,
        number=len(group.specs),
    )
    return (Problem(group.first, "xmpp/well", text, Severity.NOTE, group.cluster),)


def _is_out(state: XmppState) -> bool:
    """Whether the server is in no cluster. One that does not say it is, where it is as new."""
    return state.clustered is False or (state.clustered is UNKNOWN and _is_new(state))


def _is_new(state: XmppState) -> bool:
    is_empty = state.bridges == {} and state.listen in (frozenset(), UNKNOWN)
    return is_empty and state.clustered is not True


def _lost(group: Group) -> tuple[str, ...]:
    """Members that run and see no leader: what keeps them from it would keep them from joining."""
    return tuple(
        host
        for host, state in group.states.items()
        if state.enabled is True
        and state.leader is None
        and group.listed_as(host)
        and group.standing(host) is not Standing.LISTED_WITHOUT_KNOWING
    )


def _own(group: Group) -> Iterator[Refusal]:
    for host in _lost(group):
        text = Phrase(
            "it is enabled and sees no leader, and {contact} lists it; founded anew, the cluster"
            " might miss it; where it was just started, plan again in a minute; else mend it first"
            " (cmsdeploy doctor)",
            contact=group.contact,
        )
        yield Refusal(host, "xmpp/member-lost", text, group.cluster)
    if group.leaving:
        text = Phrase(
            "{hosts} shall leave the cluster, and it is founded anew here; take them out first"
            " (playbooks/remove-server.yml), or let them be present for this run",
            hosts=", ".join(group.leaving),
        )
        yield Refusal(group.leaving[0], "xmpp/leaves-meanwhile", text, group.cluster)
    listed = sorted(group.peers - set(group.gone))
    if len(listed) > len(group.specs):
        strangers = [
            peer
            for peer in listed
            if not any(group.has_address(host, peer.rpartition(":")[0]) for host in group.specs)
        ]
        text = Phrase(
            "{count} peers are listed and {number} servers are here ({peers} belong to none of"
            " them); a server that goes on in the old cluster would be a second one: add it to the"
            " inventory, or, where it is dead, name its address in xmpp_peers_absent",
            count=len(listed),
            number=len(group.specs),
            peers=", ".join(strangers or listed),
        )
        yield Refusal(group.contact, "xmpp/unknown-peer", text, group.cluster)


def _state_after(group: Group, host: str) -> XmppState:
    state = group.states[host]
    for rung in _down(group, host, Risk.SAFE):
        state = state if rung.holds(state) else rung.then(state)
    return state


def _down(group: Group, host: str, risk: Risk) -> tuple[Sentence, ...]:
    others = [other for other in group.specs if other != host]
    secrets = [f"callbridge-{name}" for name in bridge_names(group)]
    is_founder = host == group.first
    # A server whose clustering was only disabled says that it is in no cluster, and the others list
    # it: so all are reset, but for a founder that was reset before and has the secrets since.
    is_kept = is_founder and not group.listed_as(host)
    # Whoever is reset loses its secrets: the founder takes them over before.
    kept = () if is_founder else climbed((group.first,), *secrets)
    return (
        Rung(
            name=STOPPED,
            why=Phrase("all servers are stopped together: their cluster is founded anew"),
            holds=lambda s: s.enabled is False,
            action=commands.DISABLE,
            then=after_disable,
            risk=risk,
            evidence=(commands.STATUS, commands.CLUSTER_STATUS),
            source=_SOURCE,
        ),
        Rung(
            name=RESET,
            why=Phrase("the server is in no cluster; nobody runs who lists it"),
            holds=_is_out if is_kept else _is_new,
            action=commands.RESET,
            then=_reset,
            risk=Risk.DESTRUCTIVE,
            after=(*climbed(others, STOPPED), *kept),
            evidence=(commands.STATUS, commands.BRIDGE_LIST, commands.CLUSTER_STATUS),
            source=_SOURCE,
        ),
    )


def _reset(state: XmppState) -> XmppState:
    """Whether a reset takes domain and certificates along is not known, so they are set again."""

    def cleared(value: str | Unknown) -> str | Unknown:
        return UNKNOWN if value is UNKNOWN else ""

    return replace(
        state,
        clustered=UNKNOWN,
        domain=cleared(state.domain),
        key=cleared(state.key),
        certificate=cleared(state.certificate),
        bundle=cleared(state.bundle),
        trust=UNKNOWN,
        bridges={},
        listen=frozenset() if state.listen is not UNKNOWN else UNKNOWN,
        is_member=False,
    )
