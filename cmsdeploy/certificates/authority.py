"""A small authority for demonstrations and labs.

It is never used for a production inventory: the document that we automate advises against
self-signed certificates there (Cisco TAC 213479, step 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["Authority", "Issued"]

_LIFETIME = timedelta(days=90)
_NAME = "cmsdeploy demonstration root"


@dataclass(frozen=True)
class Issued:
    """PEM texts: the private ``key`` and its ``certificate``."""

    key: bytes
    certificate: bytes


class Authority:
    """A root that lives as long as this object; its key is never written anywhere."""

    def __init__(self) -> None:
        from cryptography import x509

        self._key = _new_key()
        builder = _begin(_NAME, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self._root = _signed(builder, self._key)

    @property
    def root(self) -> bytes:
        """The root certificate, PEM."""
        return _pem(self._root)

    def issue(self, common_name: str, names: Sequence[str]) -> Issued:
        """Make a key and a certificate whose SAN holds ``common_name`` and ``names``.

        RSA with 2048 bits, as ``pki csr`` makes it; valid for 90 days.
        """
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization
        from cryptography.x509.oid import ExtendedKeyUsageOID

        key = _new_key()
        every = dict.fromkeys((common_name, *names))
        usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = (
            _begin(common_name, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in every]), critical=False
            )
            .add_extension(x509.ExtendedKeyUsage(usage), critical=False)
        )
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        return Issued(private, _pem(_signed(builder, self._key)))


def _new_key() -> rsa.RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _begin(common_name: str, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(named(common_name))
        .issuer_name(named(_NAME))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFETIME)
    )


def _signed(builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey) -> x509.Certificate:
    from cryptography.hazmat.primitives import hashes

    return builder.sign(key, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return certificate.public_bytes(serialization.Encoding.PEM)
