"""Keys and certificates for the tests, made once per run. ``NOW`` is the moment of all checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Tomorrow: openssl dates what it makes from the moment on, and that has to be in the past.
NOW = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=1)
DOMAIN = "tptac9.com"
SERVERS = ("cb1.tptac9.com", "cb2.tptac9.com", "cb3.tptac9.com")
BOTH = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
PrivateKey = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | dsa.DSAPrivateKey
)
_CURVES: dict[str, type[ec.EllipticCurve]] = {
    "p256": ec.SECP256R1,
    "p384": ec.SECP384R1,
    "p521": ec.SECP521R1,
    "p192": ec.SECP192R1,
    "k256": ec.SECP256K1,
    "brainpool": ec.BrainpoolP256R1,
}


@cache
def key_of(name: str) -> PrivateKey:
    """A key by its name: the part before the dash is the kind, the same name is the same key."""
    kind = name.partition("-")[0]
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind]())
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "ed448":
        return ed448.Ed448PrivateKey.generate()
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa")))


def key_pem(
    name: str,
    form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
    password: bytes | None = None,
) -> bytes:
    """A key as PEM, in one of the library's forms."""
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        lock = serialization.BestAvailableEncryption(password)
    return key_of(name).private_bytes(serialization.Encoding.PEM, form, lock)


@dataclass(frozen=True)
class Profile:
    """How a certificate deviates from a good one. ``days`` are counted from ``NOW``."""

    key: str = "p256-leaf"
    names: Sequence[str] = (DOMAIN, *SERVERS)
    is_authority: bool = False
    path_length: int | None = None
    extended: Sequence[x509.ObjectIdentifier] | None = BOTH
    uses: Sequence[str] | None = ("digital_signature", "key_encipherment")
    days: tuple[float, float] = (-30, 300)
    serial: int = 0
    has_identifiers: bool = True
    more: Sequence[tuple[x509.ExtensionType, bool]] = ()
    issuer_identifier: bytes | None = None


AUTHORITY = Profile(
    names=(),
    is_authority=True,
    extended=None,
    uses=("key_cert_sign", "crl_sign"),
    days=(-1000, 3000),
)
_USES = (
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


@dataclass(frozen=True)
class Issuer:
    """Who signs: the name and the key."""

    name: str
    key: str


def name_of(common_name: str) -> x509.Name:
    """A subject."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def issued(common_name: str, issuer: Issuer, profile: Profile) -> x509.Certificate:
    """A certificate as ``profile`` says."""
    signer, public = key_of(issuer.key), key_of(profile.key).public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name_of(common_name))
        .issuer_name(name_of(issuer.name))
        .public_key(public)
        .serial_number(profile.serial or x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=profile.days[0]))
        .not_valid_after(NOW + timedelta(days=profile.days[1]))
    )
    for extension, is_critical in _extensions(issuer, profile):
        builder = builder.add_extension(extension, is_critical)
    if isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return builder.sign(signer, None)
    return builder.sign(signer, hashes.SHA256())


def _extensions(issuer: Issuer, profile: Profile) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(profile.is_authority, profile.path_length), True)
    ]
    if profile.names:
        names = [x509.DNSName(name) for name in profile.names]
        found.append((x509.SubjectAlternativeName(names), False))
    if profile.extended is not None:
        found.append((x509.ExtendedKeyUsage(profile.extended), False))
    if profile.uses is not None:
        uses = {name: name in profile.uses for name in _USES}
        found.append((x509.KeyUsage(**uses), True))
    if profile.has_identifiers:
        own = x509.SubjectKeyIdentifier.from_public_key(key_of(profile.key).public_key())
        signer = x509.SubjectKeyIdentifier.from_public_key(key_of(issuer.key).public_key())
        digest = profile.issuer_identifier or signer.digest
        found += [(own, False), (x509.AuthorityKeyIdentifier(digest, None, None), False)]
    return [*found, *profile.more]


def der(certificate: x509.Certificate) -> bytes:
    """The certificate as DER."""
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(*certificates: x509.Certificate) -> bytes:
    """Certificates as PEM, one after the other."""
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


ROOT = Issuer("Test Root", "p256-root")
FIRST = Issuer("Test Intermediate 1", "p256-first")
SECOND = Issuer("Test Intermediate 2", "p256-second")


@cache
def authority(
    issuer: Issuer, signed_by: Issuer, path_length: int | None = None
) -> x509.Certificate:
    """A good authority."""
    profile = Profile(
        key=issuer.key,
        names=(),
        is_authority=True,
        path_length=path_length,
        extended=None,
        uses=AUTHORITY.uses,
        days=AUTHORITY.days,
    )
    return issued(issuer.name, signed_by, profile)


@dataclass(frozen=True)
class Tree:
    """Root, two intermediates, and the leaf under the second."""

    root: x509.Certificate
    first: x509.Certificate
    second: x509.Certificate
    leaf: x509.Certificate


@cache
def tree() -> Tree:
    """The chain of most tests."""
    return Tree(
        authority(ROOT, ROOT),
        authority(FIRST, ROOT),
        authority(SECOND, FIRST),
        issued("xmpp.tptac9.com", SECOND, Profile()),
    )
