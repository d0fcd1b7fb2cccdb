"""Where an XMPP server is looked at, and how it is asked to begin TLS (RFC 6120, section 5)."""

from __future__ import annotations

import re

from cmsdeploy.errors import InputError, printable
from cmsdeploy.model.handshake import Handshake, Upgrade

__all__ = ["UNSEEN", "port_look"]

UNSEEN = "none"
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\]")
_PORT = re.compile(r"[0-9]{1,5}")
# Call bridges log in there (TAC 213479, DNS records); clients and peers use 5222.
_COMPONENT_PORT = 5223


def port_look(place: str, domain: str) -> Handshake | None:
    """The look at ``place`` (ADDRESS:PORT); None where there is none, or ``none`` is said."""
    if place in ("", UNSEEN):
        return None
    address, _, port = place.rpartition(":")
    if not (_ADDRESS.fullmatch(address) and _PORT.fullmatch(port) and 0 < int(port) < 65536):
        raise InputError(
            f"{printable(place, 80)!r} is no place to look at",
            "write seen_at: ADDRESS:PORT (port 5222 or 5223), or none",
        )
    plain = address.removeprefix("[").removesuffix("]")
    return Handshake(
        plain, int(port), domain, _upgrade(domain), is_plain=int(port) == _COMPONENT_PORT
    )


def _upgrade(domain: str) -> Upgrade:
    # The domain is checked before: it has no character that could end the attribute.
    return Upgrade(
        "xmpp",
        f"<?xml version='1.0'?><stream:stream to='{domain}' version='1.0' xmlns='jabber:client'"
        " xmlns:stream='http://etherx.jabber.org/streams'>",
        "urn:ietf:params:xml:ns:xmpp-tls",
    )
