"""A private key and the request for its certificate, made here instead of on the box.

The same words as ``pki csr`` on a box (``CN``, ``OU``, ``O``, ``L``, ``ST``, ``C``, and the names
for subjectAltName), the same key: RSA with 2048 bits, unless another is asked for.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.certificates.new_files import refuse_present, write_new_files
from cmsdeploy.certificates.private_keys import new_key, private_pem
from cmsdeploy.certificates.server_names import is_name
from cmsdeploy.errors import InputError, RefusedError, printable
from cmsdeploy.model.file_name import checked_file_name

if TYPE_CHECKING:
    from cryptography import x509

    from cmsdeploy.certificates.private_keys import PrivateKey

__all__ = ["FIELDS", "KEY_KINDS", "Wanted", "make_request"]

KEY_KINDS = ("rsa-2048", "rsa-3072", "rsa-4096", "ec-p256")
FIELDS = {
    "CN": "2.5.4.3",
    "OU": "2.5.4.11",
    "O": "2.5.4.10",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "C": "2.5.4.6",
}
_LONGEST_FIELD = 64
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?"
_SERVER_NAME = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")


@dataclass(frozen=True)
class Wanted:
    """``common_name`` becomes the first of ``names`` too: nobody looks at the common name today.
    ``fields`` are further parts of the subject, by the short words of :data:`FIELDS`."""

    common_name: str
    names: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    key_kind: str = KEY_KINDS[0]

    @property
    def every_name(self) -> tuple[str, ...]:
        """The subjectAltName: each name once."""
        return tuple(dict.fromkeys((self.common_name, *self.names)))


def make_request(base_name: str, folder: Path, wanted: Wanted) -> tuple[Path, Path]:
    """Make ``BASE.key`` (0600) and ``BASE.csr`` in ``folder``, both or neither; give their paths.

    Raises :class:`InputError` for a name that no server can have, and where one of the files is
    there already: a key that is in use must not be lost.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    _check(base_name, wanted)
    key_path, request_path = folder / f"{base_name}.key", folder / f"{base_name}.csr"
    refuse_present([key_path, request_path])
    subject, names = _subject(wanted), _alternatives(wanted.every_name)
    key = new_key(wanted.key_kind)
    request = _signed(subject, names, key).public_bytes(Encoding.PEM)
    write_new_files({key_path: private_pem(key), request_path: request}, {request_path: 0o644})
    return key_path, request_path


def _check(base_name: str, wanted: Wanted) -> None:
    try:
        checked_file_name(f"{base_name}.key")
    except RefusedError as error:
        raise InputError(error.cause, error.action) from None
    if wanted.key_kind not in KEY_KINDS:
        raise InputError(
            f"{printable(wanted.key_kind, 40)!r} is no kind of key that a box takes",
            f"choose one of: {', '.join(KEY_KINDS)}",
        )
    for word, value in wanted.fields.items():
        if word not in FIELDS or not value or len(value) > _LONGEST_FIELD:
            raise InputError(
                f"{printable(word, 20)}={printable(value, 80)!r} cannot be a part of the subject",
                f"use {', '.join(FIELDS)}, each with 1 to {_LONGEST_FIELD} characters",
            )


def _alternatives(names: Sequence[str]) -> list[x509.GeneralName]:
    from cryptography import x509

    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
            continue
        except ValueError:
            pass
        try:
            folded = name.rstrip(".").encode("ascii" if name.isascii() else "idna").decode("ascii")
            if not is_name(folded) or not _SERVER_NAME.fullmatch(folded):
                raise ValueError
            found.append(x509.DNSName(folded))
        except ValueError:
            raise InputError(
                f"{printable(name, 80)!r} cannot be the name of a server",
                "write a DNS name such as cb1.example.com, or an IP address",
            ) from None
    return found


def _subject(wanted: Wanted) -> x509.Name:
    from cryptography import x509

    # The common name ends at 64 characters (RFC 5280); the SAN has the name in full.
    parts = {"CN": wanted.common_name[:_LONGEST_FIELD], **wanted.fields}
    try:
        return x509.Name(
            [
                x509.NameAttribute(x509.ObjectIdentifier(FIELDS[word]), value)
                for word, value in parts.items()
            ]
        )
    except ValueError:
        raise InputError(
            "the subject cannot be written", "give C= as the two letters of a country"
        ) from None


def _signed(
    subject: x509.Name,
    names: list[x509.GeneralName],
    key: PrivateKey,
) -> x509.CertificateSigningRequest:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID

    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    )
    return builder.sign(key, hashes.SHA256())
