"""What has to be asked, of whom."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.dns.spec import DnsSpec
from cmsdeploy.families.dns.wanted import own_sets
from cmsdeploy.model.action import Command, Read
from cmsdeploy.model.records import Query

__all__ = ["NOBODY", "box_lookup", "everything", "of_authorities", "query"]

# A name that nobody has: where it has an address, a wildcard answers, and hides what is missing.
NOBODY = "cmsdeploy-asks-for-a-name-that-nobody-has"


def query(spec: DnsSpec, server: str, name: str, kind: str) -> Query:
    """The question to ``server``; a resolver is asked to find the answer elsewhere."""
    is_recursive = server in spec.resolvers and server not in spec.servers
    return Query(server, name, kind, is_recursive, follows_targets=kind == "SRV")


def of_authorities(spec: DnsSpec, servers: tuple[str, ...]) -> tuple[Query, ...]:
    """Every set that is ours, at each of ``servers``."""
    return tuple(
        query(spec, server, own.name, own.kind) for server in servers for own in own_sets(spec)
    )


def _of(spec: DnsSpec, server: str) -> Iterator[Query]:
    for own in own_sets(spec):
        yield query(spec, server, own.name, own.kind)
    for target in spec.targets:
        for kind in ("A", "AAAA"):
            yield query(spec, server, target.name, kind)


def box_lookup(name: str) -> Command:
    """What the box itself finds (Cisco TAC 211261)."""
    return Command.of("dns", "lookup", "SRV", name.rstrip("."))


def everything(spec: DnsSpec) -> tuple[Read, ...]:
    """All questions of one host: the carrier asks the servers, each box is asked for itself."""
    found: list[Read] = []
    if spec.is_carrier:
        for server in spec.servers:
            found += [Query(server, spec.zone, "SOA"), *_of(spec, server)]
            found.append(Query(server, f"{NOBODY}.{spec.domain}", "A"))
        for server in spec.resolvers:
            found += _of(spec, server)
    if spec.asks_box:
        found.append(box_lookup(spec.component))
    return tuple(dict.fromkeys(found))
