"""Looking at the certificate that a port presents: a read that logs in nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

__all__ = ["Handshake", "Upgrade"]


@dataclass(frozen=True)
class Upgrade:
    """How TLS is begun on a connection that begins in clear, as a stream of XML.

    ``opening`` opens the stream. The server answers with its features; an element ``starttls`` of
    ``namespace`` among them is the offer, the same element asks for it, ``proceed`` grants it.
    """

    protocol: str
    opening: str
    namespace: str


@dataclass(frozen=True)
class Handshake:
    """Begin TLS with ``address`` and ``port``, see the certificate, and leave.

    ``name`` is the server that is asked for. With an ``upgrade`` the connection begins in clear,
    and where the port begins with TLS instead, that is done; ``is_plain`` tries it the other way
    round, TLS first. What such a port of a real box begins with is not known. ``deadline``
    (seconds) spans all.

    The text of the reply has fields (``Fingerprint`` is the SHA-256 of the leaf, hexadecimal) and,
    behind them, the chain in PEM, the leaf first. A port at which nothing can be seen gives the one
    field ``Not seen``, with the cause, and is no error: a firewall may be between us.
    """

    address: str
    port: int
    name: str
    upgrade: Upgrade | None = None
    is_plain: bool = False
    deadline: float = 10.0

    kind: ClassVar[str] = "handshake"

    @property
    def place(self) -> str:
        """Address and port as people write them."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.port}"

    @property
    def line(self) -> str:
        if self.upgrade is None or self.is_plain:
            return f"tls {self.place}"
        return f"tls {self.place} (starttls {self.upgrade.protocol})"

    @property
    def by_hand(self) -> str:
        """What a person types on a machine of their own to see the same."""
        look = f"openssl s_client -connect {self.place} -showcerts"
        if self.upgrade is None or self.is_plain:
            return look
        protocol = self.upgrade.protocol
        return f"{look} -starttls {protocol} -{protocol}host {self.name}"
