"""The name servers of these tests: the lab's own, without a wire."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from cmsdeploy.lab import World
from cmsdeploy.lab.dns import NameServer, NameService, Row, TsigKey, Zone, absolute
from cmsdeploy.lab.dns_resolver import ServiceResolver
from cmsdeploy.model.records import NameAnswer, Query, RecordSet, Update, UpdateKey
from cmsdeploy.model.secret import Secret
from cmsdeploy.transport.contract import Verdict

__all__ = ["KEY_BYTES", "PRIMARY", "SECONDARY", "MemoryNames", "add_name_servers", "zone_lines"]

PRIMARY, SECONDARY = "10.0.0.253", "10.0.0.254"
KEY_BYTES = b"a key that signs updates of zones"


def add_name_servers(world: World, domain: str) -> None:
    """A primary with an empty zone and its secondary; the boxes of ``world`` ask them."""
    key = TsigKey("deploy", KEY_BYTES)
    service = NameService([Zone(domain)], [key])
    service.add_secondary("ns2")
    service.addresses.update({"ns1": PRIMARY, "ns2": SECONDARY})
    world.resolver = ServiceResolver(service)


def _service(world: World) -> NameService:
    resolver = world.resolver
    assert isinstance(resolver, ServiceResolver)
    return resolver.service


def zone_lines(world: World) -> list[str]:
    """All records of the primary but the SOA, whose serial counts the changes."""
    zones = _service(world).primary.zones.values()
    return sorted(one.line() for zone in zones for one in zone if one.kind != "SOA")


@dataclass(frozen=True)
class MemoryNames:
    """The product's seam for name servers, straight onto the lab's."""

    world: World

    def ask(self, query: Query) -> NameAnswer:
        server = self._server(query.server)
        reply = server.answer(absolute(query.name), query.record)
        sets: dict[tuple[str, str], list[str]] = {}
        ttls = {}
        for one in reply.answer:
            sets.setdefault((one.name, one.kind), []).append(one.data.lower())
            ttls[one.name, one.kind] = one.ttl
        records = tuple(RecordSet(*key, ttls[key], tuple(sorted(sets[key]))) for key in sets)
        answer = NameAnswer(reply.code, reply.is_authoritative, records, 300)
        found = answer.found("SRV") if query.follows_targets else None
        targets = tuple(
            (name, kind, self.ask(Query(query.server, name, kind)))
            for name in dict.fromkeys(data.split()[-1] for data in (found.data if found else ()))
            for kind in ("A", "AAAA")
        )
        return NameAnswer(answer.code, answer.is_authoritative, records, 300, "", targets)

    def change(self, update: Update, secret: Secret | None) -> Verdict:
        assert update.key is not None
        assert secret == Secret(base64.b64encode(KEY_BYTES))
        about = update.after or update.before
        assert about is not None
        conditions = (
            [Row(about.name, about.kind, "IN", 0, data) for data in update.before.data]
            if update.before
            else [Row(about.name, about.kind, "NONE", 0, None)]
        )
        changes = [Row(about.name, about.kind, "ANY", 0, None)]
        if update.after:
            ttl = update.after.ttl
            changes += [Row(about.name, about.kind, "IN", ttl, one) for one in update.after.data]
        server = self._server(update.server)
        key = absolute(update.key.name)
        return Verdict(server.update(update.zone, key, conditions, changes), is_signed=True)

    def try_key(self, server: str, zone: str, key: UpdateKey, secret: Secret) -> Verdict:
        return Verdict("NOERROR", is_signed=True)

    def close(self) -> None:
        """Nothing is open."""

    def _server(self, address: str) -> NameServer:
        (server,) = _service(self.world).asked([address])
        return server
