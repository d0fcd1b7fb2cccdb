"""What a local file holds: a private key, certificates, or something that we do not look into."""

from __future__ import annotations

import hashlib

from cmsdeploy.certificates.reading import Reading, read
from cmsdeploy.errors import InputError
from cmsdeploy.model.local_file import FileKind, LocalFile
from cmsdeploy.model.secret import Secret

__all__ = ["describe"]


def describe(name: str, source: str, content: bytes, passphrase: Secret | None = None) -> LocalFile:
    """Give the :class:`LocalFile` for ``content``, which shall be called ``name`` on a box.

    ``content`` may have any form that :func:`~cmsdeploy.certificates.reading.read` knows; what is
    uploaded is clean PEM: a file that is clean already as it is, another one written anew. The
    identity of a private key is the digest of its public half, so that a plan can name the file
    without carrying a digest of the secret. Raises :class:`InputError` where a key or certificate
    cannot be read, where a key asks for a passphrase that was not given (the box could not open it
    either), and where one file holds both a private key and certificates, because a bundle with
    the key inside would be published to the peers.
    """
    reading = read(source, content, passphrase)
    if reading.key is not None and reading.certificates:
        raise _mixed(source, reading)
    if reading.key is not None:
        public = reading.key.public.digest
        kept = Secret(content) if reading.is_clean else reading.key.content
        return LocalFile(name, source, FileKind.KEY, kept, f"key:{public}", (public,))
    if reading.certificates:
        clean = content if reading.is_clean else reading.pem
        keys = tuple(one.key.digest for one in reading.certificates)
        return LocalFile(name, source, FileKind.CERTIFICATES, clean, _digest(clean), keys)
    return LocalFile(name, source, FileKind.OTHER, content, _digest(content))


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _mixed(source: str, reading: Reading) -> InputError:
    remedy = "put the key into a file of its own; a bundle with a key would give the key away"
    if reading.form == "PKCS#12":
        remedy = (
            f"take it apart: openssl pkcs12 -in {source} -nocerts -nodes -out … for the key,"
            " then -nokeys for the certificates"
        )
    return InputError(f"{source} holds a private key and certificates in one file", remedy)
