"""What one server shows of everything that we want: its own flaws, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cmsdeploy.families.dns.asked import query
from cmsdeploy.families.dns.facts import DnsState
from cmsdeploy.families.dns.records import Flaw, flaws_of_addresses, flaws_of_service
from cmsdeploy.families.dns.spec import DnsSpec, Target
from cmsdeploy.families.dns.wanted import own_sets
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.records import NameAnswer, Query, RecordSet

__all__ = ["Seen", "flaws_at", "no_answer"]

# bad-inputs iD1: what a server says instead of an answer, each with what it means.
_CHECK = Phrase("check its address, and that we may ask it")
_REFUSALS = {
    "SERVFAIL": Phrase(
        "has trouble of its own (SERVFAIL): a zone that does not load, or DNSSEC that does not"
        " verify; try the same with +cd"
    ),
    "REFUSED": Phrase(
        "does not answer us (REFUSED): it knows no such zone, or lets others ask only"
    ),
    "NOTIMP": Phrase("does not know such questions (NOTIMP)"),
    "FORMERR": Phrase("does not understand the question (FORMERR)"),
    "NOTAUTH": Phrase("is not responsible for the zone (NOTAUTH)"),
}


@dataclass(frozen=True)
class Seen:
    """A flaw with the question that showed it, and the set that it is about, where it is ours."""

    flaw: Flaw
    asked: Query
    own: RecordSet | None = None


def flaws_at(spec: DnsSpec, state: DnsState, server: str) -> Iterator[Seen]:
    """All flaws that ``server`` shows. A server that does not answer has one."""
    sets = own_sets(spec)
    silent = _silence(spec, state, server)
    if silent is not None:
        yield silent
        return
    for own in sets:
        if own.kind == "SRV":
            asked = query(spec, server, own.name, "SRV")
            answer = state.answer(asked)
            if no_answer(answer):
                yield Seen(Flaw("dns/no-answer", f"{own.name} SRV: {no_answer(answer)}"), asked)
                continue
            found = flaws_of_service(spec, own, answer, asked.is_recursive)
            yield from (Seen(flaw, asked, own) for flaw in found)
    for target in spec.targets:
        yield from _of_target(spec, state, server, target)


def _of_target(spec: DnsSpec, state: DnsState, server: str, target: Target) -> Iterator[Seen]:
    own = tuple(one for one in own_sets(spec) if one.name == target.name)
    asked = [query(spec, server, target.name, kind) for kind in ("A", "AAAA")]
    answers = tuple(_without_wildcard(state, one, own) for one in asked)
    is_elsewhere = not any(one.is_authoritative or asked[0].is_recursive for one in answers)
    if is_elsewhere and not own:
        return  # this server does not hold the zone of that name; a resolver shows it
    for flaw in flaws_of_addresses(spec, target.name, own, answers):
        yield Seen(flaw, asked[0], own[0] if own else None)


def _without_wildcard(state: DnsState, asked: Query, own: tuple[RecordSet, ...]) -> NameAnswer:
    answer = state.answer(asked)
    if any(state.is_same_by_wildcard(asked, one) for one in own if one.kind == asked.record):
        return answer
    is_wild = state.shown(asked) is None and answer.found(asked.record) and not answer.alias
    return replace(answer, records=()) if is_wild else answer


def _silence(spec: DnsSpec, state: DnsState, server: str) -> Seen | None:
    """The one flaw of a server that shows nothing of the zone."""
    is_authority = server in spec.servers
    asked = (
        Query(server, spec.zone, "SOA")
        if is_authority
        else query(spec, server, spec.component, "SRV")
    )
    answer = state.answer(asked)
    text = no_answer(answer)
    if text:
        return Seen(Flaw("dns/no-answer", text, _CHECK), asked)
    soa = answer.found("SOA")
    if is_authority and not (answer.is_authoritative and soa is not None and soa.name == spec.zone):
        text = Phrase("holds no zone {zone}: it is not authoritative for it", zone=spec.zone)
        fix = Phrase(
            "name the servers of the zone in xmpp_dns_servers, or the zone in xmpp_dns_zone"
        )
        return Seen(Flaw("dns/not-authoritative", text, fix), asked)
    return None


def no_answer(answer: NameAnswer) -> str:
    """Why there is nothing to judge, as the rest of a sentence about a server; empty where there
    is something."""
    if not answer.code:
        return Phrase("gives no answer: {trouble}", trouble=answer.trouble)
    if answer.code in ("NOERROR", "NXDOMAIN"):
        return ""
    return _REFUSALS.get(answer.code, Phrase("refuses the question ({code})", code=answer.code))
