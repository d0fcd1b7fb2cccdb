"""A small authority in a folder, for labs and private deployments.

Shape of the folder (0700): ``root.key``, ``root.crt``, ``intermediate.key``, ``intermediate.crt``,
``bundle.crt`` (intermediate, then root: the third file of ``xmpp certs``). The keys are 0600 and
without a passphrase: whoever reads the folder can issue. Every serial number is random (RFC 5280
wants them unique, and 159 random bits are).
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.certificates.certificate import Certificate, certificate_of, tolerant
from cmsdeploy.certificates.new_files import write_new_files
from cmsdeploy.certificates.private_keys import new_key, private_pem, signing_key
from cmsdeploy.certificates.public_keys import public_digest
from cmsdeploy.certificates.reading import read
from cmsdeploy.certificates.signing_request import SigningRequest, read_request
from cmsdeploy.errors import CmsdeployError, InputError, printable

if TYPE_CHECKING:
    from cryptography import x509

    from cmsdeploy.certificates.private_keys import PrivateKey

__all__ = ["FolderAuthority", "create_authority", "open_authority"]

_ROOT_DAYS = 3650
_INTERMEDIATE_DAYS = 1825
_FILES = ("intermediate.key", "intermediate.crt", "bundle.crt")
# A box's clock may be behind; a certificate from the future is refused there.
_LEEWAY = timedelta(hours=1)


@dataclass(frozen=True)
class FolderAuthority:
    """An authority that was opened: it signs with its intermediate."""

    folder: Path
    certificate: Certificate
    key: PrivateKey = field(repr=False)

    @property
    def bundle(self) -> Path:
        """The file that goes beside every certificate that is signed here."""
        return self.folder / _FILES[2]

    def sign(self, source: str, content: bytes, now: datetime, days: int) -> bytes:
        """The certificate (PEM) for the request ``content``.

        Names come from the request, everything else from here: a request cannot ask to be an
        authority. Raises :class:`InputError` where the request was not signed by its own key, has
        no names, or has a key that a box does not take.
        """
        request = read_request(source, content)
        until = min(now + timedelta(days=days), self.certificate.not_after)
        return _issued(self, request, (now - _LEEWAY, until))


def create_authority(folder: Path, now: datetime) -> None:
    """Make root and intermediate in ``folder``, all files or none.

    Raises :class:`InputError` where an authority is there already.
    """
    root_key, key = new_key(), new_key()
    name, own_name = "cmsdeploy private root", "cmsdeploy private intermediate"
    start = now - _LEEWAY
    ends = (now + timedelta(days=_ROOT_DAYS), now + timedelta(days=_INTERMEDIATE_DAYS))
    root = _authority((name, name), root_key, root_key, (start, ends[0]), 1)
    intermediate = _authority((own_name, name), key, root_key, (start, ends[1]), 0)
    contents = {
        "root.key": private_pem(root_key),
        "root.crt": root,
        "intermediate.key": private_pem(key),
        "intermediate.crt": intermediate,
        "bundle.crt": intermediate + root,
    }
    _make_folder(folder)
    readable = {folder / one: 0o644 for one in contents if one.endswith(".crt")}
    write_new_files({folder / one: text for one, text in contents.items()}, readable)


def open_authority(folder: Path) -> FolderAuthority:
    """The authority in ``folder``. Raises :class:`InputError` where there is none, where others
    may read its key, and where key and certificate do not belong together."""
    shown = printable(str(folder), 200)
    missing = InputError(f"there is no authority in {shown}", "make one with: --create")
    try:
        mode = (folder / _FILES[0]).stat().st_mode
        texts = [(folder / name).read_bytes() for name in _FILES]
    except OSError:
        raise missing from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(
            f"others may read the key of the authority, {shown}/{_FILES[0]}",
            f"chmod 600 {shown}/*.key, and think of who has read it",
        )
    issuer = read(f"{shown}/{_FILES[1]}", texts[1]).certificates
    key = signing_key(f"{shown}/{_FILES[0]}", texts[0])
    if not issuer or public_digest(key.public_key()) != issuer[0].key.digest:
        raise InputError(
            f"key and certificate of the authority in {shown} do not belong together",
            "bring back the folder as it was made",
        )
    return FolderAuthority(folder, issuer[0], key)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        shown = printable(str(folder), 200)
        raise CmsdeployError(f"{shown} cannot be made: {error.strerror}", "name another") from None


def _named(name: str) -> x509.Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _authority(
    names: tuple[str, str],
    key: PrivateKey,
    issuer_key: PrivateKey,
    dates: tuple[datetime, datetime],
    path_length: int,
) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(names[0]))
        .issuer_name(_named(names[1]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dates[0])
        .not_valid_after(dates[1])
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_uses("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _uses(*names: str) -> x509.KeyUsage:
    from cryptography import x509

    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in names for name in every})


def _issued(
    authority: FolderAuthority, request: SigningRequest, dates: tuple[datetime, datetime]
) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import ExtendedKeyUsageOID

    issuer = authority.key.public_key()
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_uses("digital_signature", "key_encipherment"), True),
        (x509.ExtendedKeyUsage(uses), False),
        (request.names, False),
        (x509.SubjectKeyIdentifier.from_public_key(request.public_key), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), False),
    ]
    with tolerant():
        builder = (
            x509.CertificateBuilder()
            .subject_name(request.subject)
            .issuer_name(x509.load_der_x509_certificate(authority.certificate.der).subject)
            .public_key(request.public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(dates[0])
            .not_valid_after(dates[1])
        )
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, critical=is_critical)
        made = builder.sign(authority.key, hashes.SHA256())
    return certificate_of("the certificate", made.public_bytes(serialization.Encoding.DER)).pem()
