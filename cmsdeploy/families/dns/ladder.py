"""The rungs: every set is as wanted at the primary, and then at every other server of the zone."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.dns.asked import of_authorities, query
from cmsdeploy.families.dns.facts import DnsState
from cmsdeploy.families.dns.spec import DnsSpec
from cmsdeploy.families.dns.wanted import merged, own_sets, strangers
from cmsdeploy.families.ladder import Rung
from cmsdeploy.model.action import Wait
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.records import Query, RecordSet, Update
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Risk

__all__ = ["is_as_wanted", "rungs"]

# A primary tells its secondaries of a change at once (NOTIFY, RFC 1996), and they fetch it in
# seconds; where that does not work they come when the SOA says, which is too long to wait for.
_TRANSFER_SECONDS = 60.0


def is_as_wanted(spec: DnsSpec, own: RecordSet, state: DnsState, asked: Query) -> bool:
    """Whether the set that was asked for is what our update would make of it."""
    shown = state.shown(asked)
    if shown is None:
        return state.is_same_by_wildcard(asked, own)
    return isinstance(shown, RecordSet) and shown == merged(spec, own, shown)


def rungs(spec: DnsSpec, state: DnsState) -> Iterator[Rung[DnsState]]:
    """The ladder of the host that carries the records of its cluster."""
    for own in own_sets(spec):
        yield _set_rung(spec, own, state)
    if len(spec.servers) > 1:
        yield _seen_rung(spec, state)


def _set_rung(spec: DnsSpec, own: RecordSet, state: DnsState) -> Rung[DnsState]:
    asked = query(spec, spec.servers[0], own.name, own.kind)
    shown = state.shown(asked)
    seen = shown if isinstance(shown, RecordSet) else None
    after = merged(spec, own, seen)
    gone = strangers(spec, own, seen) if spec.is_exclusive else ()
    return Rung(
        name=f"{own.kind}-{own.name.rstrip('.')}",
        why=_why(own, len(after.data) - len(own.data), len(gone)),
        holds=lambda s: is_as_wanted(spec, own, s, asked),
        action=Update(spec.servers[0], spec.zone, seen, after, spec.key),
        then=lambda s: s.with_set(asked, after),
        # Whoever the records of others belong to may miss them.
        risk=Risk.DISRUPTIVE if gone else Risk.SAFE,
        evidence=(asked,),
        source="TAC 213479 section 4",
    )


def _why(own: RecordSet, kept: int, gone: int) -> Phrase:
    what = _what(own)
    if gone:
        return Phrase("{what}; {number} of others are removed", what=what, number=gone)
    if kept:
        return Phrase("{what}; {number} of others stay", what=what, number=kept)
    return what


def _what(own: RecordSet) -> Phrase:
    if own.kind != "SRV":
        return Phrase("{name} is {addresses}", name=own.name, addresses=", ".join(own.data))
    if len(own.data) == 1:
        return Phrase("{name} leads to 1 server", name=own.name)
    return Phrase("{name} leads to {number} servers", name=own.name, number=len(own.data))


def _seen_rung(spec: DnsSpec, state: DnsState) -> Rung[DnsState]:
    # A server that said nothing at the first look is a finding and no step: nobody can wait for it.
    others = tuple(
        server
        for server in spec.servers[1:]
        if any(state.shown(asked) is not UNKNOWN for asked in of_authorities(spec, (server,)))
    )
    sets = own_sets(spec)
    pairs = [(own, query(spec, one, own.name, own.kind)) for one in others for own in sets]

    def is_seen(seen: DnsState) -> bool:
        return all(is_as_wanted(spec, own, seen, asked) for own, asked in pairs)

    def all_seen(seen: DnsState) -> DnsState:
        for own, asked in pairs:
            seen = seen.with_set(asked, _primary_set(spec, own, seen))
        return seen

    where = ", ".join(others)
    return Rung(
        name="seen-everywhere",
        why=Phrase("the other name servers of the zone show the same: {where}", where=where),
        holds=is_seen,
        action=Wait(
            Phrase("{where} shows the records of the primary", where=where),
            tuple(asked for _, asked in pairs),
            _TRANSFER_SECONDS,
        ),
        then=all_seen,
        evidence=tuple(asked for _, asked in pairs),
        source="RFC 1996",
    )


def _primary_set(spec: DnsSpec, own: RecordSet, seen: DnsState) -> RecordSet:
    shown = seen.shown(query(spec, spec.servers[0], own.name, own.kind))
    return shown if isinstance(shown, RecordSet) else own
