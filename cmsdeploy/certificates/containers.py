"""PKCS#7 (``.p7b``) and PKCS#12 (``.pfx``): how Windows authorities hand certificates out.

Both lose or change the order of their certificates: a chain is rebuilt, never read off.
"""

from __future__ import annotations

from cmsdeploy.certificates.certificate import Certificate, certificate_of, tolerant
from cmsdeploy.certificates.private_keys import (
    Key,
    check_rounds,
    closed,
    opened,
    password_bytes,
)
from cmsdeploy.certificates.shapes import key_octets_in, whole_length
from cmsdeploy.errors import InputError
from cmsdeploy.model.secret import Secret

__all__ = ["certificates_of_pkcs7", "contents_of_pkcs12"]

# An RSA key of 8192 bits takes 4,700 bytes; the test of a larger one takes minutes.
_LONGEST_KEY = 5_500


def certificates_of_pkcs7(source: str, der: bytes) -> list[Certificate]:
    """The certificates of a PKCS#7 file, in its order. Raises :class:`InputError`."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates

    found: list[bytes] = []
    if whole_length(der) == len(der):
        with tolerant():
            try:
                loaded = load_der_pkcs7_certificates(der)
                found = [one.public_bytes(Encoding.DER) for one in loaded]
            except Exception:
                # Empty, of another content, or torn: the library has a type for each.
                found = []
    if not found:
        raise InputError(
            f"{source} is PKCS#7 without certificates that can be read",
            "export it again with all certificates of the path; look at it with:"
            f" openssl pkcs7 -in {source} -print_certs -noout",
        )
    return [certificate_of(source, one) for one in found]


def contents_of_pkcs12(
    source: str, der: bytes, password: Secret | None
) -> tuple[tuple[Certificate, ...], Key | None]:
    """Certificates and key of a PKCS#12 file; without a ``password`` the empty one is tried.

    Raises :class:`InputError`, before anything is computed where that would take too long.
    """
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    check_rounds(source, der)
    if key_octets_in(der) > _LONGEST_KEY:
        raise InputError(
            f"{source} holds a key of more than 8192 bits", "make an RSA key of 2048 to 4096 bits"
        )
    word = b"" if password is None else password_bytes(password)
    with tolerant():
        try:
            loaded = load_pkcs12(der, word)
        except Exception:
            raise closed(f"the PKCS#12 file {source}", "password", password) from None
        every = [loaded.cert, *loaded.additional_certs]
        found = [one.certificate.public_bytes(Encoding.DER) for one in every if one is not None]
    key = opened(source, loaded.key) if loaded.key is not None else None
    return tuple(certificate_of(source, one) for one in found), key
