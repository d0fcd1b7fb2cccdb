"""The rungs of one XMPP server, in the order of Cisco TAC 217319 step 14.

What a box must be *given* is written beside each rung, so the dance of enable and disable between
them is derived: domain, listen, certificates, trust and cluster enable want the server stopped;
add, add-secret and join want it running (the first two by TAC 217319; TAC 213479 adds the bridges
to a stopped server, and that is the one thing that ``recipe`` switches).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cmsdeploy.families.ladder import Rung
from cmsdeploy.families.xmpp import commands
from cmsdeploy.families.xmpp.bridges import bridge_rungs
from cmsdeploy.families.xmpp.facts import XmppState, after_disable
from cmsdeploy.families.xmpp.leaving import farewells, leaving_rungs
from cmsdeploy.families.xmpp.place import Place
from cmsdeploy.families.xmpp.rolling import REJOINED, SERVED, trusting_both
from cmsdeploy.families.xmpp.service import in_service, started_with
from cmsdeploy.families.xmpp.spec import Recipe, XmppSpec
from cmsdeploy.model.action import Read, Wait
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Risk

__all__ = ["agreed", "rungs", "running"]

_ELECTION_SECONDS = 90.0
Sentence = Rung[XmppState]


def rungs(spec: XmppSpec, state: XmppState, place: Place) -> Iterator[Sentence]:
    """The ladder of one server."""
    run = running(state)
    if place.is_leaving:
        yield from leaving_rungs(state, place, run, agreed(place.expected))
        return
    stopped = _stopped(state, place)
    given_for_bridges = run if spec.recipe is Recipe.TAC_217319 else None
    bridges = tuple(bridge_rungs(spec, state, place, given_for_bridges))
    if place.change is not None:
        yield from (*bridges, *_changed(spec, state, place, stopped))
        return
    settings = (
        *_settings(spec, state, stopped),
        _trust(spec, stopped),
        *_look(spec, started_with(spec, state, stopped)),
    )
    # A member that runs gets its call bridges first: the others wait for the secrets that it may
    # make, and it waits for the others before it is stopped for its settings.
    yield from (*bridges, *settings) if place.is_live else (*settings, *bridges)
    is_by_2018 = spec.recipe is Recipe.TAC_213479
    yield from _cluster(
        place, state, run, _stopped_for_sure(state, stopped) if is_by_2018 else stopped
    )
    yield from _seen(spec, state)
    yield from farewells(place)


def _changed(
    spec: XmppSpec, state: XmppState, place: Place, stopped: Sentence
) -> Iterator[Sentence]:
    """The ladder of a member while old and new certificates are in service; see ``rolling``."""
    run, joined = running(state), agreed(place.expected)
    if place.change is not None:
        yield from trusting_both(place.change, place, stopped, run, joined)
    stopped_to_serve = replace(stopped, after=place.stop_to_serve_after)
    yield from _settings(spec, state, stopped_to_serve)
    yield started_with(spec, state, stopped_to_serve)
    yield run
    yield replace(joined, name=REJOINED, is_closing=False)
    yield from _seen(spec, state, SERVED)
    yield _trust(spec, stopped)
    yield run
    yield joined
    yield from _seen(spec, state)
    yield from farewells(place)


def _look(spec: XmppSpec, rung: Sentence) -> Iterator[Sentence]:
    if spec.look is not None:
        yield rung


def _seen(spec: XmppSpec, state: XmppState, name: str = "seen") -> Iterator[Sentence]:
    if spec.look is not None:
        yield in_service(spec, state, spec.look, name)


def _known(value: object, *reads: Read) -> tuple[Read, ...]:
    """``reads`` as evidence, where the box showed the field at the first look at all."""
    return () if value is UNKNOWN else reads


def running(state: XmppState) -> Sentence:
    """The server runs; on the way to some rungs, and in the end whatever was climbed."""
    return Rung(
        name="enable",
        why=Phrase("the XMPP server runs"),
        holds=lambda s: s.enabled is True,
        action=commands.ENABLE,
        then=lambda s: replace(s, enabled=True, is_stopped_for_sure=False),
        evidence=_known(state.enabled, commands.STATUS),
        source="TAC 217319 steps 6, 15, 17, 28",
        is_closing=True,
    )


def _serves_alone(state: XmppState) -> bool:
    """Whether the box looks like a server in use without a cluster: it ran at the first look and
    knows call bridges. A deployment that was cut looks the same, and the same is asked of it."""
    return (
        state.enabled is True
        and state.role is None
        and state.bridges is not UNKNOWN
        and bool(state.bridges)
    )


_UNNOTICED = Phrase("the XMPP server is stopped for the change")


def _impact(state: XmppState, place: Place) -> Phrase:
    """What people will notice. For how long nobody has written down: until the box is enabled
    again; ``drill`` measures it."""
    if place.is_live and state.is_leader:
        return Phrase(
            "the XMPP server is stopped for the change; another one becomes the leader, and logins"
            " on this box move or drop until it is enabled again"
        )
    return Phrase(
        "the XMPP server is stopped for the change; logins on this box move or drop until it is"
        " enabled again"
    )


def _stopped(state: XmppState, place: Place) -> Sentence:
    is_noticed = place.is_live or _serves_alone(state)
    return Rung(
        name="disable",
        why=_impact(state, place) if is_noticed else _UNNOTICED,
        holds=lambda s: s.enabled is False,
        action=commands.DISABLE,
        then=after_disable,
        risk=Risk.DISRUPTIVE if is_noticed else Risk.SAFE,
        after=place.stop_after,
        evidence=_known(state.enabled, commands.STATUS),
        source="TAC 217319 steps 12, 26",
    )


def _stopped_for_sure(state: XmppState, stopped: Sentence) -> Sentence:
    # TAC 213479 disables before `cluster enable` although nothing in it enabled the server. The
    # French edition lost the command, so it is printed whatever the box says, and a box that says
    # that it is stopped already is right.
    return Rung(
        name="disable",
        why=Phrase("the XMPP server is stopped before the cluster is enabled"),
        holds=lambda s: s.enabled is False and (s.is_stopped_for_sure or s.clustered is True),
        action=replace(commands.DISABLE, may_fail=state.enabled is False),
        then=after_disable,
        risk=stopped.risk,
        after=stopped.after,
        source="TAC 213479 steps 5, 7, 8",
    )


def _settings(spec: XmppSpec, state: XmppState, stopped: Sentence) -> Iterator[Sentence]:
    status = commands.STATUS
    yield Rung(
        name="domain",
        why=Phrase("the XMPP domain is {domain}", domain=spec.domain),
        # A running member that shows its domain nowhere was given one before it could be enabled.
        holds=lambda s: s.domain == spec.domain or (s.domain is UNKNOWN and _serves(s)),
        action=commands.domain(spec.domain),
        then=lambda s: replace(s, domain=spec.domain),
        given=stopped,
        evidence=_known(state.domain, status),
        source="TAC 217319 step 2",
    )
    wanted = frozenset(spec.listen)
    yield Rung(
        name="listen",
        why=Phrase("the XMPP server listens on {interfaces}", interfaces=" ".join(spec.listen)),
        holds=lambda s: s.listen == wanted or (s.listen is UNKNOWN and s.enabled is True),
        action=commands.listen(spec.listen),
        then=lambda s: replace(s, listen=wanted),
        given=stopped,
        evidence=_known(state.listen, status),
        source="TAC 217319 step 3",
    )
    yield Rung(
        name="certs",
        why=Phrase("the XMPP server presents {certificate}", certificate=spec.certificate),
        # All three are set by one command, so a box that shows two of them bears out the third.
        holds=lambda s: (
            (s.key, s.certificate) == (spec.key, spec.certificate)
            and s.bundle in (spec.bundle, UNKNOWN)
        ),
        action=commands.certs(spec.key, spec.certificate, spec.bundle),
        then=lambda s: replace(s, key=spec.key, certificate=spec.certificate, bundle=spec.bundle),
        given=stopped,
        evidence=_known(state.key, status),
        source="TAC 217319 step 4",
    )


def _trust(spec: XmppSpec, stopped: Sentence) -> Sentence:
    return Rung(
        name="trust",
        why=Phrase("the servers of the cluster are trusted by {trust}", trust=spec.trust),
        # `cluster status` shows it, and only of a box that runs in a cluster: no evidence before,
        # and a member that a cut run left stopped may have the old one.
        holds=lambda s: s.trust == spec.trust or (s.trust is UNKNOWN and _serves(s)),
        action=commands.cluster_trust(spec.trust),
        then=lambda s: replace(s, trust=spec.trust),
        given=stopped,
        source="TAC 217319 step 5",
    )


def _serves(state: XmppState) -> bool:
    return state.is_member and state.enabled is True


def _cluster(
    place: Place, state: XmppState, running: Sentence, stopped: Sentence
) -> Iterator[Sentence]:
    yield Rung(
        name="cluster-enable",
        why=Phrase("the server may be part of a cluster"),
        holds=lambda s: s.clustered is True,
        action=commands.CLUSTER_ENABLE,
        then=lambda s: replace(s, clustered=True),
        given=stopped,
        after=place.enable_cluster_after,
        evidence=_known(state.clustered, commands.STATUS),
        source="TAC 217319 steps 13, 27",
    )
    if place.is_founder:
        yield Rung(
            name="cluster-initialize",
            why=Phrase("this server founds the cluster that the others join"),
            holds=lambda s: s.has_leader or s.is_initialized,
            # A run that was cut may have initialized it, and so may a person who took `cluster
            # enable` back afterwards; a stopped box does not show it. Whether it then refuses is
            # not known, so it is allowed to: the wait for a leader decides.
            action=replace(commands.CLUSTER_INITIALIZE, may_fail=True),
            then=lambda s: replace(s, is_initialized=True),
            given=stopped,
            source="TAC 217319 step 14",
        )
    yield running
    if place.joins is not None:
        yield Rung(
            name="cluster-join",
            why=Phrase("the server joins the cluster at {joins}", joins=place.joins),
            holds=lambda s: s.has_leader and s.peer_count > 1,
            action=commands.cluster_join(place.joins),
            then=lambda s: replace(s, expected_peers=place.expected),
            given=running,
            after=place.join_after,
            source="TAC 217319 step 29",
        )
    yield agreed(place.expected)


def agreed(expected: int, after: tuple[tuple[str, str], ...] = ()) -> Sentence:
    """The server is in the cluster, among at least ``expected`` peers."""
    for_what = (
        Phrase("it names a leader among {number} or more peers", number=expected)
        if expected > 1
        else Phrase("it names a leader")
    )
    return Rung(
        name="agreed",
        why=Phrase("the server is in the cluster: {for_what}", for_what=for_what),
        holds=lambda s: s.leader is not None and s.peer_count >= expected,
        action=Wait(for_what, (commands.CLUSTER_STATUS,), _ELECTION_SECONDS),
        then=lambda s: replace(s, leader=s.leader or "expected", expected_peers=expected),
        after=after,
        evidence=(commands.CLUSTER_STATUS,),
        source="TAC 217319 step 16",
        is_closing=True,
    )
