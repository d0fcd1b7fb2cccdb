"""Why no update may be sent: what it could not put right, or would make worse."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.dns.asked import query
from cmsdeploy.families.dns.facts import DnsState
from cmsdeploy.families.dns.ladder import is_as_wanted
from cmsdeploy.families.dns.spec import DnsSpec, Target
from cmsdeploy.families.dns.view import Seen, flaws_at
from cmsdeploy.families.dns.wanted import own_sets
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.records import RecordSet
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Refusal

__all__ = ["refusals_of"]

_ALWAYS = frozenset({"dns/no-answer", "dns/not-authoritative"})


def refusals_of(spec: DnsSpec, state: DnsState) -> Iterator[Refusal]:
    """What speaks against an update of the sets that are not as wanted. Nothing where all are."""
    primary = spec.servers[0]
    changing = [
        own
        for own in own_sets(spec)
        if not is_as_wanted(spec, own, state, query(spec, primary, own.name, own.kind))
    ]
    if not changing:
        return
    for seen in flaws_at(spec, state, primary):
        if seen.flaw.rule in _ALWAYS:
            text = f"name server {primary} {seen.flaw.text}; {seen.flaw.fix or 'try again later'}"
            yield Refusal(spec.host, seen.flaw.rule, text, spec.cluster)
        elif _is_in_the_way(spec, seen):
            text = f"{seen.flaw.text}; {seen.flaw.fix}"
            yield Refusal(spec.host, seen.flaw.rule, text, spec.cluster)
    for target in spec.targets:
        if not any(own.name == target.name for own in own_sets(spec)):
            yield from _without_address(spec, state, target)


def _is_in_the_way(spec: DnsSpec, seen: Seen) -> bool:
    """Whether an update has to leave it to a person, or to a spec that says what may be removed."""
    return seen.flaw.is_broken and not (spec.is_exclusive is not None and seen.flaw.is_removable)


def _without_address(spec: DnsSpec, state: DnsState, target: Target) -> Iterator[Refusal]:
    """A server whose address we do not keep has to have one already, wherever it is seen."""
    shown = [
        state.shown(query(spec, server, target.name, kind))
        for server in (*spec.servers, *spec.resolvers)
        for kind in ("A", "AAAA")
    ]
    if any(isinstance(one, RecordSet) for one in shown) or all(one is UNKNOWN for one in shown):
        return
    text = Phrase(
        "{name} has no address, so no service may lead to it; write xmpp_dns_address for"
        " {host}, or make the record where its zone is kept",
        name=target.name,
        host=target.host,
    )
    yield Refusal(spec.host, "dns/address-missing", text, spec.cluster)
