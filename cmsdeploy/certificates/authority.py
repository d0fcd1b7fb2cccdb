"""A small authority for demonstrations and labs: a root, and one certificate for all boxes.

It is never used for a production inventory: the document that we automate advises against
self-signed certificates there (Cisco TAC 213479, step 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

__all__ = ["SharedCertificate", "issue_shared_certificate"]

_LIFETIME = timedelta(days=30)


@dataclass(frozen=True)
class SharedCertificate:
    """PEM texts: the ``key`` (private), the ``certificate`` for all boxes, and the ``root``."""

    key: bytes
    certificate: bytes
    root: bytes


def issue_shared_certificate(domain: str, names: Sequence[str]) -> SharedCertificate:
    """Make a root and a certificate whose SAN holds ``domain`` and ``names``.

    That is the form of the document's lab: one certificate for all nodes (Cisco TAC 217319,
    note 1). RSA with 2048 bits, as ``pki csr`` makes it. Valid for 30 days.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def subject(common_name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])

    now = datetime.now(timezone.utc)
    root_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    leaf_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def begin(common_name: str, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject(common_name))
            .issuer_name(subject("cmsdeploy demonstration root"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + _LIFETIME)
        )

    root = (
        begin("cmsdeploy demonstration root", root_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    alternative = x509.SubjectAlternativeName([x509.DNSName(n) for n in (domain, *names)])
    usage = x509.ExtendedKeyUsage(
        [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    )
    leaf = (
        begin(domain, leaf_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(alternative, critical=False)
        .add_extension(usage, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key_bytes = leaf_key.private_bytes(
        pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return SharedCertificate(key_bytes, leaf.public_bytes(pem), root.public_bytes(pem))
