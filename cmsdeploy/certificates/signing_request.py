"""A certificate request that somebody hands in: read, and not believed before it is checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cmsdeploy.certificates.algorithms import key_findings
from cmsdeploy.certificates.armour import blocks_in
from cmsdeploy.certificates.certificate import tolerant
from cmsdeploy.certificates.findings import Severity
from cmsdeploy.certificates.public_keys import public_key_of
from cmsdeploy.errors import InputError, printable

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

__all__ = ["SigningRequest", "read_request"]

_LABELS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
_LARGEST_FILE = 64 << 10


@dataclass(frozen=True)
class SigningRequest:
    """What is taken over from a request: who, which names, which key."""

    subject: x509.Name
    names: x509.SubjectAlternativeName
    public_key: CertificatePublicKeyTypes


def read_request(source: str, content: bytes) -> SigningRequest:
    """Read PEM or DER. Raises :class:`InputError`, also where the key did not sign the request:
    such a request was altered, or asks for a certificate of somebody else's key."""
    from cryptography import x509

    der = _der(source, content)
    with tolerant():
        try:
            found = x509.load_der_x509_csr(der)
            is_own = found.is_signature_valid
            public_key = found.public_key()
            key = public_key_of(public_key)
            names = _names(found)
        except Exception:
            # The library raises several types here, and its words may quote the file.
            raise InputError(
                f"{source} is no certificate request that can be read",
                f"look at it with: openssl req -in {source} -noout -text",
            ) from None
    if not is_own:
        raise InputError(
            f"the request {source} was not signed by its own key: it is altered, or forged",
            "ask for it again, over a way that you trust",
        )
    if names is None:
        raise InputError(
            f"the request {source} has no subjectAltName", "make it anew with the server's names"
        )
    for finding in key_findings(key, printable(source, 100)):
        if finding.severity is Severity.ERROR:
            raise InputError(finding.evidence, "make the request anew with an RSA key of 2048 bits")
    return SigningRequest(found.subject, names, public_key)


def _der(source: str, content: bytes) -> bytes:
    if len(content) > _LARGEST_FILE:
        raise InputError(f"{source} is too large for a request", "name the request")
    blocks = blocks_in(source, content)
    if not blocks:
        return content
    found = [block for block in blocks if block.label in _LABELS]
    if len(found) != 1:
        raise InputError(f"{source} does not hold one certificate request", "name the request")
    return found[0].der


def _names(found: x509.CertificateSigningRequest) -> x509.SubjectAlternativeName | None:
    from cryptography import x509

    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    # A box adds the common name although it was given it: no name counts twice.
    return x509.SubjectAlternativeName(list(dict.fromkeys(names))) if list(names) else None
