"""Addresses as people write them, without the forms that mean something else to somebody.

``10.1``, ``0177.0.0.1`` and ``2130706433`` are 10.0.0.1, 127.0.0.1 and 127.0.0.1 to the C library:
an address that needs such knowledge is refused instead of understood.
"""

from __future__ import annotations

import ipaddress
import re

from cmsdeploy.errors import InputError, printable

__all__ = ["checked_address", "checked_place", "is_ip", "normal_address"]

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\.?"
_NUMBER = r"0[xX][0-9A-Fa-f]*|[0-9]+"
_ACTION = "write an address such as 10.1.2.3 or 2001:db8::1, or a host name"


def checked_address(text: str) -> str:
    """Give ``text`` if it is one IPv4 or IPv6 address or host name; raise :class:`InputError`."""
    if ":" in text:
        _check_ip(text)
    elif re.fullmatch(_NUMBER, text.rstrip(".").rpartition(".")[2]):
        # A name whose last part is a number would be read as an address by some and not by others.
        _check_ip(text)
    elif not re.fullmatch(_NAME, text):
        raise InputError(f"{printable(text, 60)!r} is no address and no host name", _ACTION)
    return text


def checked_place(text: str) -> str:
    """Give ``text`` where it is an address (IPv6 in brackets), a colon and a port."""
    address, colon, port = text.rpartition(":")
    is_number = port.isascii() and port.isdecimal() and len(port) < 6
    if not colon or not is_number or not 0 < int(port) < 65536:
        raise InputError(
            f"{printable(text, 60)!r} names no port from 1 to 65535",
            "write ADDRESS:PORT (port 5222 or 5223), or none",
        )
    checked_address(address.removeprefix("[").removesuffix("]"))
    return text


def _check_ip(text: str) -> None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise InputError(f"{printable(text, 60)!r} is no address", _ACTION) from None
    scope = getattr(address, "scope_id", None)
    reasons = {
        "is no address of a box": address.is_unspecified,
        "is a multicast address": address.is_multicast,
        "is the broadcast address": str(address) == "255.255.255.255",
        "has a scope but is not link-local": scope is not None and not address.is_link_local,
    }
    for reason, is_so in reasons.items():
        if is_so:
            raise InputError(f"{printable(text, 60)!r} {reason}", _ACTION)


def is_ip(text: str) -> bool:
    """Whether ``text`` is an IPv4 or IPv6 address, and no name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def normal_address(text: str) -> str:
    """One spelling per address, for comparing."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text.lower().rstrip(".")
