"""Any file with keys and certificates, in any form that an authority or a Windows tool hands out.

:func:`read` is the one entrance. What comes out is the same for all forms; what is wrong is an
:class:`~cmsdeploy.errors.InputError` with one cause and one next action, and no text of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cmsdeploy.certificates.armour import Block, bare_base64, blocks_in
from cmsdeploy.certificates.certificate import Certificate, certificate_of
from cmsdeploy.certificates.containers import certificates_of_pkcs7, contents_of_pkcs12
from cmsdeploy.certificates.private_keys import ANY, Key, key_in
from cmsdeploy.certificates.shapes import Shape, shape_of, whole_length
from cmsdeploy.errors import InputError
from cmsdeploy.model.secret import Secret

__all__ = ["Reading", "read"]

_LARGEST_FILE = 1 << 20
_MOST_CERTIFICATES = 20
_CERTIFICATE_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})
_CONTAINER_LABELS = frozenset({"PKCS7", "PKCS #7 SIGNED DATA", "CMS"})
# Kinds of blocks and files that are something, but not what belongs on a box.
_NAMED_LABELS = {
    "PUBLIC KEY": Shape.PUBLIC_KEY,
    "RSA PUBLIC KEY": Shape.PUBLIC_KEY,
    "CERTIFICATE REQUEST": Shape.REQUEST,
    "NEW CERTIFICATE REQUEST": Shape.REQUEST,
}
_REMEDIES = {
    Shape.PUBLIC_KEY: "bring the private key that the certificate was requested with",
    Shape.REQUEST: "have the request signed, and bring the certificate that comes back",
}
_PRIVATE_LABELS = {Shape.KEY: ANY, Shape.ENCRYPTED_KEY: "ENCRYPTED PRIVATE KEY"}


@dataclass(frozen=True)
class Reading:
    """What one file holds. ``form`` is for people: PEM, DER, PKCS#7, PKCS#12, "" for no such file.

    ``is_clean`` says that the bytes are already as we would write them.
    """

    source: str
    form: str = ""
    certificates: tuple[Certificate, ...] = ()
    key: Key | None = None
    is_clean: bool = False

    @property
    def pem(self) -> bytes:
        """The certificates as clean PEM, in the order of the file."""
        return b"".join(one.pem() for one in self.certificates)


def read(source: str, content: bytes, passphrase: Secret | None = None) -> Reading:
    """Read ``content``; ``source`` is the name that people know it by.

    A file with neither keys nor certificates gives an empty reading. Raises :class:`InputError`.
    """
    if len(content) > _LARGEST_FILE:
        raise InputError(
            f"{source} is larger than {_LARGEST_FILE:,} bytes", "name the file that is meant"
        )
    blocks = blocks_in(source, content)
    if blocks:
        return _of_blocks(source, content, blocks, passphrase)
    if _is_der(content):
        return _of_der(source, content, passphrase)
    bare = bare_base64(content)
    return Reading(source) if bare is None else _of_der(source, bare, passphrase)


def _of_blocks(
    source: str, content: bytes, blocks: Sequence[Block], passphrase: Secret | None
) -> Reading:
    found: list[Certificate] = []
    keys = [block for block in blocks if block.is_private_key]
    form = "PEM"
    for block in blocks:
        if block.label in _CONTAINER_LABELS:
            form = "PKCS#7"
            found += certificates_of_pkcs7(source, block.der)
        elif block.label in _CERTIFICATE_LABELS:
            found += _certificates_in(source, block)
        _check_count(source, found)
    if len(keys) > 1:
        raise InputError(f"{source} holds {len(keys)} private keys", "keep the one that is meant")
    key = key_in(source, keys[0], passphrase) if keys else None
    if not found and key is None:
        return _empty(source, [_NAMED_LABELS.get(block.label) for block in blocks])
    written = [block.armoured() for block in blocks]
    is_clean = content == b"".join(written) and all(map(_is_plain, blocks))
    return Reading(source, form, tuple(found), key, is_clean)


def _is_plain(block: Block) -> bool:
    """Whether a block may stay as it is: EC PARAMETERS, TRUSTED and encrypted ones may not."""
    if block.is_private_key:
        return block.label != "ENCRYPTED PRIVATE KEY" and not block.headers
    return block.label == "CERTIFICATE" and shape_of(block.der) is Shape.CERTIFICATE


def _certificates_in(source: str, block: Block) -> list[Certificate]:
    if shape_of(block.der) is Shape.PKCS7:
        return certificates_of_pkcs7(source, block.der)  # some tools label it so
    der = block.der
    if block.label == "TRUSTED CERTIFICATE":
        der = der[: whole_length(der)]  # OpenSSL's own remarks on trust come after it
    return [certificate_of(source, der)]


def _check_count(source: str, found: Sequence[Certificate]) -> None:
    if len(found) > _MOST_CERTIFICATES:
        raise InputError(
            f"{source} holds more than {_MOST_CERTIFICATES} certificates",
            "keep those of the chain only, not a whole store",
        )


def _empty(source: str, shapes: Sequence[Shape | None]) -> Reading:
    named = next((shape for shape in shapes if shape is not None), None)
    if named is None:
        return Reading(source)
    raise _of_no_use(source, named)


def _of_no_use(source: str, shape: Shape) -> InputError:
    return InputError(
        f"{source} holds {shape.value}, neither a private key nor a certificate",
        _REMEDIES.get(shape, "look what it is with: openssl asn1parse -inform DER"),
    )


def _is_der(content: bytes) -> bool:
    """Whether the bytes begin as DER does: so a torn certificate is called torn, not unknown."""
    if content[:1] != b"0" or len(content) < 2:
        return False
    return 0x80 <= content[1] <= 0x84 or whole_length(content) == len(content)


def _of_der(source: str, content: bytes, passphrase: Secret | None) -> Reading:
    length = whole_length(content)
    if length is None:
        raise InputError(f"{source} is torn: its end is missing", "copy the file again")
    if length != len(content):
        more = len(content) - length
        raise InputError(
            f"{source} goes on for {more:,} bytes after its end", "bring the file again, unaltered"
        )
    shape = shape_of(content)
    found: tuple[Certificate, ...] = ()
    key: Key | None = None
    form = "DER"
    if shape is Shape.CERTIFICATE:
        found = (certificate_of(source, content),)
    elif shape is Shape.PKCS7:
        form, found = "PKCS#7", tuple(certificates_of_pkcs7(source, content))
    elif shape is Shape.PKCS12:
        form = "PKCS#12"
        found, key = contents_of_pkcs12(source, content, passphrase)
    elif shape in _PRIVATE_LABELS:
        key = key_in(source, Block(_PRIVATE_LABELS[shape], content), passphrase)
    else:
        raise _of_no_use(source, shape)
    _check_count(source, found)
    return Reading(source, form, found, key)
