"""Reaching a port: names, addresses, and the sentence for each way in which it fails."""

from __future__ import annotations

import errno
import ipaddress
import socket
import threading

from cmsdeploy.errors import UnreachableError, printable
from cmsdeploy.transport.contract import Deadline

__all__ = ["Buffered", "dial"]

# Milliseconds that the system may wait for a dead peer to acknowledge. Reads have deadlines of
# their own; this bounds a write into a connection that nobody empties.
_USER_TIMEOUT = 30_000
# Bytes that are asked for at once: the packets of several short replies.
_PIECE = 4096
_UNROUTABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL})

_SocketAddress = tuple[object, ...]
_Place = tuple[socket.AddressFamily, _SocketAddress]


def dial(address: str, port: int, deadline: Deadline) -> socket.socket:
    """Connect to ``address`` before ``deadline``, without delay for small packets.

    Without ``TCP_NODELAY`` each question waits for the acknowledgement of the one before, which
    makes a login thirty times slower. Raises ``UnreachableError``.
    """
    failure: OSError = TimeoutError()
    for family, place in _places(address, port, deadline):
        if deadline.has_passed:
            break
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(deadline.remaining())
            connection.connect(place)
            _tune(connection)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise _unreachable(address, port, deadline, failure)


class Buffered(socket.socket):
    """A connection that is read in larger pieces than it is asked for, by one reader.

    paramiko asks twice for each packet. Each time it lets go of the interpreter, and beside a
    hundred boxes it waits to get it back: 7 % of the processor time of a deployment.
    """

    _kept = b""

    @classmethod
    def of(cls, connection: socket.socket) -> Buffered:
        """Take ``connection`` over; a read of the new one waits without a clock."""
        taken = cls(connection.family, connection.type, connection.proto, connection.detach())
        taken.settimeout(None)
        return taken

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """At least one byte and at most ``size``; ``b""`` is the end."""
        content = self._kept or super().recv(max(size, _PIECE), flags)
        self._kept = content[size:]
        return content[:size]


def _tune(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _USER_TIMEOUT)


def _places(address: str, port: int, deadline: Deadline) -> list[_Place]:
    """Where ``address`` is. A name server that is silent must not hold us beyond the deadline, and
    the system's resolver takes no timeout, so a name is resolved beside."""
    if _is_literal(address):
        return _resolved(address, port)
    found: list[_Place] = []
    failures: list[OSError | UnicodeError] = []

    def resolve() -> None:
        try:
            found.extend(_resolved(address, port))
        except (OSError, UnicodeError) as error:
            failures.append(error)

    resolver = threading.Thread(target=resolve, daemon=True)
    resolver.start()
    resolver.join(deadline.remaining())
    if not found:
        why = "no name server answers in time" if not failures else "the name is not known"
        raise UnreachableError(
            f"{printable(address, 255)} has no address: {why}",
            "check the name, or give the address itself as `ansible_host`",
        )
    return found


def _resolved(address: str, port: int) -> list[_Place]:
    answers = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    return [(family, place) for family, _kind, _protocol, _name, place in answers]


def _is_literal(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def _unreachable(address: str, port: int, deadline: Deadline, failure: OSError) -> UnreachableError:
    place = f"{printable(address, 255)} port {port}"
    if isinstance(failure, ConnectionRefusedError):
        return UnreachableError(
            f"{place} refuses connections",
            "check the port, and that the service is enabled on this interface of the box",
        )
    if isinstance(failure, TimeoutError):
        return UnreachableError(
            f"{place} does not answer within {deadline.seconds:g} seconds",
            "check that the box is up and that no firewall drops the packets",
        )
    if failure.errno in _UNROUTABLE:
        return UnreachableError(
            f"there is no way to {place}: {failure.strerror}", "check the address and your routes"
        )
    return UnreachableError(
        f"{place} cannot be reached: {failure.strerror or failure}", "check address and network"
    )
