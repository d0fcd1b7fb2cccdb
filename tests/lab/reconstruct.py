"""A certificate made again from its text, so that the twin can be asked for that text.

The bytes of extensions that the text shows as dots are not known; any unreadable byte stands for
them. The signature is copied and fits no key.
"""

from __future__ import annotations

import datetime
import re

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

_DATE = "%b %d %H:%M:%S %Y"
_WORDS = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "DC": NameOID.DOMAIN_COMPONENT,
}


def certificate_of(text: str) -> bytes:
    """PEM of the certificate that `pki-inspect` shows."""
    digits = _hexadecimal(_between(text, "Modulus:", "Exponent"))
    public = rsa.RSAPublicNumbers(65537, int(digits, 16)).public_key()
    signer = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(_line(text, "Subject: ")))
        .issuer_name(_name(_line(text, "Issuer: ")))
        .public_key(public)
        .serial_number(int(_hexadecimal(_between(text, "Serial Number:", "Signature")), 16))
        .not_valid_before(_date(_line(text, "Not Before: ")))
        .not_valid_after(_date(_line(text, "Not After : ")))
    )
    for extension, is_critical in _extensions(text):
        builder = builder.add_extension(extension, is_critical)
    body = builder.sign(signer, hashes.SHA256()).tbs_certificate_bytes
    signature = bytes.fromhex(_hexadecimal(text.rpartition("WithRSAEncryption")[2]))
    algorithm = bytes.fromhex("300d06092a864886f70d01010b0500")
    whole = _der(0x30, body + algorithm + _der(0x03, b"\0" + signature))
    return x509.load_der_x509_certificate(whole).public_bytes(serialization.Encoding.PEM)


def _der(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x82, len(content) >> 8, len(content) & 255]) + content


def _between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]


def _line(text: str, label: str) -> str:
    return _between(text, label, "\n")


def _hexadecimal(text: str) -> str:
    return re.sub(r"[^0-9a-fA-F]", "", text)


def _date(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(text.removesuffix(" GMT"), _DATE)


def _name(text: str) -> x509.Name:
    pairs = [part.split("=") for part in text.split(", ")]
    return x509.Name([x509.NameAttribute(_WORDS[word], value) for word, value in pairs])


def _extensions(text: str) -> list[tuple[x509.ExtensionType, bool]]:
    names = re.findall(r"DNS:([^,\n]+)", text)
    points = [x509.UniformResourceIdentifier(one) for one in re.findall(r"  URI:(\S+)", text)]
    issuer = x509.UniformResourceIdentifier(_line(text, "CA Issuers - URI:"))
    digest = bytes.fromhex(_hexadecimal(_between(text, "Subject Key Identifier:", "X509v3")))
    keyid = bytes.fromhex(_hexadecimal(_line(text, "keyid:")))
    access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, issuer)
    usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    uses = (True, False, True, False, False, False, False, False, False)
    return [
        (x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False),
        (x509.SubjectKeyIdentifier(digest), False),
        (x509.AuthorityKeyIdentifier(keyid, None, None), False),
        (
            x509.CRLDistributionPoints([x509.DistributionPoint(points, None, None, None)]),
            False,
        ),
        (x509.AuthorityInformationAccess([access]), False),
        (x509.KeyUsage(*uses), True),
        (_template(text), False),
        (x509.ExtendedKeyUsage(usage), False),
        (_raw(text, "1.3.6.1.4.1.311.21.10", "\n    Signature"), False),
    ]


def _template(text: str) -> x509.UnrecognizedExtension:
    # A sequence of an identifier of 38 bytes and two numbers: its frame can be read off the text.
    shown = _raw(text, "1.3.6.1.4.1.311.21.7", "            X509v3").value
    value = b"\x30\x2e\x06\x26" + shown[4:42] + b"\x02\x01d\x02\x01\x01"
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.311.21.7"), value)


def _raw(text: str, oid: str, end: str) -> x509.UnrecognizedExtension:
    shown = _between(text, f"{oid}: \n" if f"{oid}: \n" in text else f"{oid}:\n", end)
    value = shown[16:].removesuffix("\n").encode().replace(b".", b"\1")
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)
