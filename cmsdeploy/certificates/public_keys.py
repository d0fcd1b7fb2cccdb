"""A public key as plain values: kind, size, and the digest by which a key knows its certificate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

__all__ = ["RSA_PSS", "PublicKey", "public_digest", "public_key_of"]

RSA_PSS = "1.2.840.113549.1.1.10"


@dataclass(frozen=True)
class PublicKey:
    """``kind`` is ``RSA``, ``RSA-PSS``, ``EC``, ``DSA``, ``Ed25519`` or another; ``curve`` as the
    library names it; ``exponent`` is of RSA; ``digest`` is SHA-256 of the public key, hex."""

    kind: str
    bits: int = 0
    curve: str = ""
    exponent: int = 0
    digest: str = ""

    def __str__(self) -> str:
        if self.curve:
            return f"{self.kind} on {self.curve}"
        return f"{self.kind} with {self.bits} bits" if self.bits else self.kind


def public_key_of(key: object, algorithm: str = "") -> PublicKey:
    """Describe a public key of the library; ``algorithm`` is its identifier in the certificate."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    digest = public_digest(key)
    if isinstance(key, rsa.RSAPublicKey):
        kind = "RSA-PSS" if algorithm == RSA_PSS else "RSA"
        return PublicKey(kind, key.key_size, "", key.public_numbers().e, digest)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return PublicKey("EC", key.key_size, key.curve.name, 0, digest)
    if isinstance(key, dsa.DSAPublicKey):
        return PublicKey("DSA", key.key_size, "", 0, digest)
    return PublicKey(type(key).__name__.removesuffix("PublicKey").lstrip("_"), 0, "", 0, digest)


def public_digest(key: object) -> str:
    """SHA-256, hexadecimal, of the DER of a public key (SubjectPublicKeyInfo)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    # Typed as object: the union of all public key types differs from version to version.
    public_bytes = key.public_bytes  # type: ignore[attr-defined]
    info: bytes = public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(info).hexdigest()
