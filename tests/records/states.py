"""Servers in every state beside every other, drawn by lot: what is said, and what would be done."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from cmsdeploy.families import families
from cmsdeploy.families.xmpp.facts import Bridge, XmppState
from cmsdeploy.model.secret import UNKNOWN, Secret
from cmsdeploy.planning.repair import narrowed
from tests.contract.deployment import Deployment
from tests.families.test_xmpp_refusals import (
    LEADERLESS,
    MEMBER,
    OF_TWO,
    OTHER_PEERS,
    OUTSIDE,
    PEERS,
    STOPPED,
    with_old_certificate,
)
from tests.records.said import facts, named_in, problems, refusals

__all__ = ["SCENES"]

Wish = Callable[[Deployment], Deployment]
BRIDGES = {name: Bridge("tptac9.com", Secret(name)) for name in ("cb1", "cb2", "cb3")}
STATES: Sequence[XmppState] = (
    MEMBER, MEMBER, MEMBER, MEMBER, replace(MEMBER, role="LEADER"), OUTSIDE, STOPPED, LEADERLESS,
    OF_TWO, with_old_certificate(MEMBER), replace(MEMBER, domain="other.com"),
    replace(MEMBER, listen=frozenset("ab")), replace(MEMBER, listen=UNKNOWN, trust=UNKNOWN),
    replace(MEMBER, peers=(*PEERS, PEERS[2])), replace(MEMBER, peers=(*PEERS, "10.0.0.9:5222")),
    replace(MEMBER, peers=OTHER_PEERS, leader=OTHER_PEERS[0]), replace(OUTSIDE, bridges={}),
    replace(MEMBER, bridges=UNKNOWN), replace(OUTSIDE, enabled=UNKNOWN), XmppState(),
    replace(MEMBER, has_strange_peers=True), replace(MEMBER, peers=PEERS[:1], leader=PEERS[0]),
    replace(MEMBER, bridges={**BRIDGES, "cb2": Bridge("tptac9.com", Secret("another"))}),
    replace(MEMBER, bridges={"cb1": Bridge("tptac9.com", Secret("cb3"))}),
    replace(MEMBER, bridges={**BRIDGES, "cb9": Bridge("other.com", Secret("cb9"))}),
    replace(OUTSIDE, clustered=True, enabled=False), replace(MEMBER, leader=PEERS[1]),
    replace(MEMBER, lacking=frozenset("a")), replace(STOPPED, domain="", listen=frozenset()),
)  # fmt: skip
WISHES: Mapping[str, Wish] = {
    "three": lambda was: was,
    "the third leaves": lambda was: replace(was, leaving=("cb3",)),
    "two leave": lambda was: replace(was, leaving=("cb1", "cb2")),
    "all leave": lambda was: replace(was, leaving=was.servers),
    "purged": lambda was: replace(was, more={"state": "purged"}),
    "dead entries": lambda was: replace(
        was, more={"dead_entries": "removed", "peers_absent": ["10.0.0.9"]}),
    "new secrets": lambda was: replace(was, more={"rotate": ["cb2"]}),
    "founded anew": lambda was: replace(was, more={"rebuild": "broken"}),
    "founded anew where asked": lambda was: replace(was, more={"rebuild": "asked"}),
    "founded anew on a change": lambda was: replace(
        was, domain="other.com", more={"rebuild": "on-change"}),
    "a bridge less": lambda was: replace(was, bridges=("cb1", "cb2"), absent=("cb3", "cb9")),
    "the older document": lambda was: replace(was, recipe="tac-213479", first="cb2"),
    "in a cluster anyhow": lambda was: replace(
        was, servers=("cb1",), bridges=("cb1",), more={"cluster": "wanted"}),
    "of a name": lambda was: replace(was, cluster="paris", listen=("a", "b")),
}  # fmt: skip
_DRAWN = 16


def _drawn(name: str, wish: Wish, among: Sequence[int], times: int) -> Iterator[str]:
    chance = random.Random(name)
    wanted = wish(Deployment())
    for _ in range(times):
        numbers = chance.choices(among, k=len(wanted.servers))
        yield f"states {' '.join(map(str, numbers))}"
        yield from _of(wanted, [STATES[number] for number in numbers])


def _of(wanted: Deployment, states: Sequence[XmppState]) -> Iterator[str]:
    family = families()["xmpp"]
    desired = {h: family.spec(wanted.server(h), wanted.site(h)) for h in wanted.servers}
    observed = dict(zip(desired, states, strict=True))
    outcome = family.steps(desired, observed, frozenset())
    yield from refusals(outcome.refusals)
    for step in outcome.steps:
        yield f"{step.identity} {step.action.line}: needs {' '.join(sorted(step.needs)) or '-'}"
    yield from (f"reads {secret} on {host}" for secret, host in outcome.sources.items())
    yield f"replaces {' '.join(sorted(map(str, outcome.replaced))) or 'nothing'}"
    yield from (f"{cluster} waits: {named_in(why)}" for cluster, why in outcome.waiting.items())
    yield from problems("note", outcome.notes)
    found = family.problems(desired, observed)
    yield from problems("problem", found)
    yield from (f"summary: {named_in(line)}" for line in family.summary(desired, observed))
    for host, state in outcome.predicted.items():
        if isinstance(state, XmppState) and state != observed.get(host):
            yield f"will be {host}: {facts(state)}"
    asks = {ask for problem in found for ask in problem.asks}
    for step in narrowed(outcome, asks, frozenset()).steps:
        yield f"repair: {step.identity} {step.action.line}"


_ALL = range(len(STATES))
_LEADERLESS = [number for number in _ALL if STATES[number].leader is None]
SCENES = {
    **{f"states, {n}": partial(_drawn, n, wish, _ALL, _DRAWN) for n, wish in WISHES.items()},
    **{
        f"states, {n}, and nobody leads": partial(_drawn, n, wish, _LEADERLESS, _DRAWN // 2)
        for n, wish in WISHES.items()
    },
}
