"""Seeing the certificates that a port presents: TLS at once, or after STARTTLS in a stream of XML.

Nothing is verified, because nothing is sent but a hello: whoever looks compares the fingerprint.
The negotiation (RFC 6120, section 5; its words are the caller's) reads as little as it can, and
strictly: no document type, no entity, a cap on every answer, and not one byte between the
permission to begin TLS and TLS itself, where somebody on the way could have put words in.
"""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass

from cmsdeploy.errors import DeadlineError, DeviceError, HostError, UnreachableError, printable
from cmsdeploy.model.handshake import Handshake, Upgrade
from cmsdeploy.transport.contract import Deadline
from cmsdeploy.transport.tcp import dial

__all__ = ["Presentation", "presented"]

_LARGEST_ANSWER = 16 * 1024
_MOST_CERTIFICATES = 20
_STREAM = re.compile(rb"\s*(?:<\?xml[^<>]{0,100}\?>\s*)?<(?:\w+:)?stream\s[^<>]*>")
_FEATURES_END = re.compile(rb"</(?:\w+:)?features\s*>|<(?:\w+:)?features\s*/>")


@dataclass(frozen=True)
class Presentation:
    """``chain`` as it was sent, DER, the leaf first; ``way`` says in words how TLS was begun."""

    chain: tuple[bytes, ...]
    way: str


class _OtherWayError(DeviceError):
    """The port does not begin like that; it may begin the other way."""


def presented(look: Handshake) -> Presentation:
    """Look once, by the first way, and once more by the other where the port begins otherwise.

    Raises ``UnreachableError``, ``DeadlineError`` or ``DeviceError``, without a host.
    """
    deadline = Deadline(look.deadline)
    place = f"{printable(look.address, 255)} port {look.port}"
    ways = [None] if look.upgrade is None else [look.upgrade, None]
    failures: list[HostError] = []
    for upgrade in reversed(ways) if look.is_plain else ways:
        # A server that waits in silence for the other way must not take all the time.
        is_last = len(failures) == len(ways) - 1
        own = deadline if is_last else deadline.within(look.deadline / 2)
        try:
            return _look(look, place, own, upgrade)
        except (_OtherWayError, DeadlineError) as error:
            failures.append(error)
    if all(isinstance(error, DeadlineError) for error in failures):
        raise failures[-1]
    causes = "; ".join(dict.fromkeys(error.cause for error in failures))
    raise DeviceError(
        f"{place} shows no certificate: {causes}", "check that this is a port of the server"
    )


def _look(look: Handshake, place: str, deadline: Deadline, upgrade: Upgrade | None) -> Presentation:
    with dial(look.address, look.port, deadline) as connection:
        try:
            if upgrade is not None:
                _negotiate(connection, upgrade, deadline)
            chain = _shake_hands(connection, look.name, deadline)
        except TimeoutError:
            raise DeadlineError(
                f"{place} does not finish the handshake within {look.deadline:g} seconds",
                "check that nothing on the way holds the packets",
            ) from None
        except ssl.SSLError as error:
            reason = printable(error.reason or "no reason", 80)
            raise _OtherWayError(f"TLS ends with: {reason}") from None
        except OSError as error:
            raise UnreachableError(
                f"{place} breaks the connection: {error.strerror or error}",
                "check that the server runs",
            ) from None
    return Presentation(chain, "TLS" if upgrade is None else f"STARTTLS for {upgrade.protocol}")


def _negotiate(connection: socket.socket, upgrade: Upgrade, deadline: Deadline) -> None:
    namespace = re.escape(upgrade.namespace.encode())
    offer = re.compile(rb"<starttls\s[^<>]*xmlns\s*=\s*['\"]%b['\"][^<>]*>" % namespace)
    granted = re.compile(
        rb"\s*<proceed\s[^<>]*xmlns\s*=\s*['\"]%b['\"]\s*(?:/>|>\s*</proceed\s*>)" % namespace
    )
    connection.settimeout(_left(deadline))
    connection.sendall(upgrade.opening.encode())
    reader = _Reader(connection, deadline)
    reader.read(_STREAM)
    features = reader.read(_FEATURES_END)
    if not offer.search(features):
        raise _OtherWayError("the stream offers no STARTTLS")
    connection.sendall(f"<starttls xmlns='{upgrade.namespace}'/>".encode())
    reader.read(granted)
    if reader.rest:
        raise DeviceError(
            "something was said between the permission to begin TLS and TLS",
            "somebody on the way may change what is sent: look from another place",
        )


class _Reader:
    """What has arrived of a stream and was not taken yet."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self.rest = b""

    def read(self, end: re.Pattern[bytes]) -> bytes:
        """Everything up to the end of what ``end`` matches."""
        while True:
            self._check()
            found = end.search(self.rest)
            if found:
                taken, self.rest = self.rest[: found.end()], self.rest[found.end() :]
                return taken
            if len(self.rest) > _LARGEST_ANSWER:
                raise _OtherWayError("the answer goes on and on")
            self._connection.settimeout(_left(self._deadline))
            more = self._connection.recv(4096)
            if not more:
                raise _OtherWayError("the connection ended where a stream should begin")
            self.rest += more

    def _check(self) -> None:
        start = self.rest.lstrip()[:1]
        if start not in (b"", b"<") or b"\x00" in self.rest:
            raise _OtherWayError("the answer is no stream")
        if b"<!" in self.rest:
            raise DeviceError(
                "the stream has a document type", "it is forbidden there: ask who answers"
            )
        if b"<failure" in self.rest or b"error" in self.rest[:200]:
            raise _OtherWayError("the stream is refused")


def _shake_hands(connection: socket.socket, name: str, deadline: Deadline) -> tuple[bytes, ...]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # Old boxes and weak certificates are to be seen, too; nothing is told to them.
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    connection.settimeout(_left(deadline))
    with context.wrap_socket(connection, server_hostname=name or None) as tls:
        leaf = tls.getpeercert(binary_form=True)
        if not leaf:
            raise DeviceError("no certificate is presented", "check the certificate of the server")
        return (leaf, *_rest_of_chain(tls, leaf))


def _rest_of_chain(tls: ssl.SSLSocket, leaf: bytes) -> tuple[bytes, ...]:
    # Public from Python 3.13 on; the object below has had it since 3.10.
    give = getattr(tls, "get_unverified_chain", None)
    if give is None:
        give = getattr(getattr(tls, "_sslobj", None), "get_unverified_chain", None)
    chain = give() if give is not None else None
    found = [one if isinstance(one, bytes) else one.public_bytes(2) for one in chain or ()]
    return tuple(one for one in found[:_MOST_CERTIFICATES] if one != leaf)


def _left(deadline: Deadline) -> float:
    # 0 would mean a socket that does not wait.
    return max(deadline.remaining(), 0.001)
