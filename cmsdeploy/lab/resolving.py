"""Where boxes look names up: records of their own, then a resolver that a lab may be given.

Without a resolver only a box's own records (`dns add rr`, DOC TAC-211261) and the names of the
world are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from .copying import Frozen
from .dns.choice import in_order

if TYPE_CHECKING:
    from .box import Box

COMPONENT_PORT = 5223  # DOC CVD12 table 3-13


@dataclass(frozen=True)
class Record(Frozen):
    """One DNS record: owner without final dot, type in capitals, the words of its data."""

    owner: str
    kind: str
    values: tuple[str, ...]
    ttl: int = 86400

    def __str__(self) -> str:
        """As TAC-213479 prints records."""
        return f"{self.owner}. {self.ttl} IN {self.kind} {' '.join(self.values)}"


class Resolver(Protocol):
    """A DNS as one box sees it. Raises OSError where no server answers.

    `edition` stays the same as long as every question is answered as before; it is None while that
    cannot be said.
    """

    @property
    def edition(self) -> int | None:
        """Which edition of its records the DNS shows."""
        ...

    def lookup(self, servers: Sequence[str], kind: str, name: str) -> Sequence[Record]:
        """Records of a name, asked of the box's servers; empty where there are none."""


def parse(words: Sequence[str]) -> Record | None:
    """Read `owner [ttl] [IN] type data...`; None where it is no record."""
    rest = [word for word in " ".join(words).replace('"', "").split() if word != "IN"]
    if len(rest) < 3:
        return None
    owner, *rest = rest
    ttl = int(rest.pop(0)) if rest[0].isdigit() else 86400
    kind, values = rest[0].upper(), tuple(word.removesuffix(".") for word in rest[1:])
    if kind == "SRV" and not (len(values) == 4 and all(v.isdigit() for v in values[:3])):
        return None
    return Record(_plain(owner), kind, values, ttl) if values else None


def _plain(name: str) -> str:
    return name.removesuffix(".").lower()


def lookup(box: Box, kind: str, name: str) -> list[Record]:
    """Records as this box finds them. Raises OSError where its servers do not answer."""
    kind, name = kind.upper(), _plain(name)
    own = [one for one in box.dns_records if (one.owner, one.kind) == (name, kind)]
    world = box.world
    if own or world.resolver is None:
        return own or _of_world(box, kind, name)
    servers = [address for _zone, address in box.dns_servers]
    return list(world.resolver.lookup(servers, kind, name))


def _of_world(box: Box, kind: str, name: str) -> list[Record]:
    found = box.world.resolve(name) if kind == "A" else None
    return [Record(name, "A", (found.address,))] if found and name != found.address else []


def component_servers(box: Box, domain: str) -> list[tuple[str, int]] | None:
    """Host and port of the XMPP servers of a domain, best first; None where DNS knows none.

    DOC TAC-213479: priority, then weight. DOC mmp 4.4: without SRV, 5223 at the domain itself.
    """
    try:
        records = lookup(box, "SRV", f"_xmpp-component._tcp.{domain}")
        rows = [one.values for one in records if len(one.values) == 4]
        if not rows and lookup(box, "A", domain):
            return [(domain, COMPONENT_PORT)]
        found = [(int(p), int(w), int(port), target) for p, w, port, target in rows]
        if box.world.switches["srv-target-alias"] == "ignored":
            found = [row for row in found if not lookup(box, "CNAME", row[3])]
    except OSError:
        return None
    is_own_first = box.world.switches["login-order"] == "own-first"
    own = [row[3] for row in found if is_own_first and address_of(box, row[3]) == box.address]
    return [(row[3], row[2]) for row in in_order(box.name, found, *own[:1])] or None


def address_of(box: Box, host: str) -> str | None:
    """Address of a host as this box finds it, or None. An address stands for itself."""
    if box.world.resolver is None or host.replace(".", "").isdigit():
        found = box.world.resolve(host)
        return found.address if found else None
    try:
        records = lookup(box, "A", host)
    except OSError:
        return None
    return records[0].values[0] if records else None
