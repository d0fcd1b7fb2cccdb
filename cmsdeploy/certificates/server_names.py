"""Does a certificate name a server? RFC 9525: subjectAltName only, never the common name.

A wildcard stands for one whole label, the left-most, and needs two more labels after it: what
OpenSSL accepts, and what an authority may issue.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmsdeploy.certificates.extensions import Extensions

__all__ = ["covers", "is_name", "matches"]

_LONGEST_LABEL = 63


def covers(extensions: Extensions, server: str) -> bool:
    """Whether the SAN names ``server``: a DNS name, in any case, or an IP address."""
    address = _address(server)
    if address is not None:
        return any(_address(one) == address for one in extensions.addresses)
    return any(matches(presented, server) for presented in extensions.names)


def matches(presented: str, server: str) -> bool:
    """Whether the DNS name ``presented`` in a certificate stands for ``server``."""
    own, wanted = _labels(presented), _labels(server)
    if not own or not wanted or len(own) != len(wanted) or "*" in "".join(wanted):
        return False
    if own[0] == "*":
        is_deep = len(own) >= 3
        return is_deep and "*" not in "".join(own[1:]) and own[1:] == wanted[1:]
    return "*" not in "".join(own) and own == wanted


def is_name(text: str) -> bool:
    """Whether ``text`` is a DNS name, and no IP address."""
    return _address(text) is None and bool(_labels(text))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _labels(name: str) -> Sequence[str]:
    """The labels in lower case and ASCII; empty for what is no name."""
    text = name.rstrip(".") if name.count("..") == 0 else ""
    try:
        folded = text.encode("ascii" if text.isascii() else "idna").decode("ascii").lower()
    except UnicodeError:
        return ()
    labels = folded.split(".")
    is_whole = all(label and len(label) <= _LONGEST_LABEL for label in labels)
    return labels if is_whole else ()
