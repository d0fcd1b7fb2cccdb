"""What a local file holds: a private key, certificates, or something that we do not look into."""

from __future__ import annotations

import hashlib
import re

from cmsdeploy.errors import InputError
from cmsdeploy.model.local_file import FileKind, LocalFile
from cmsdeploy.model.secret import Secret

__all__ = ["describe"]

_KEY_BLOCK = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----")
_CERTIFICATE_BLOCK = b"-----BEGIN CERTIFICATE-----"


def describe(name: str, source: str, content: bytes) -> LocalFile:
    """Give the :class:`LocalFile` for ``content``, which shall be called ``name`` on a box.

    The identity of a private key is the digest of its public half, so that a plan can name the
    file without carrying a digest of the secret. Raises :class:`InputError` where a key or
    certificate cannot be read, where a key asks for a passphrase (the box could not open it
    either), and where one file holds both a private key and certificates, because a bundle with
    the key inside would be published to the peers.
    """
    has_key = _KEY_BLOCK.search(content) is not None
    has_certificates = _CERTIFICATE_BLOCK in content
    if has_key and has_certificates:
        raise InputError(
            f"{source} holds a private key and certificates in one file",
            "put the key into a file of its own; a bundle with a key would give the key away",
        )
    if has_key:
        return _described_key(name, source, content)
    if has_certificates:
        return _described_certificates(name, source, content)
    digest = hashlib.sha256(content).hexdigest()
    return LocalFile(name, source, FileKind.OTHER, content, f"sha256:{digest}")


def _described_key(name: str, source: str, content: bytes) -> LocalFile:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(content, password=None)
    except TypeError as error:
        raise InputError(
            f"the private key {source} is protected by a passphrase",
            f"take the passphrase off first, for example: openssl pkey -in {source} -out …",
        ) from error
    except Exception as error:
        # The library raises several types here, and its words may quote the file.
        raise InputError(
            f"{source} looks like a private key in PEM but cannot be read",
            f"check it with: openssl pkey -in {source} -noout",
        ) from error
    public = _public_digest(key.public_key())
    return LocalFile(name, source, FileKind.KEY, Secret(content), f"key:{public}", (public,))


def _described_certificates(name: str, source: str, content: bytes) -> LocalFile:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        certificates = load_pem_x509_certificates(content)
        keys = tuple(_public_digest(certificate.public_key()) for certificate in certificates)
    except Exception as error:
        # An unsupported curve and a torn block come as different types; the answer is the same.
        raise InputError(
            f"{source} looks like certificates in PEM but cannot be read",
            f"check it with: openssl x509 -in {source} -noout -subject",
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    return LocalFile(name, source, FileKind.CERTIFICATES, content, f"sha256:{digest}", keys)


def _public_digest(key: object) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    # Typed as object: the union of all public key types differs from version to version.
    public_bytes = key.public_bytes  # type: ignore[attr-defined]
    info: bytes = public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(info).hexdigest()
