"""One certificate and one key in every form that a person may bring: what is read, or refused."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.certificates.material import der, key_of, key_pem, pem, tree
from tests.certificates.openssl import made

TRADITIONAL = serialization.PrivateFormat.TraditionalOpenSSL
PASSWORD = b"let me in"
RSA, EC = "rsa2048-leaf", "p256-leaf"


@dataclass(frozen=True)
class Form:
    """``holds`` are the DER of certificates to be read, or ``key`` the name of a key; where both
    are missing, ``refused`` is a part of the cause. ``is_locked`` needs the password."""

    name: str
    content: bytes
    holds: tuple[bytes, ...] = ()
    key: str = ""
    refused: str = ""
    is_locked: bool = False


def forms(folder: Path) -> Iterator[Form]:
    """Every form."""
    yield from _texts()
    yield from _torn()
    yield from _binary(folder)
    yield from _keys()
    yield from _refused_keys()
    yield from _encrypted(folder)
    yield from _dangerous(folder)


def _texts() -> Iterator[Form]:
    leaf, root = tree().leaf, tree().root
    one, text = pem(leaf), pem(leaf).decode()
    both = (der(leaf), der(root))
    rows = {
        "clean": one,
        "CRLF": one.replace(b"\n", b"\r\n"),
        "CR only": one.replace(b"\n", b"\r"),
        "UTF-8 with a mark": b"\xef\xbb\xbf" + one,
        "UTF-16 little, as PowerShell": text.encode("utf-16"),
        "UTF-16 big with a mark": b"\xfe\xff" + text.encode("utf-16-be"),
        "UTF-16 without a mark": text.encode("utf-16-le"),
        "no final newline": one.rstrip(b"\n"),
        "three final newlines": one + b"\n\n",
        "leading blanks": b"".join(b"   " + line + b"\n" for line in one.splitlines()),
        "one long line": b"-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
        % base64.b64encode(der(leaf)),
        "all on one line": one.replace(b"\n", b""),
        "text before": made("x509", "-text", content=one),
        "Bag Attributes": b"Bag Attributes\n    localKeyID: 01 02\nsubject=/CN=x\n" + one,
        "junk after": one + b"\nthis is no certificate\xff\xfe\n",
        "other label": one.replace(b"CERTIFICATE", b"X509 CERTIFICATE"),
        "TRUSTED": made("x509", "-trustout", "-addtrust", "serverAuth", content=one),
        "base64 without armour": base64.b64encode(der(leaf)) + b"\n",
    }
    for name, content in rows.items():
        yield Form(name, content, (der(leaf),))
    yield Form("two blocks", one + pem(root), both)
    yield Form("glued blocks", one.rstrip(b"\n") + pem(root), both)
    yield Form("a mark in the middle", one + b"\xef\xbb\xbf" + pem(root), both)


def _torn() -> Iterator[Form]:
    one = pem(tree().leaf)
    content = der(tree().leaf)
    yield Form("cut in the middle", one[: len(one) // 2], refused="is torn")
    yield Form("without its beginning", one[200:], refused="is torn")
    yield Form("two beginnings", one[:200] + b"\n" + one, refused="is torn")
    yield Form("not base64", one[:200] + b"*!*" + one[203:], refused="not base64")
    yield Form("an altered byte", _altered(content), refused="cannot be read")
    yield Form("DER cut", content[:-1], refused="is torn")
    yield Form("DER and a byte", content + b"\0", refused="after its end")
    yield Form("an empty sequence", b"0\0", refused="something else")
    yield Form("21 certificates", one * 21, refused="more than 20")
    yield Form("a file of 1 MiB and a byte", b"x" * ((1 << 20) + 1), refused="larger than")


def _altered(content: bytes) -> bytes:
    """The tag of the dates is another one: the outline is right and the content is not."""
    place = content.index(b"\x17\x0d")
    return content[:place] + b"\x04" + content[place + 1 :]


def _binary(folder: Path) -> Iterator[Form]:
    full = tree()
    chain = (full.leaf, full.first, full.second, full.root)
    file = folder / "chain.pem"
    file.write_bytes(pem(*chain))
    every = tuple(sorted(map(der, chain)))
    seven = ("crl2pkcs7", "-nocrl", "-certfile", str(file))
    yield Form("DER", der(full.leaf), (der(full.leaf),))
    yield Form("p7b in PEM", made(*seven), every)
    yield Form("p7b in DER", made(*seven, "-outform", "DER"), every)
    mislabelled = made(*seven).replace(b"PKCS7", b"CERTIFICATE")
    yield Form("p7b with a wrong label", mislabelled, every)
    yield Form("p7b without certificates", made("crl2pkcs7", "-nocrl"), refused="PKCS#7 without")
    torn = made(*seven, "-outform", "DER")[:-20]
    yield Form("p7b torn", torn, refused="is torn")
    request = made("req", "-new", "-key", "/dev/stdin", "-subj", "/CN=x", content=key_pem(RSA))
    yield Form("a request", request, refused="a certificate request")
    twelve = ("pkcs12", "-export", "-nokeys", "-in", str(file), "-passout")
    yield Form(
        "p12 of certificates", made(*twelve, f"pass:{PASSWORD.decode()}"), every, is_locked=True
    )
    yield Form("p12 with no password", made(*twelve, "pass:"), every)


def _keys() -> Iterator[Form]:
    yield Form("PKCS#8", key_pem(RSA), key=RSA)
    yield Form("PKCS#1", key_pem(RSA, TRADITIONAL), key=RSA)
    yield Form("SEC 1", key_pem(EC, TRADITIONAL), key=EC)
    parameters = made("ecparam", "-name", "prime256v1")
    yield Form("EC PARAMETERS before", parameters + key_pem(EC, TRADITIONAL), key=EC)
    yield Form("key with CRLF", key_pem(RSA).replace(b"\n", b"\r\n"), key=RSA)
    yield Form("key in UTF-16", key_pem(RSA).decode().encode("utf-16"), key=RSA)
    yield Form("key with attributes", b"Key Attributes: <No Attributes>\n" + key_pem(RSA), key=RSA)
    for name, form in (("PKCS#8", serialization.PrivateFormat.PKCS8), ("PKCS#1", TRADITIONAL)):
        raw = key_of(RSA).private_bytes(
            serialization.Encoding.DER, form, serialization.NoEncryption()
        )
        yield Form(f"key in DER, {name}", raw, key=RSA)
    raw = key_of(EC).private_bytes(
        serialization.Encoding.DER, TRADITIONAL, serialization.NoEncryption()
    )
    yield Form("key in DER, SEC 1", raw, key=EC)


def _refused_keys() -> Iterator[Form]:
    open_ssh = key_pem(RSA, serialization.PrivateFormat.OpenSSH)
    yield Form("key of OpenSSH", open_ssh, refused="form of OpenSSH")
    public = (
        key_of(RSA)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    yield Form("a public key", public, refused="a public key")
    yield Form("two keys", key_pem(RSA) + key_pem(EC), refused="2 private keys")
    yield Form("key cut", key_pem(RSA)[:600], refused="is torn")
    yield Form("key with a wrong prime", _unfitting("p"), refused="private key")
    yield Form("key with a wrong modulus", _unfitting("n"), refused="private key")
    yield Form("key with a wrong exponent", _unfitting("d"), refused="do not fit")
    for part in ("dmp1", "dmq1", "iqmp"):
        yield Form(f"key with a wrong {part}", _unfitting(part), refused="do not fit")
    yield Form("key with a factor that is no prime", _of_no_prime(), refused="do not fit")
    yield Form("curve that nobody knows", _binary_curve(), refused="nobody here knows")


def _unfitting(part: str) -> bytes:
    """A key with one number altered; its outline stays right."""
    key = key_of(RSA)
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    number = numbers.public_numbers.n if part == "n" else getattr(numbers, part)
    width = (number.bit_length() + 7) // 8
    raw = key.private_bytes(serialization.Encoding.DER, TRADITIONAL, serialization.NoEncryption())
    altered = number ^ 2
    return raw.replace(number.to_bytes(width, "big"), altered.to_bytes(width, "big"))


def _of_no_prime() -> bytes:
    """A key whose numbers fit each other, with the primes of two keys for one of its factors."""
    own, other = (rsa.generate_private_key(65537, 1024).private_numbers() for _ in range(2))
    p, q = own.p * own.q, other.p
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    key = numbers.private_key(unsafe_skip_rsa_key_validation=True)
    return key.private_bytes(serialization.Encoding.PEM, TRADITIONAL, serialization.NoEncryption())


def _binary_curve() -> bytes:
    return made("ecparam", "-genkey", "-name", "sect283k1", "-noout")


def _encrypted(folder: Path) -> Iterator[Form]:
    file, chain = folder / "plain.key", folder / "leaf.pem"
    file.write_bytes(key_pem(RSA))
    word = ("-passout", f"pass:{PASSWORD.decode()}")
    eight = ("pkcs8", "-topk8", "-in", str(file), *word)
    rows = {
        "encrypted PKCS#8": made(*eight),
        "encrypted PKCS#8 in DER": made(*eight, "-outform", "DER"),
        "encrypted with scrypt": made(*eight, "-scrypt"),
        "encrypted with 3DES": made(*eight, "-v1", "PBE-SHA1-3DES"),
        "encrypted, traditional": made("rsa", "-in", str(file), "-traditional", "-aes256", *word),
    }
    for name, content in rows.items():
        yield Form(name, content, key=RSA, is_locked=True)
    leaf = made("req", "-x509", "-key", str(file), "-subj", "/CN=x", "-days", "9")
    chain.write_bytes(leaf)
    own = made("x509", "-outform", "DER", content=leaf)
    twelve = ("pkcs12", "-export", "-inkey", str(file), "-in", str(chain), *word)
    yield Form("p12", made(*twelve), (own,), RSA, is_locked=True)
    yield Form("p12 of old Windows", made(*twelve, "-legacy"), (own,), RSA, is_locked=True)


def _dangerous(folder: Path) -> Iterator[Form]:
    """Files that would hold a run up: refused by what they say, before anything is computed."""
    word = ("-passout", f"pass:{PASSWORD.decode()}")
    eight = made("pkcs8", "-topk8", "-in", str(folder / "plain.key"), *word, "-outform", "DER")
    slow = eight.replace(b"\x02\x02\x08\x00", b"\x02\x04\x7f\xff\xff\xff", 1)
    yield Form("key with 2^31 rounds", _longer(eight, slow), refused="rounds", is_locked=True)
    plain = ("pkcs12", "-export", "-inkey", str(folder / "plain.key"))
    twelve = (*plain, "-in", str(folder / "leaf.pem"), *word)
    yield Form(
        "p12 with 2,000,001 rounds",
        made(*twelve, "-iter", "2000001"),
        refused="rounds",
        is_locked=True,
    )
    yield Form("RSA key of 19,630 bits", _huge(), refused="more than 8192")


def _longer(short: bytes, altered: bytes) -> bytes:
    """Put right the lengths of the five sequences around the number, two bytes longer each."""
    assert len(altered) == len(short) + 2
    found = bytearray(altered)
    place = altered.index(b"\x7f\xff\xff\xff") - 2
    for start in range(place):
        if found[start] != 0x30:
            continue
        if found[start + 1] == 0x82:
            size = int.from_bytes(found[start + 2 : start + 4], "big")
            if start + 4 + size >= place and start + 4 + size <= len(short):
                found[start + 2 : start + 4] = (size + 2).to_bytes(2, "big")
        elif found[start + 1] < 0x7E and start + 2 + found[start + 1] > place:
            found[start + 1] += 2
    return bytes(found)


def _huge() -> bytes:
    first, second = (1 << 9689) - 1, (1 << 9941) - 1
    secret = pow(65537, -1, (first - 1) * (second - 1))
    numbers = rsa.RSAPrivateNumbers(
        first,
        second,
        secret,
        secret % (first - 1),
        secret % (second - 1),
        pow(second, -1, first),
        rsa.RSAPublicNumbers(65537, first * second),
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True).private_bytes(
        serialization.Encoding.PEM, TRADITIONAL, serialization.NoEncryption()
    )
