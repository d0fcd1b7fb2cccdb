"""One certificate, understood once: what chains and checks ask of it, as plain values.

Made of DER by :func:`certificate_of`. The library reads some fields only when they are asked for,
and raises several types then; here all of them are asked for in one place.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from cmsdeploy.certificates.armour import armoured
from cmsdeploy.certificates.extensions import Extensions, extensions_of
from cmsdeploy.certificates.public_keys import RSA_PSS, PublicKey, public_key_of
from cmsdeploy.errors import InputError, printable

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["Certificate", "certificate_of", "is_signed_by", "tolerant"]

_LARGEST_RSA = 8192
_SHOWN = 120

# A name for comparing: object identifier and value of each part, as OpenSSL folds them.
Name = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Certificate:
    """``subject`` and ``issuer`` are for people, escaped; ``subject_name`` and ``issuer_name`` for
    comparing. ``hash_name`` is of the signature: ``sha256``, or ``none`` where its algorithm has
    none of its own; ``is_probabilistic`` marks RSA-PSS. Equal is what has equal
    DER."""

    der: bytes
    subject: str = field(compare=False)
    issuer: str = field(compare=False)
    subject_name: Name = field(compare=False, repr=False)
    issuer_name: Name = field(compare=False, repr=False)
    serial: int = field(compare=False)
    version: int = field(compare=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    hash_name: str = field(compare=False)
    is_probabilistic: bool = field(compare=False)
    key: PublicKey = field(compare=False)
    extensions: Extensions = field(compare=False, repr=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def is_self_signed(self) -> bool:
        """Whether its own key made its signature."""
        return self.subject_name == self.issuer_name and is_signed_by(self.der, self.der)

    @property
    def is_authority(self) -> bool:
        """Whether it may issue others. A root of version 1 has no way to say so, and may."""
        if self.version < 3:
            return self.is_self_signed
        return self.extensions.is_authority is True

    def pem(self) -> bytes:
        """Clean PEM."""
        return armoured("CERTIFICATE", self.der)


@contextmanager
def tolerant() -> Iterator[None]:
    """The library warns of odd serial numbers and old forms; our own checks speak of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def certificate_of(source: str, der: bytes) -> Certificate:
    """Understand ``der``. Raises :class:`InputError` where it is no certificate that we know."""
    from cryptography.exceptions import UnsupportedAlgorithm

    with tolerant():
        try:
            found = _understood(der)
        except UnsupportedAlgorithm:
            raise InputError(
                f"{source} holds a certificate with a key or signature that nobody here knows",
                "have it issued for an RSA key of 2048 bits, as `pki csr` makes it",
            ) from None
        except Exception:
            # The library raises several types here, and its words may quote the file.
            raise InputError(
                f"{source} holds a certificate that cannot be read: it is altered, or malformed",
                "bring the file again; look at it with: openssl x509 -noout -text",
            ) from None
    if found.key.kind == "RSA" and found.key.bits > _LARGEST_RSA:
        raise InputError(
            f"{source} holds an RSA key of {found.key.bits} bits, more than {_LARGEST_RSA}",
            "have it issued for an RSA key of 2048 to 4096 bits",
        )
    return found


def _understood(der: bytes) -> Certificate:
    from cryptography import x509

    found = x509.load_der_x509_certificate(der)
    algorithm = found.signature_hash_algorithm
    return Certificate(
        der=der,
        subject=_shown(found.subject),
        issuer=_shown(found.issuer),
        subject_name=_folded(found.subject),
        issuer_name=_folded(found.issuer),
        serial=found.serial_number,
        version=found.version.value + 1,
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        hash_name=algorithm.name if algorithm is not None else "none",
        is_probabilistic=found.signature_algorithm_oid.dotted_string == RSA_PSS,
        key=public_key_of(found.public_key(), found.public_key_algorithm_oid.dotted_string),
        extensions=extensions_of(found.extensions),
    )


def _shown(name: x509.Name) -> str:
    return printable(name.rfc4514_string() or "(no name)", _SHOWN)


def _folded(name: x509.Name) -> Name:
    # Names are compared without case and with single blanks (RFC 5280, 7.1), as OpenSSL does.
    return tuple(
        (part.oid.dotted_string, " ".join(str(part.value).split()).casefold()) for part in name
    )


@lru_cache(maxsize=1024)
def is_signed_by(der: bytes, issuer: bytes) -> bool:
    """Whether the key of the certificate ``issuer`` made the signature of the one in ``der``."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

    with tolerant():
        try:
            child, key = (
                x509.load_der_x509_certificate(der),
                x509.load_der_x509_certificate(issuer).public_key(),
            )
            signature, signed = child.signature, child.tbs_certificate_bytes
            algorithm, how = child.signature_hash_algorithm, child.signature_algorithm_parameters
            if isinstance(key, rsa.RSAPublicKey) and algorithm is not None:
                # For MD5 the library names no padding; there is only this one.
                way = how if isinstance(how, padding.AsymmetricPadding) else padding.PKCS1v15()
                key.verify(signature, signed, way, algorithm)
            elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm is not None:
                key.verify(signature, signed, ec.ECDSA(algorithm))
            elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
                key.verify(signature, signed)
            else:
                return False
        except Exception:
            # A wrong signature and one of another algorithm are the same answer.
            return False
    return True
