"""A server leaves its cluster: it goes by itself, the others are seen not to list it, and only then
is it reset.

The order is the whole point: a member that is reset leaves a dead entry behind, and joining again
lists it twice (TAC 213479, scenario 3; CSCvi67717). Servers go one at a time, the leader last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cmsdeploy.families.ladder import Rung
from cmsdeploy.families.xmpp import commands
from cmsdeploy.families.xmpp.facts import XmppState, after_disable
from cmsdeploy.families.xmpp.place import Farewell, Place
from cmsdeploy.model.action import Wait
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Risk

__all__ = ["LEFT", "farewells", "leaving_rungs", "seen_off"]

LEFT = "cluster-left"
_SECONDS = 90.0
_SOURCE = "TAC 213479 scenario 3, CSCvi67717"
Sentence = Rung[XmppState]


def seen_off(host: str) -> str:
    """The name of the rung by which a server is seen not to list ``host`` any more."""
    return f"{host}-gone"


def farewells(place: Place) -> Iterator[Sentence]:
    """One for each server that leaves: this one does not list it any more."""
    for farewell in place.farewells:
        yield _farewell(farewell)


def _farewell(farewell: Farewell) -> Sentence:
    peer = farewell.peer

    def holds(state: XmppState) -> bool:
        return peer not in state.peers

    return Rung(
        name=seen_off(farewell.host),
        why=Phrase("{host} ({peer}) is no longer listed here", host=farewell.host, peer=peer),
        holds=holds,
        action=Wait(
            Phrase("{peer} is no longer listed", peer=peer), (commands.CLUSTER_STATUS,), _SECONDS
        ),
        then=lambda s: replace(s, peers=tuple(one for one in s.peers if one != peer)),
        after=farewell.after,
        evidence=(commands.CLUSTER_STATUS,),
        source=_SOURCE,
    )


def leaving_rungs(
    state: XmppState, place: Place, running: Sentence, joined: Sentence
) -> Iterator[Sentence]:
    """The ladder of a server that shall not be in the cluster. ``running`` and ``joined`` are the
    sentences of a member: only one that sees a leader can leave."""
    yield from farewells(place)
    if state.is_member:
        yield replace(running, is_closing=False)
        yield replace(joined, is_closing=False)
        yield Rung(
            name=LEFT,
            why=_leaves(place),
            holds=lambda s: s.leader is None and not s.is_member,
            action=commands.CLUSTER_LEAVE,
            then=lambda s: replace(s, is_member=False, peers=(), leader=None, role=None),
            risk=Risk.DISRUPTIVE,
            after=place.leave_after,
            evidence=(commands.CLUSTER_STATUS,),
            source=_SOURCE,
        )
    yield from _reset(place)


def _leaves(place: Place) -> Phrase:
    running, listed = place.goes_on
    if not running:
        return Phrase("the last server leaves the cluster, and there is none any more")
    return Phrase(
        "the server leaves the cluster: {running} of the {listed} others go on, a majority is"
        " {majority}; logins here move to them",
        running=running,
        listed=listed,
        majority=listed // 2 + 1,
    )


def _reset(place: Place) -> Iterator[Sentence]:
    """The server is stopped and as new, which costs its secrets."""
    stopped: Sentence = Rung(
        name="disable",
        why=Phrase("the XMPP server is stopped: it is in no cluster any more"),
        holds=lambda s: s.enabled is False,
        action=commands.DISABLE,
        then=after_disable,
        risk=Risk.DISRUPTIVE,
        after=place.reset_after,
        evidence=(commands.STATUS,),
        source="TAC 217062",
    )
    yield stopped
    yield Rung(
        name="reset",
        why=Phrase("the XMPP server is as new: no cluster, no call bridge; no other lists it"),
        holds=_is_reset,
        action=commands.RESET,
        then=lambda s: replace(
            s,
            clustered=False if s.clustered is not UNKNOWN else UNKNOWN,
            bridges={},
            listen=frozenset() if s.listen is not UNKNOWN else UNKNOWN,
        ),
        given=stopped,
        risk=Risk.DESTRUCTIVE,
        after=place.reset_after,
        evidence=(commands.STATUS, commands.BRIDGE_LIST, commands.CLUSTER_STATUS),
        source="TAC 213479, TAC 217062",
    )
    if place.is_purged:
        yield from _purged(stopped)


def _purged(stopped: Sentence) -> Iterator[Sentence]:
    yield Rung(
        name="certs-none",
        why=Phrase("the XMPP server names no certificate"),
        holds=lambda s: {s.key, s.certificate} <= {"", UNKNOWN},
        action=commands.CERTS_NONE,
        then=lambda s: replace(s, key="", certificate="", bundle=""),
        given=stopped,
        evidence=(commands.STATUS,),
        source="TAC 217062",
    )
    yield Rung(
        name="domain-none",
        why=Phrase("the XMPP server has no domain"),
        holds=lambda s: s.domain in ("", UNKNOWN),
        action=commands.DOMAIN_NONE,
        then=lambda s: replace(s, domain=""),
        given=stopped,
        evidence=(commands.STATUS,),
        source="TAC 217062",
    )


def _is_reset(state: XmppState) -> bool:
    # Domain and certificates stay: TAC 217062 takes them out by commands of their own afterwards.
    return (
        state.clustered in (False, UNKNOWN)
        and state.bridges is not UNKNOWN
        and not state.bridges
        and state.listen in (frozenset(), UNKNOWN)
    )
