"""The name servers of one lab: a primary, its secondaries, and servers with another view."""

from __future__ import annotations

from collections.abc import Sequence

from .faults import DnsFaults
from .records import absolute
from .server import NameServer, TsigKey
from .zone import Zone

_PRIMARY = "ns1"


class NameService:
    """All servers by name. The first is the primary, and what `zone` and `faults` speak of.

    `addresses` tells which server is where, for boxes that were told whom to ask.
    """

    def __init__(self, zones: Sequence[Zone] = (), keys: Sequence[TsigKey] = ()) -> None:
        """Begin with the primary `ns1`."""
        self.servers: dict[str, NameServer] = {_PRIMARY: NameServer(_PRIMARY, zones, keys)}
        self.addresses: dict[str, str] = {}

    @property
    def primary(self) -> NameServer:
        """The server that takes updates."""
        return self.servers[_PRIMARY]

    @property
    def faults(self) -> DnsFaults:
        """The faults of the primary."""
        return self.primary.faults

    def zone(self, origin: str) -> Zone:
        """A zone of the primary, to read and to change. Raises KeyError with the known ones."""
        zones = self.primary.zones
        if absolute(origin) not in zones:
            raise KeyError(f"no zone is called {origin!r}; there are {', '.join(zones)}")
        return zones[absolute(origin)]

    def add_secondary(self, name: str = "ns2") -> NameServer:
        """A server that shows what the primary holds; `lag` and `catch_up` switch that."""
        return self._add(NameServer(name, (), tuple(self.primary.keys.values()), self.primary))

    def add_view(self, name: str = "external") -> NameServer:
        """A server of its own that begins with copies of the zones: split horizon (promises G4)."""
        zones = [zone.copy() for zone in self.primary.zones.values()]
        return self._add(NameServer(name, zones, tuple(self.primary.keys.values())))

    def _add(self, server: NameServer) -> NameServer:
        if server.name in self.servers:
            raise ValueError(f"there is a name server {server.name!r} already")
        self.servers[server.name] = server
        return server

    def asked(self, addresses: Sequence[str]) -> list[NameServer]:
        """The servers at these addresses; the primary where none of them is one of the lab's.

        An inventory names the DNS servers of production; in a lab its own one stands in for them.
        """
        names = {address: name for name, address in self.addresses.items()}
        found = [self.servers[names[one]] for one in addresses if one in names]
        return found or [self.primary]
