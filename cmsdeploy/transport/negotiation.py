"""What an SSH server offers, read from its first packet, and what we ask it for.

The first packet (RFC 4253, section 7.1) is in clear and holds the server's lists of algorithms. We
read it ourselves in two cases: when a negotiation has failed, to name what is missing (paramiko
says only "no acceptable kex algorithm"), and to learn which kinds of host keys a box has.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cmsdeploy.errors import UnreachableError, printable
from cmsdeploy.transport.contract import Deadline
from cmsdeploy.transport.tcp import dial

__all__ = [
    "WEAK",
    "Offer",
    "algorithms_of",
    "first_of",
    "missing",
    "parse_offer",
    "read_offer",
]

_OUR_VERSION = b"SSH-2.0-cmsdeploy\r\n"
_KEXINIT = 20
_COOKIE_LENGTH = 16
_LARGEST_PACKET = 64 * 1024
_MOST_BANNER = 64 * 1024

# Never offered by us, whatever the library still has: broken, or 64-bit blocks.
WEAK = frozenset({"3des-cbc", "hmac-md5", "hmac-md5-96", "hmac-sha1-96"})

# One kind of host key, several ways to sign with it.
_RSA = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")
_LISTS = ("kex", "keys", "ciphers", "_to_us", "macs", "_macs_to_us")
_WORDS = {"kex": "key exchange", "keys": "host key", "ciphers": "cipher", "macs": "MAC"}


@dataclass(frozen=True)
class Offer:
    """The server's lists by our names (``kex``, ``keys``, ``ciphers``, ``macs``)."""

    lists: Mapping[str, tuple[str, ...]]

    @property
    def key_types(self) -> tuple[str, ...]:
        """The kinds of host keys that the server has, as ``known_hosts`` spells them."""
        names = ("ssh-rsa" if name in _RSA else name for name in self.lists["keys"])
        return tuple(dict.fromkeys(name for name in names if "-cert-" not in name))


def algorithms_of(key_type: str) -> tuple[str, ...]:
    """The ways to sign with a key of ``key_type``, best first."""
    return _RSA if key_type == "ssh-rsa" else (key_type,)


def first_of(wanted: Iterable[str], available: Sequence[str]) -> tuple[str, ...]:
    """``available`` without weak ones, those that are ``wanted`` first, in that order."""
    usable = [name for name in available if name not in WEAK]
    first = [name for name in wanted if name in usable]
    return tuple(dict.fromkeys([*first, *usable]))


def read_offer(address: str, port: int, deadline: Deadline) -> Offer:
    """Ask a server for its lists, without any key exchange. Raises ``UnreachableError``."""
    connection = dial(address, port, deadline)
    with connection:
        try:
            connection.sendall(_OUR_VERSION)
            return parse_offer(_first_packet(connection, deadline))
        except (OSError, ValueError, IndexError) as error:
            raise UnreachableError(
                f"{printable(address, 255)} port {port} does not say what it offers: {error}",
                "check that this is the SSH port of the box",
            ) from error


def _first_packet(connection: socket.socket, deadline: Deadline) -> bytes:
    received = b""
    while True:
        start = _packet_start(received)
        if start is not None:
            length = int.from_bytes(received[start : start + 4], "big")
            if length > _LARGEST_PACKET:
                raise ValueError("a first packet that is too large")
            if len(received) >= start + 4 + length:
                padding = received[start + 4]
                return received[start + 5 : start + 4 + length - padding]
        elif len(received) > _MOST_BANNER:
            raise ValueError("no SSH version line")
        connection.settimeout(max(deadline.remaining(), 0.001))
        content = connection.recv(8192)
        if not content:
            raise ValueError("the connection ended")
        received += content


def _packet_start(received: bytes) -> int | None:
    """Where the first packet begins: behind the version line, which other lines may precede."""
    start = 0
    while (end := received.find(b"\n", start)) >= 0:
        if received.startswith(b"SSH-", start):
            return end + 1 if len(received) >= end + 6 else None
        start = end + 1
    return None


def parse_offer(payload: bytes) -> Offer:
    """Take the lists out of the payload of a KEXINIT. Raises ``ValueError``."""
    if not payload or payload[0] != _KEXINIT:
        raise ValueError("the first packet is no offer")
    at = 1 + _COOKIE_LENGTH
    lists = {}
    for name in _LISTS:
        length = int.from_bytes(payload[at : at + 4], "big")
        content = payload[at + 4 : at + 4 + length]
        if len(content) != length or at + 4 > len(payload):
            raise ValueError("the offer is cut")
        lists[name] = tuple(word for word in content.decode("ascii", "replace").split(",") if word)
        at += 4 + length
    return Offer({name: names for name, names in lists.items() if name in _WORDS})


def missing(offer: Offer, ours: Mapping[str, Sequence[str]]) -> tuple[str, tuple[str, ...]]:
    """The first kind of algorithm without a match, in words, and what the server has of it."""
    for name, word in _WORDS.items():
        theirs = offer.lists[name]
        if not set(theirs) & set(ours[name]):
            return word, theirs
    return "", ()
