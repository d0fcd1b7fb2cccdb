"""Keys and signatures that a box takes, as a table.

No document that we know lists what CMS takes. What ``pki csr`` makes is RSA with 2048 bits (SEEN,
``pki-inspect``); RSA up to 4096 bits and the two curves of NIST that every TLS library has are
accepted as common practice; what the TLS of the box's time did not have is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.findings import Finding, Severity, wrong
from cmsdeploy.certificates.public_keys import PublicKey

__all__ = ["algorithm_findings", "key_findings"]

_SMALLEST_RSA = 2048
_USUAL_RSA = 4096
_LARGEST_EXPONENT = 1 << 32
_CURVES = {"secp256r1", "secp384r1"}
_UNPROVED_CURVES = {"secp521r1"}
_HASHES = {"sha224", "sha256", "sha384", "sha512"}
_WEAK = {"md5", "sha1"}
_REMEDY = "have it issued for an RSA key of 2048 bits, as `pki csr` makes it"


def algorithm_findings(one: Certificate) -> Iterator[Finding]:
    """Key and signature of one certificate of a chain, its leaf or an authority."""
    yield from key_findings(one.key, one.subject)
    yield from _signature(one)


def key_findings(key: PublicKey, of: str) -> Iterator[Finding]:
    """Whether a box takes ``key``; ``of`` says whose it is."""
    if key.kind == "RSA":
        yield from _rsa(key, of)
    elif key.kind != "EC":
        yield wrong("key-algorithm", f"{of} has a key of kind {key.kind}", _REMEDY)
    elif key.curve in _UNPROVED_CURVES:
        text = f"{of} has a key on the curve {key.curve}, of which nothing shows that CMS takes it"
        yield wrong("key-algorithm", text, _REMEDY, Severity.WARNING)
    elif key.curve not in _CURVES:
        yield wrong("key-algorithm", f"{of} has a key on the curve {key.curve}", _REMEDY)


def _rsa(key: PublicKey, of: str) -> Iterator[Finding]:
    if key.bits < _SMALLEST_RSA:
        yield wrong("key-size", f"{of} has an RSA key of {key.bits} bits, less than 2048", _REMEDY)
    elif key.bits > _USUAL_RSA:
        text = f"{of} has an RSA key of {key.bits} bits, more than the usual 4096"
        yield wrong("key-size", text, _REMEDY, Severity.WARNING)
    if key.exponent < 3 or key.exponent % 2 == 0 or key.exponent > _LARGEST_EXPONENT:
        text = f"{of} has an RSA key with the exponent {key.exponent}"
        yield wrong("key-size", text, _REMEDY)


def _signature(one: Certificate) -> Iterator[Finding]:
    remedy = "have it signed with SHA-256"
    if one.is_probabilistic:
        yield wrong("signature-algorithm", f"{one.subject} is signed with RSA-PSS", remedy)
    elif one.hash_name in _WEAK:
        # Nobody believes a root by its signature: it is weak, and it does no harm.
        severity = Severity.WARNING if one.is_self_signed else Severity.ERROR
        text = f"{one.subject} is signed with {one.hash_name.upper()}, which can be forged"
        yield wrong("signature-algorithm", text, remedy, severity)
    elif one.hash_name not in _HASHES:
        # Ed25519 and Ed448 have no hash of their own.
        text = f"{one.subject} is signed in a way that the box does not know"
        yield wrong("signature-algorithm", text, remedy)
