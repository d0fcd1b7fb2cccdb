"""What a box makes: keys, requests, certificates of its own, signed ones (mmp 5)."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SUBJECT_WORDS = {
    "CN": NameOID.COMMON_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "C": NameOID.COUNTRY_NAME,
    "emailAddress": NameOID.EMAIL_ADDRESS,  # RECALL, as is L
}
_PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_FIRST_DAY, _LAST_DAY = datetime.datetime(2020, 1, 1), datetime.datetime(2045, 1, 1)


@dataclass
class KeySource:
    """Gives 2048-bit RSA keys. `prepare` may run in another thread than `take`."""

    ready: list[bytes] = field(default_factory=list)

    def prepare(self) -> None:
        """Make one key beforehand; this takes about 100 ms."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ready.append(_key_bytes(key))

    def take(self) -> bytes:
        """Give a key that nobody else gets, in PEM."""
        if not self.ready:
            self.prepare()
        return self.ready.pop()


def make_request(
    words: Sequence[str],
    key: bytes | None = None,
    *,
    adds_common_name: bool = True,
    takes_addresses: bool = False,
) -> tuple[bytes, bytes]:
    """Make a request for `CN:x OU:y ... subjectAltName:a,b`; a key is made where none is given.

    Raises ValueError for a word that is no such pair or where CN is missing.
    """
    fields = _fields(words)
    subject = x509.Name(
        [x509.NameAttribute(SUBJECT_WORDS[n], v) for n, v in fields.items() if n in SUBJECT_WORDS]
    )
    # The box adds the CN to the names although the user gave it too (`pki-inspect`, INFERRED).
    own = [fields["CN"]] if adds_common_name else []
    names = [*own, *filter(None, fields.get("subjectAltName", "").split(","))]
    private = _load(key or KeySource().take())
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    if names:
        entries = x509.SubjectAlternativeName([_entry(n, takes_addresses) for n in names])
        builder = builder.add_extension(entries, False)
    request = builder.sign(private, hashes.SHA256())
    return _key_bytes(private), request.public_bytes(serialization.Encoding.PEM)


def _fields(words: Sequence[str]) -> dict[str, str]:
    pairs = [word.partition(":") for word in words]
    fields = {name: value.strip('"') for name, colon, value in pairs if colon}
    wrong = set(fields) - set(SUBJECT_WORDS) - {"subjectAltName"}
    if "CN" not in fields or len(fields) != len(words) or wrong:
        raise ValueError("attributes")
    return fields


def _entry(name: str, takes_addresses: bool) -> x509.GeneralName:
    if takes_addresses:
        try:
            return x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            pass
    return x509.DNSName(name)


def make_self_signed(
    common_name: str,
    address: str | None = None,
    *,
    is_quick: bool = False,
    key: bytes | None = None,
) -> tuple[bytes, bytes]:
    """Make a key and a certificate that signs itself, valid from 2020 to 2045.

    `is_quick` takes an elliptic curve: right for the lab's own Web Admin, not for `pki`.
    """
    private: _PrivateKey = (
        ec.generate_private_key(ec.SECP256R1()) if is_quick else _load(key or KeySource().take())
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    names: list[x509.GeneralName] = [x509.DNSName(common_name)]
    if address:
        names.append(x509.IPAddress(ipaddress.ip_address(address)))
    builder = _builder(name, name, private.public_key())
    for extension, is_critical in (
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (x509.SubjectAlternativeName(names), False),
        (x509.SubjectKeyIdentifier.from_public_key(private.public_key()), False),
        (_usage(), False),
    ):
        builder = builder.add_extension(extension, is_critical)
    certificate = builder.sign(private, hashes.SHA256())
    return _key_bytes(private), certificate.public_bytes(serialization.Encoding.PEM)


def sign(request: bytes, key: bytes, certificate: bytes) -> bytes:
    """Sign a request with an authority of the box (DOC mmp 5, 2.7 and later).

    Raises ValueError where one of the files is something else.
    """
    wanted = x509.load_pem_x509_csr(request)
    issuer = x509.load_pem_x509_certificate(certificate)
    public = wanted.public_key()
    if not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise ValueError("kind of key")
    builder = _builder(wanted.subject, issuer.subject, public)
    for extension in wanted.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    builder = builder.add_extension(_usage(), False)
    signed = builder.sign(_load(key), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FIRST_DAY)
        .not_valid_after(_LAST_DAY)
    )


def _usage() -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])


def unlocked(key: bytes, passphrase: str) -> bytes | None:
    """Give the key without its passphrase; None where that does not open it."""
    try:
        private = serialization.load_pem_private_key(key, passphrase.encode())
    except (ValueError, TypeError):
        return None
    return _key_bytes(_known(private))


def public_key_of_pkcs12(content: bytes, passphrase: str) -> str | None:
    """Give the key of a PKCS#12 file as a line of authorized_keys; None where it does not open."""
    try:
        private, _, _ = pkcs12.load_key_and_certificates(content, passphrase.encode())
    except ValueError:
        return None
    if private is None:
        return None
    public = _known(private).public_key()
    form = serialization.PublicFormat.OpenSSH
    return public.public_bytes(serialization.Encoding.OpenSSH, form).decode()


def _load(key: bytes) -> _PrivateKey:
    return _known(serialization.load_pem_private_key(key, password=None))


def _known(key: object) -> _PrivateKey:
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError("kind of key")
    return key


def _key_bytes(key: _PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
