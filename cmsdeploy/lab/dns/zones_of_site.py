"""The zones of a lab, from the names and addresses of its boxes.

Records as in TAC-213479 section 4: one `_xmpp-component._tcp` per server at 5223, one
`_xmpp-client._tcp` per server at 5222, and the address of each target.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .records import DEFAULT_TTL, Record, absolute, is_within, parent
from .zone import Zone


@dataclass(frozen=True)
class Component:
    """One box as DNS knows it. `domain` is its XMPP domain; `names` are further names of it."""

    name: str
    address: str
    domain: str | None = None
    is_server: bool = True
    names: tuple[str, ...] = ()


def zones_of(components: Sequence[Component], servers: Iterable[tuple[str, str]]) -> list[Zone]:
    """A zone for each XMPP domain, and one for each further domain that a name is in.

    `servers` are the name servers of the lab, name and address.
    """
    servers = list(servers)
    domains = dict.fromkeys(absolute(one.domain) for one in components if one.domain)
    origins = list(domains)
    for name in (name for one in components for name in _full_names(one)):
        if not any(is_within(name, origin) for origin in origins):
            origins.append(parent(name))
    zones = [Zone(origin, [name for name, _ in servers]) for origin in dict.fromkeys(origins)]
    for zone in zones:
        for name, address in servers:
            _address(zone, f"{name}.{zone.origin}", address)
    for one in components:
        _fill(zones, one)
    return zones


def _full_names(one: Component) -> list[str]:
    """All names with a domain, best first; a short name is one of its XMPP domain."""
    given = [name for name in (one.name, *one.names) if not _is_address(name)]
    full = [absolute(name) for name in given if "." in name.rstrip(".")]
    short = [absolute(f"{name}.{one.domain}") for name in given if "." not in name and one.domain]
    return [*full, *short]


def _fill(zones: Sequence[Zone], one: Component) -> None:
    names = _full_names(one)
    for name in names:
        homes = [zone for zone in zones if is_within(name, zone.origin)]
        _address(max(homes, key=lambda zone: len(zone.origin)), name, one.address)
    if not (one.is_server and one.domain and names):
        return
    home = next(zone for zone in zones if zone.origin == absolute(one.domain or ""))
    for service, words in (("component", "0 0 5223"), ("client", "10 50 5222")):
        name = f"_xmpp-{service}._tcp.{home.origin}"
        home.put(Record(name, "SRV", DEFAULT_TTL, f"{words} {names[0]}"))


def _address(zone: Zone, name: str, address: str) -> None:
    kind = "AAAA" if ":" in address else "A"
    zone.put(Record(name, kind, DEFAULT_TTL, address))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
