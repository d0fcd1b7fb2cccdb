"""Certificates in PEM as text that can be told apart and joined, and no more understood than that.

A family compares what a file holds with what a port presents, and joins what several servers
present; what a certificate says is the business of ``certificates``. Pure text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

__all__ = ["PemCertificate", "certificates_in"]

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
_COLUMNS = 64


@dataclass(frozen=True)
class PemCertificate:
    """``fingerprint`` is the SHA-256 of the DER, hexadecimal; ``text`` one clean block."""

    fingerprint: str
    text: str


def certificates_in(text: str) -> tuple[PemCertificate, ...]:
    """The certificates of ``text`` in their order; blocks that are no base64 are left out."""
    found = []
    for match in _BLOCK.finditer(text):
        body = "".join(match[1].split())
        try:
            der = base64.b64decode(body, validate=True)
        except (ValueError, binascii.Error):
            continue
        lines = [body[start : start + _COLUMNS] for start in range(0, len(body), _COLUMNS)]
        clean = "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
        found.append(PemCertificate(hashlib.sha256(der).hexdigest(), clean))
    return tuple(found)
