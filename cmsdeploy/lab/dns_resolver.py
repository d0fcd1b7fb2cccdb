"""The resolver of a lab's boxes: asks the name servers of the lab as a box would, without a wire.

It fits the seam `resolving.Resolver`. UNKNOWN how a box treats an alias where an address is asked
for; as every stub resolver does, this one follows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from .dns.records import Record as ZoneRecord
from .dns.records import absolute
from .dns.server import NameServer
from .dns.service import NameService
from .resolving import Record

_LONGEST_CHAIN = 8


class ServiceResolver:
    """Asks the servers of a `NameService`; faults of a server are felt as over a wire."""

    def __init__(self, service: NameService) -> None:
        """Ask the servers of `service`."""
        self.service = service

    @property
    def edition(self) -> int | None:
        """Updates so far. With faults it is not said: some of them count the questions."""
        servers = self.service.servers.values()
        return None if any(map(_is_faulty, servers)) else sum(one.updates for one in servers)

    def lookup(self, servers: Sequence[str], kind: str, name: str) -> Sequence[Record]:
        """Records of a name; raises OSError where no server gives an answer.

        `servers` are the addresses that the box was told; the primary is asked without any.
        """
        failure = OSError("no name server answers")
        for server in self.service.asked(servers):
            try:
                return _ask(server, kind, absolute(name))
            except OSError as error:
                failure = error
        raise failure


def _is_faulty(server: NameServer) -> bool:
    return len(server.faults) > 0


def _ask(server: NameServer, kind: str, name: str) -> list[Record]:
    """Ask one server, aliases over several zones included."""
    for _ in range(_LONGEST_CHAIN):
        behaviour = server.faults.take(name, is_update=False)
        # What is cut is asked for again over TCP.
        if behaviour not in (None, "truncated"):
            raise OSError(f"name server {server.name}: {behaviour}")
        reply = server.answer(name, kind)
        if reply.code == "REFUSED":
            raise OSError(f"name server {server.name}: refused")
        found = [_plain(one) for one in reply.answer if one.kind == kind]
        if found or not reply.answer:
            return found
        name = absolute(reply.answer[-1].data)
    return []


def _plain(record: ZoneRecord) -> Record:
    values = tuple(word.removesuffix(".") or "." for word in record.data.split())
    return Record(record.name.removesuffix("."), record.kind, values, record.ttl)
