"""The only file of the lab that imports cryptography: what a box does with keys and certificates.

Pure functions over file contents. Results are cached by content, because property tests ask the
same question thousands of times. Validity dates are not looked at: the lab has no wall clock.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_SUBJECT_WORDS = {
    "CN": NameOID.COMMON_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "C": NameOID.COUNTRY_NAME,
}
_OPENSSL_DATE = "%b %e %H:%M:%S %Y GMT"
_PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


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
        private = serialization.load_pem_private_key(key, password=None)
    except (ValueError, TypeError):
        return False
    return bool(found) and _spki(private.public_key()) == _spki(found[0].public_key())


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


def make_request(words: Sequence[str]) -> tuple[bytes, bytes]:
    """Make a 2048-bit RSA key and a request for `CN:x OU:y ... subjectAltName:a,b` (mmp 5).

    Raises ValueError for a word that is no such pair or where CN is missing.
    """
    pairs = [word.partition(":") for word in words]
    fields = {name: value for name, colon, value in pairs if colon}
    wrong = set(fields) - set(_SUBJECT_WORDS) - {"subjectAltName"}
    if "CN" not in fields or len(fields) != len(words) or wrong:
        raise ValueError("attributes")
    subject = x509.Name(
        [x509.NameAttribute(_SUBJECT_WORDS[n], v) for n, v in fields.items() if n in _SUBJECT_WORDS]
    )
    # The box adds the CN to the names although the user gave it too (`pki-inspect`, INFERRED).
    names = [fields["CN"], *filter(None, fields.get("subjectAltName", "").split(","))]
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
        .sign(key, hashes.SHA256())
    )
    return _key_bytes(key), request.public_bytes(serialization.Encoding.PEM)


def make_self_signed(
    common_name: str, address: str | None = None, *, is_quick: bool = False
) -> tuple[bytes, bytes]:
    """Make a key and a certificate that signs itself, valid for ten years around 2026.

    `is_quick` takes an elliptic curve: right for the lab's own Web Admin, not for `pki`.
    """
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = (
        ec.generate_private_key(ec.SECP256R1())
        if is_quick
        else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    names: list[x509.GeneralName] = [x509.DNSName(common_name)]
    if address:
        names.append(x509.IPAddress(ipaddress.ip_address(address)))
    usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2020, 1, 1))
        .not_valid_after(datetime.datetime(2045, 1, 1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.ExtendedKeyUsage(usage), False)
        .sign(key, hashes.SHA256())
    )
    return _key_bytes(key), certificate.public_bytes(serialization.Encoding.PEM)


def _key_bytes(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def fingerprint(certificate: bytes) -> str:
    """Hexadecimal SHA-256 of the DER form of the first certificate."""
    return certificates_in(certificate)[0].fingerprint(hashes.SHA256()).hex()


def describe(content: bytes) -> list[str]:
    """Lines of `pki inspect` for the first certificate, in the layout of `pki-inspect`.

    Modulus, identifiers, distribution points and the signature itself are left out.
    """
    certificate = certificates_in(content)[0]
    algorithm = certificate.signature_algorithm_oid._name
    key = certificate.public_key()
    kind = "rsaEncryption" if isinstance(key, rsa.RSAPublicKey) else "id-ecPublicKey"
    size = getattr(key, "key_size", 0)
    serial = f"{certificate.serial_number:x}"
    serial = serial.zfill(len(serial) + len(serial) % 2)
    return [
        "Certificate:",
        "    Data:",
        "        Version: 3 (0x2)",
        "        Serial Number:",
        "            " + ":".join(serial[i : i + 2] for i in range(0, len(serial), 2)),
        f"    Signature Algorithm: {algorithm}",
        f"        Issuer: {_openssl_name(certificate.issuer)}",
        "        Validity",
        f"            Not Before: {certificate.not_valid_before_utc.strftime(_OPENSSL_DATE)}",
        f"            Not After : {certificate.not_valid_after_utc.strftime(_OPENSSL_DATE)}",
        f"        Subject: {_openssl_name(certificate.subject)}",
        "        Subject Public Key Info:",
        f"            Public Key Algorithm: {kind}",
        f"                Public-Key: ({size} bit)",
        "        X509v3 extensions:",
        *_extensions(certificate),
    ]


def _openssl_name(name: x509.Name) -> str:
    short = {oid: word for word, oid in _SUBJECT_WORDS.items()}
    short[NameOID.DOMAIN_COMPONENT] = "DC"
    return ", ".join(f"{short.get(part.oid, part.oid._name)}={part.value!s}" for part in name)


def _extensions(certificate: x509.Certificate) -> list[str]:
    found: list[str] = []
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.SubjectAlternativeName):
            names = [f"DNS:{name}" for name in value.get_values_for_type(x509.DNSName)]
            names += [f"IP Address:{one}" for one in value.get_values_for_type(x509.IPAddress)]
            found += ["            X509v3 Subject Alternative Name:", " " * 16 + ", ".join(names)]
        elif isinstance(value, x509.ExtendedKeyUsage):
            words = {
                ExtendedKeyUsageOID.SERVER_AUTH: "TLS Web Server Authentication",
                ExtendedKeyUsageOID.CLIENT_AUTH: "TLS Web Client Authentication",
            }
            uses = [words.get(oid, oid.dotted_string) for oid in value]
            found += ["            X509v3 Extended Key Usage:", " " * 16 + ", ".join(uses)]
    return found
