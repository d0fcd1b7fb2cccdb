"""What a box reads in key and certificate files.

Results are cached by content, because property tests ask the same question thousands of times.
Validity dates are not looked at: the lab has no wall clock.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@lru_cache(maxsize=4096)
def certificates_in(content: bytes) -> tuple[x509.Certificate, ...]:
    """All certificates of a PEM or DER file, in their order; nothing where there is none."""
    try:
        return tuple(x509.load_pem_x509_certificates(content))
    except ValueError:
        pass
    try:
        return (x509.load_der_x509_certificate(content),)
    except ValueError:
        return ()


def is_certificate_file(content: bytes) -> bool:
    """Whether the file holds at least one certificate."""
    return bool(certificates_in(content))


@lru_cache(maxsize=4096)
def is_pair(key: bytes, certificate: bytes) -> bool:
    """Whether the private key belongs to the first certificate of the file."""
    found = certificates_in(certificate)
    try:
        # The library's own check looks for primes, for 40 ms a key in which no box answers.
        private = serialization.load_pem_private_key(
            key, password=None, unsafe_skip_rsa_key_validation=True
        )
        is_whole = not isinstance(private, rsa.RSAPrivateKey) or _is_whole(private)
    except (ValueError, TypeError):
        return False
    return bool(found) and is_whole and _spki(private.public_key()) == _spki(found[0].public_key())


def _is_whole(key: rsa.RSAPrivateKey) -> bool:
    """Whether the numbers of a key belong together (RFC 8017 3.2), primes or not."""
    own = key.private_numbers()
    p, q, d = own.p, own.q, own.d
    return (
        min(p, q) > 2
        and p * q == own.public_numbers.n
        and own.public_numbers.e * d % (p - 1) == own.public_numbers.e * d % (q - 1) == 1
        and (own.dmp1, own.dmq1) == (d % (p - 1), d % (q - 1))
        and own.iqmp * q % p == 1
    )


def _spki(key: object) -> bytes:
    # Every public key type of the library has public_bytes; its union type is too wide to name.
    give = getattr(key, "public_bytes")  # noqa: B009
    encoded: bytes = give(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


@lru_cache(maxsize=4096)
def is_verified(certificate: bytes, bundle: bytes) -> bool:
    """Whether a chain leads from the first certificate over the bundle to a self-issued root.

    Further certificates of the certificate file (a full chain) count as intermediates.
    """
    own = certificates_in(certificate)
    if not own:
        return False
    issuers = list(certificates_in(bundle))
    current = own[0]
    for _ in range(len(issuers) + len(own) + 1):
        if current in issuers and current.issuer == current.subject:
            return True
        found = [one for one in (*issuers, *own[1:]) if _is_issued_by(current, one)]
        if not found or found[0] == current:
            return False
        current = found[0]
    return False


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # the library raises ValueError, TypeError and InvalidSignature here
        return False
    return True


@lru_cache(maxsize=4096)
def leaf_is_in(certificate: bytes, bundle: bytes) -> bool:
    """Whether the first certificate of the file stands in the bundle (cluster trust, mmp 4.1)."""
    found = certificates_in(certificate)
    return bool(found) and found[0] in certificates_in(bundle)


def fingerprint(certificate: bytes) -> str:
    """Hexadecimal SHA-256 of the DER form of the first certificate."""
    return certificates_in(certificate)[0].fingerprint(hashes.SHA256()).hex()


def is_request_file(content: bytes) -> bool:
    """Whether the file holds a certificate request."""
    try:
        x509.load_pem_x509_csr(content)
    except ValueError:
        return False
    return True
