"""What is wrong between servers, views and boxes: every flaw once, with all who show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cmsdeploy.families.dns.asked import box_lookup, query
from cmsdeploy.families.dns.facts import DnsState
from cmsdeploy.families.dns.records import Flaw
from cmsdeploy.families.dns.spec import DnsSpec
from cmsdeploy.families.dns.view import Seen, flaws_at, no_answer
from cmsdeploy.families.dns.wanted import own_sets
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.records import NameAnswer, Query, RecordSet
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Problem, Severity

__all__ = ["problems_of", "summary_of"]

# A record that was written with a wrong target stands where the right one is missing.
_MISSED_BY = dict.fromkeys(
    ("dns/cname-target", "dns/relative-target", "dns/address-target", "dns/null-target"),
    frozenset({"dns/srv-missing"}),
)
_NOTES = frozenset({"dns/wildcard", "dns/wrong-ttl", "dns/box-unseen", "dns/not-asked"})
# What a call bridge notices: it finds no server, or one that does not take it.
_FELT = frozenset({"callbridge/alarm", "callbridge/log", "callbridge/dns-error"})
_HALF = 1 << 31


def problems_of(
    desired: Mapping[str, DnsSpec], observed: Mapping[str, DnsState]
) -> Iterator[Problem]:
    """Everything that is wrong, cluster by cluster, then box by box."""
    for host, spec in desired.items():
        if spec.is_carrier:
            yield from _of_cluster(spec, observed[host])
    for host, spec in desired.items():
        if spec.carrier not in desired:
            text = (
                f"the records of cluster {spec.cluster} are kept by {spec.carrier}, which this task"
                " leaves out"
            )
            yield Problem(host, "dns/not-asked", text, Severity.NOTE, spec.cluster)
        elif spec.asks_box:
            yield from _of_box(spec, observed[host], observed[spec.carrier])


def _of_cluster(spec: DnsSpec, state: DnsState) -> Iterator[Problem]:
    found: dict[Flaw, list[Seen]] = {}
    for seen in (*_at_authorities(spec, state), *_at_resolvers(spec, state)):
        found.setdefault(seen.flaw, []).append(seen)
    for flaw, seens in found.items():
        yield _problem(spec, flaw, seens, state)


def _at_authorities(spec: DnsSpec, state: DnsState) -> Iterator[Seen]:
    primary = spec.servers[0]
    yield from flaws_at(spec, state, primary)
    for server in spec.servers[1:]:
        behind = list(_behind(spec, state, server))
        yield from behind
        # What a server behind the others shows is old, and wrong for that reason alone.
        yield from () if behind else flaws_at(spec, state, server)
    wild = state.wildcard(primary)
    if wild is not None:
        asked = Query(primary, wild.name, "A")
        text = f"a name that nobody has leads to {', '.join(wild.data)}: a wildcard hides what is"
        yield Seen(Flaw("dns/wildcard", f"{text} missing", "remove the wildcard"), asked)


def _behind(spec: DnsSpec, state: DnsState, server: str) -> Iterator[Seen]:
    """One flaw for all sets in which a server of the zone differs from the primary."""
    primary = spec.servers[0]
    different = [
        own
        for own in own_sets(spec)
        if _is_other(state, query(spec, primary, own.name, own.kind), server)
    ]
    if not different:
        return
    serials = [_serial(state, spec, one) for one in (primary, server)]
    names = ", ".join(f"{own.name} {own.kind}" for own in different)
    asked = Query(server, spec.zone, "SOA")
    if None not in serials and _is_older(serials[1] or 0, serials[0] or 0):
        text = (
            f"name server {server} is behind the primary {primary}: serial {serials[1]}, not"
            f" {serials[0]}; old there: {names}"
        )
        fix = "look at zone transfers: is the secondary told (NOTIFY), may it fetch (TCP 53)?"
        yield Seen(Flaw("dns/secondary-behind", text, fix), asked)
        return
    text = f"name servers {primary} and {server} hold different records: {names}"
    fix = "let one of them be the primary of the other, or update each"
    yield Seen(Flaw("dns/servers-differ", text, fix), asked)


def _is_other(state: DnsState, asked: Query, server: str) -> bool:
    """Whether another server of the zone shows another set; unknown is not another."""
    own, other = state.shown(asked), state.shown(_to(asked, server))
    return UNKNOWN not in (own, other) and own != other


def _to(asked: Query, server: str) -> Query:
    return Query(server, asked.name, asked.record, False, asked.follows_targets)


def _serial(state: DnsState, spec: DnsSpec, server: str) -> int | None:
    soa = state.answer(Query(server, spec.zone, "SOA")).found("SOA")
    return int(soa.data[0].split()[2]) if soa is not None else None


def _is_older(serial: int, than: int) -> bool:
    # Serial numbers run in a circle (RFC 1982).
    return 0 < (than - serial) % (1 << 32) < _HALF


def _at_resolvers(spec: DnsSpec, state: DnsState) -> Iterator[Seen]:
    for server in spec.resolvers:
        different = [seen for own in own_sets(spec) for seen in _differs(spec, state, server, own)]
        yield from different
        if not different:
            yield from flaws_at(spec, state, server)


def _differs(spec: DnsSpec, state: DnsState, server: str, own: RecordSet) -> Iterator[Seen]:
    asked = query(spec, server, own.name, own.kind)
    primary = state.shown(query(spec, spec.servers[0], own.name, own.kind))
    shown = state.shown(asked)
    if primary is UNKNOWN or shown is UNKNOWN or _data(primary) == _data(shown):
        return
    here, there = set(_data(shown)), set(_data(primary))
    parts = [f"without {one}" for one in sorted(there - here)]
    parts += [f"with {one}" for one in sorted(here - there)]
    text = f"{server} shows {own.name} {own.kind} {', '.join(parts)}; {_lag(spec, state, asked)}"
    fix = "wait that long and ask again; if it stays so, it is another view: update that one, too"
    yield Seen(Flaw("dns/views-differ", text, fix), asked, own)


def _data(shown: object) -> tuple[str, ...]:
    return shown.data if isinstance(shown, RecordSet) else ()


def _lag(spec: DnsSpec, state: DnsState, asked: Query) -> str:
    """How long a resolver may go on showing what it shows."""
    answer = state.answer(asked)
    found = answer.found(asked.record)
    if found is not None:
        return f"it may remember this for {found.ttl} s more"
    seconds = answer.negative_ttl or _negative(spec, state)
    return f"it may remember for up to {seconds} s that there is none (SOA minimum)"


def _negative(spec: DnsSpec, state: DnsState) -> int:
    return state.answer(Query(spec.servers[0], spec.zone, "SOA")).negative_ttl


def _problem(spec: DnsSpec, flaw: Flaw, seens: list[Seen], state: DnsState) -> Problem:
    servers = ", ".join(dict.fromkeys(seen.asked.server for seen in seens))
    is_about_server = flaw.rule in ("dns/no-answer", "dns/not-authoritative")
    is_placed = any(server in flaw.text for server in (seen.asked.server for seen in seens))
    place = "" if is_placed else f" (seen at {servers})"
    text = f"name server {servers} {flaw.text}" if is_about_server else f"{flaw.text}{place}"
    is_note = flaw.is_accepted or flaw.rule in _NOTES
    own = seens[0].own
    return Problem(
        spec.carrier,
        flaw.rule,
        text,
        Severity.NOTE if is_note else Severity.ERROR,
        spec.cluster,
        evidence=tuple(_evidence(spec, seen.asked, state.answer(seen.asked)) for seen in seens),
        fix=flaw.fix,
        likelihood=40 if is_note else 70,
        explains=frozenset() if is_note else _FELT | _MISSED_BY.get(flaw.rule, frozenset()),
        asks=((spec.carrier, "dns", f"{own.kind}-{own.name.rstrip('.')}"),) if own else (),
    )


def _evidence(spec: DnsSpec, asked: Query, answer: NameAnswer) -> Evidence:
    shown = "; ".join(
        f"{one.name} {one.ttl} {one.kind} {data}" for one in answer.records for data in one.data
    )
    return Evidence(spec.carrier, asked.line, shown or no_answer(answer) or answer.code)


def _of_box(spec: DnsSpec, state: DnsState, carrier: DnsState) -> Iterator[Problem]:
    """What the box itself finds, against what the primary holds."""
    command = box_lookup(spec.component)
    found = state.lookups.get(command, UNKNOWN)
    if found is UNKNOWN:
        text = (
            f"the reply of {spec.host} to `{command.line}` is not understood; whether it finds the"
            " servers shows at the login of its call bridge"
        )
        yield Problem(spec.host, "dns/box-unseen", text, Severity.NOTE, spec.cluster)
        return
    own = next(one for one in own_sets(spec) if one.name == spec.component)
    held = carrier.shown(query(spec, spec.servers[0], own.name, "SRV"))
    right = held.data if isinstance(held, RecordSet) else ()
    if held is UNKNOWN or found == right:
        return
    seen = ", ".join(found) or "no record"
    yield Problem(
        spec.host,
        "dns/box-differs",
        f"{spec.host} itself finds {seen} for {own.name}, and the name servers hold"
        f" {', '.join(right) or 'no record'}",
        cluster=spec.cluster,
        evidence=(Evidence(spec.host, command.line, seen),),
        fix="look at its name servers with: dns; records of its own (dns add rr) come first",
        likelihood=75,
        explains=_FELT,
        explains_on=frozenset({spec.host}),
    )


def summary_of(desired: Mapping[str, DnsSpec], observed: Mapping[str, DnsState]) -> Iterator[str]:
    """How the records stand at each server, and how long others may remember old ones."""
    for host, spec in desired.items():
        if not spec.is_carrier:
            continue
        state, sets = observed[host], own_sets(spec)
        for server in (*spec.servers, *spec.resolvers):
            shown = [state.shown(query(spec, server, one.name, one.kind)) for one in sets]
            right = sum(
                isinstance(seen, RecordSet) and set(one.data) <= set(seen.data)
                for one, seen in zip(sets, shown, strict=True)
            )
            if all(seen is UNKNOWN for seen in shown):
                yield f"{server} shows nothing of {spec.domain}"
            else:
                yield f"{server} shows {right} of {len(sets)} sets of {spec.domain} as wanted"
        longest = max((one.ttl for one in _held(spec, state)), default=spec.ttl)
        absence = f"{_negative(spec, state)} s" if _negative(spec, state) else "an unknown time"
        yield (
            f"caches keep records of {spec.domain} for up to {longest} s,"
            f" their absence for up to {absence} (SOA minimum)"
        )


def _held(spec: DnsSpec, state: DnsState) -> Iterator[RecordSet]:
    for own in own_sets(spec):
        shown = state.shown(query(spec, spec.servers[0], own.name, own.kind))
        if isinstance(shown, RecordSet):
            yield shown
