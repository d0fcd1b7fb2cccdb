"""Where a name server is: ``10.0.0.53``, ``2001:db8::53``, or either with ``#`` and a port."""

from __future__ import annotations

__all__ = ["place_of"]

_PORT = 53


def place_of(server: str) -> tuple[str, int]:
    """Address and port."""
    address, _, port = server.partition("#")
    return address, int(port or _PORT)
