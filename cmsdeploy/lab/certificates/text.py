"""The text of `openssl x509 -text`, as OpenSSL 1.0 writes it: the one of `pki-inspect` (SEEN).

Extensions that the transcript lacks are written as OpenSSL 1.0 does elsewhere (guess).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from .making import SUBJECT_WORDS
from .reading import certificates_in

_DATE = "%b %e %H:%M:%S %Y GMT"
_USES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "TLS Web Server Authentication",
    ExtendedKeyUsageOID.CLIENT_AUTH: "TLS Web Client Authentication",
}
_CURVES = {"secp256r1": ("prime256v1", "P-256"), "secp384r1": ("secp384r1", "P-384")}
_KEY_USES = (
    ("digital_signature", "Digital Signature"), ("content_commitment", "Non Repudiation"),
    ("key_encipherment", "Key Encipherment"), ("data_encipherment", "Data Encipherment"),
    ("key_agreement", "Key Agreement"), ("key_cert_sign", "Certificate Sign"),
    ("crl_sign", "CRL Sign"),
)  # fmt: skip


def describe(content: bytes) -> list[str]:
    """Lines for the first certificate of a file."""
    certificate = certificates_in(content)[0]
    algorithm = certificate.signature_algorithm_oid._name
    serial = _pairs(_even(f"{certificate.serial_number:x}"))
    return [
        "Certificate:",
        "    Data:",
        "        Version: 3 (0x2)",
        "        Serial Number:",
        f"            {serial}",
        f"    Signature Algorithm: {algorithm}",
        f"        Issuer: {_name(certificate.issuer)}",
        "        Validity",
        f"            Not Before: {certificate.not_valid_before_utc.strftime(_DATE)}",
        f"            Not After : {certificate.not_valid_after_utc.strftime(_DATE)}",
        f"        Subject: {_name(certificate.subject)}",
        "        Subject Public Key Info:",
        *_public_key(certificate),
        "        X509v3 extensions:",
        *_extensions(certificate),
        f"    Signature Algorithm: {algorithm}",
        *_block(certificate.signature.hex(), 18, " " * 9),
    ]


def _name(name: x509.Name) -> str:
    short = {oid: word for word, oid in SUBJECT_WORDS.items()}
    short[NameOID.DOMAIN_COMPONENT] = "DC"
    return ", ".join(f"{short.get(part.oid, part.oid._name)}={part.value!s}" for part in name)


def _even(digits: str) -> str:
    return digits.zfill(len(digits) + len(digits) % 2)


def _pairs(digits: str) -> str:
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def _block(digits: str, width: int, indent: str) -> list[str]:
    """Bytes in rows, each row but the last ended by a colon."""
    rows = [digits[i : i + 2 * width] for i in range(0, len(digits), 2 * width)]
    return [indent + _pairs(row) + (":" if row is not rows[-1] else "") for row in rows]


def _public_key(certificate: x509.Certificate) -> list[str]:
    key = certificate.public_key()
    head = "            Public Key Algorithm: "
    indent = " " * 20
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        # A first byte of zero keeps the number positive.
        modulus = "00" + _even(f"{numbers.n:x}")
        return [
            f"{head}rsaEncryption",
            f"                Public-Key: ({key.key_size} bit)",
            "                Modulus:",
            *_block(modulus, 15, indent),
            f"                Exponent: {numbers.e} ({numbers.e:#x})",
        ]
    if isinstance(key, ec.EllipticCurvePublicKey):
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()
        curve, official = _CURVES.get(key.curve.name, (key.curve.name, key.curve.name))
        return [
            f"{head}id-ecPublicKey",
            f"                Public-Key: ({key.key_size} bit)",
            "                pub: ",
            *_block(point, 15, indent),
            f"                ASN1 OID: {curve}",
            f"                NIST CURVE: {official}",
        ]
    return [f"{head}{certificate.public_key_algorithm_oid._name}"]


def _extensions(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions
    except ValueError:
        return []  # openssl would print what can be read; the library reads all or nothing
    return [line for one in found for line in _extension(one)]


def _extension(extension: x509.Extension[x509.ExtensionType]) -> Iterator[str]:
    value = extension.value
    for kind, title, write in _KNOWN:
        if isinstance(value, kind):
            yield f"            {title}:{' critical' if extension.critical else ''}"
            yield from (f"                {line}" if line else "" for line in write(value))
            return
    yield f"            {extension.oid.dotted_string}:{' critical' if extension.critical else ''}"
    raw = extension.value.public_bytes()
    # Bytes that nobody can read are dots; line ends are line ends.
    text = "".join(chr(b) if 32 <= b < 127 or b in (10, 13) else "." for b in raw)
    yield from f"{' ' * 16}{text}".split("\n")


def _names(entries: list[x509.GeneralName]) -> str:
    words = {x509.DNSName: "DNS", x509.IPAddress: "IP Address", x509.RFC822Name: "email",
             x509.UniformResourceIdentifier: "URI"}  # fmt: skip
    return ", ".join(f"{words.get(type(one), 'othername')}:{one.value}" for one in entries)


def _subject_names(value: x509.ExtensionType) -> list[str]:
    return [_names(list(value))] if isinstance(value, x509.SubjectAlternativeName) else []


def _subject_key(value: x509.ExtensionType) -> list[str]:
    if not isinstance(value, x509.SubjectKeyIdentifier):
        return []
    return [_pairs(value.digest.hex().upper())]


def _authority_key(value: x509.ExtensionType) -> list[str]:
    if not isinstance(value, x509.AuthorityKeyIdentifier):
        return []
    identifier = value.key_identifier
    return [f"keyid:{_pairs(identifier.hex().upper())}" if identifier else "", ""]


def _revocation(value: x509.ExtensionType) -> list[str]:
    if not isinstance(value, x509.CRLDistributionPoints):
        return []
    found: list[str] = []
    for point in value:
        found += ["", "Full Name:", *(f"  {_names([one])}" for one in point.full_name or []), ""]
    return found


def _access(value: x509.ExtensionType) -> list[str]:
    if not isinstance(value, x509.AuthorityInformationAccess):
        return []
    words = {AuthorityInformationAccessOID.CA_ISSUERS: "CA Issuers",
             AuthorityInformationAccessOID.OCSP: "OCSP"}  # fmt: skip
    rows = [
        f"{words.get(one.access_method, '?')} - {_names([one.access_location])}" for one in value
    ]
    return [*rows, ""]


def _key_usage(value: x509.ExtensionType) -> list[str]:
    return [", ".join(word for attribute, word in _KEY_USES if getattr(value, attribute))]


def _extended_usage(value: x509.ExtensionType) -> list[str]:
    if not isinstance(value, x509.ExtendedKeyUsage):
        return []
    return [", ".join(_USES.get(oid, oid.dotted_string) for oid in value)]


def _constraints(value: x509.ExtensionType) -> list[str]:
    if not isinstance(value, x509.BasicConstraints):
        return []
    length = "" if value.path_length is None else f", pathlen:{value.path_length}"
    return [f"CA:{'TRUE' if value.ca else 'FALSE'}{length}"]


_Writer = Callable[[x509.ExtensionType], list[str]]
_KNOWN: tuple[tuple[type[x509.ExtensionType], str, _Writer], ...] = (
    (x509.SubjectAlternativeName, "X509v3 Subject Alternative Name", _subject_names),
    (x509.SubjectKeyIdentifier, "X509v3 Subject Key Identifier", _subject_key),
    (x509.AuthorityKeyIdentifier, "X509v3 Authority Key Identifier", _authority_key),
    (x509.CRLDistributionPoints, "X509v3 CRL Distribution Points", _revocation),
    (x509.AuthorityInformationAccess, "Authority Information Access", _access),
    (x509.KeyUsage, "X509v3 Key Usage", _key_usage),
    (x509.ExtendedKeyUsage, "X509v3 Extended Key Usage", _extended_usage),
    (x509.BasicConstraints, "X509v3 Basic Constraints", _constraints),
)
