"""Who holds a zone, where the inventory does not say: asked of the resolvers of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from cmsdeploy.errors import InputError

__all__ = ["found_servers", "own_resolvers"]

_RESOLV_CONF = Path("/etc/resolv.conf")
_LINE = re.compile(r"^\s*nameserver\s+([0-9A-Fa-f:.]+)\s*$", re.MULTILINE)


def own_resolvers(path: Path = _RESOLV_CONF) -> tuple[str, ...]:
    """The resolvers of this machine; none where the file cannot be read."""
    try:
        return tuple(_LINE.findall(path.read_text(encoding="utf-8", errors="replace")))
    except OSError:
        return ()


def found_servers(zone: str, resolvers: Sequence[str]) -> tuple[str, ...]:
    """The addresses of the name servers of ``zone``, as ``resolvers`` say. Raises ``InputError``.

    Which of them takes updates nobody says here: good for a check, not for an update.
    """
    from cmsdeploy.model.records import Query
    from cmsdeploy.transport.dns import DnsNames

    names = DnsNames()

    def asked(name: str, kind: str) -> Iterator[str]:
        for resolver in resolvers:
            found = names.ask(Query(resolver, name, kind, is_recursive=True)).found(kind)
            if found is not None:
                yield from found.data
                return

    servers = [
        address
        for server in asked(zone, "NS")
        for kind in ("A", "AAAA")
        for address in asked(server, kind)
    ]
    if not servers:
        raise InputError(
            f"the inventory names no name servers, and nobody says who holds {zone}",
            "write xmpp_dns_servers: [ADDRESS, …], the primary first",
        )
    return tuple(dict.fromkeys(servers))
