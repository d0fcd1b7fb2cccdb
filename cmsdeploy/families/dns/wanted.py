"""The record sets that follow from a spec, and what an update makes of a set that is there."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.dns.spec import DnsSpec, Service, Target
from cmsdeploy.model.records import RecordSet

__all__ = ["merged", "own_sets", "preference", "strangers", "target_of"]


def own_sets(spec: DnsSpec) -> tuple[RecordSet, ...]:
    """Addresses first, so that no service points at a name that is not there yet.

    Names outside the zone are left to whoever keeps theirs. One SRV record for each server and
    service, as in TAC 213479, section 4.
    """
    return (*_addresses(spec), *_services(spec))


def _addresses(spec: DnsSpec) -> Iterator[RecordSet]:
    for target in spec.targets:
        if not spec.has_in_zone(target.name):
            continue
        for kind, is_new in (("A", False), ("AAAA", True)):
            data = sorted(one for one in target.addresses if (":" in one) is is_new)
            if data:
                yield RecordSet(target.name, kind, spec.ttl, tuple(data))


def _services(spec: DnsSpec) -> Iterator[RecordSet]:
    component = [_srv(target.component, target) for target in spec.targets]
    yield RecordSet(spec.component, "SRV", spec.ttl, tuple(sorted(component)))
    client = [_srv(one.client, one) for one in spec.targets if one.client is not None]
    if client:
        yield RecordSet(spec.client, "SRV", spec.ttl, tuple(sorted(client)))


def _srv(service: Service, target: Target) -> str:
    return f"{service.priority} {service.weight} {service.port} {target.name}"


def target_of(data: str) -> str:
    """The name that the data of an SRV record points at."""
    return data.rsplit(maxsplit=1)[-1]


def preference(data: str) -> str:
    """Priority and weight of an SRV record."""
    return " ".join(data.split()[:2])


def strangers(spec: DnsSpec, own: RecordSet, seen: RecordSet | None) -> tuple[str, ...]:
    """The records of ``seen`` that are not ours. An SRV record is ours where it points at one of
    our servers, however wrongly; an address is ours where it is wanted."""
    if seen is None:
        return ()
    if own.kind == "SRV":
        return tuple(one for one in seen.data if target_of(one) not in spec.names)
    return tuple(one for one in seen.data if one not in own.data)


def merged(spec: DnsSpec, own: RecordSet, seen: RecordSet | None) -> RecordSet:
    """The set as an update leaves it: ours, and those of others unless they are to be removed."""
    kept = () if spec.is_exclusive else strangers(spec, own, seen)
    return RecordSet(own.name, own.kind, own.ttl, tuple(sorted({*own.data, *kept})))
