"""`pki ...`: keys and certificates in the file root (mmp 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .. import certificates
from ..exchange import failure, lines, success
from ..power import key_was_replaced
from .verb import Verb

if TYPE_CHECKING:
    from ..box import Box

_BASE_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")  # DOC TAC-214618
_LISTED = (".key", ".csr", ".crt", ".cer", ".pem", ".der", ".p12", ".pfx")


def _list(box: Box, _words: tuple[str, ...]) -> str:
    # SEEN pki-list: order of arrival.
    names = [name for name in box.list_files() if name.endswith(_LISTED)]
    return lines("User supplied certificates and keys:", *names)


def _csr(box: Box, words: tuple[str, ...]) -> str:
    # SEEN pki-csr. Overwrites a key of that name at once: DOC TAC-214618.
    base, attributes = words[0], words[1:]
    if not _BASE_NAME.match(base):
        return failure("Invalid base name")  # guess
    if not attributes or not attributes[0].startswith("CN:"):
        return failure("CN is missing")  # guess
    try:
        key, request = _make_request(box, attributes)
    except ValueError:
        return failure("Invalid attribute")  # guess
    box.files.write(f"{base}.key", key)
    box.files.write(f"{base}.csr", request)
    key_was_replaced(box, f"{base}.key")
    return lines(
        "..............",
        "......",
        f"Created key file {base}.key and CSR {base}.csr",
        f"CSR file {base}.csr ready for download via SFTP",
    )


def _make_request(box: Box, attributes: tuple[str, ...]) -> tuple[bytes, bytes]:
    switches = box.world.switches
    if box.world.checks_certificates:
        return certificates.make_request(
            attributes,
            box.world.keys.take(),
            adds_common_name=switches["csr-adds-cn-to-san"] == "yes",
            takes_addresses=switches["csr-san-types"] == "addresses-too",
        )
    # A world that reads no certificate needs no true ones; a true key costs 100 ms.
    return b"key of " + " ".join(attributes).encode(), b"request\n"


def _selfsigned(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-214618: makes .key and .crt. The text is a guess after pki csr.
    base = words[0]
    names = [word[3:] for word in words[1:] if word.startswith("CN:")]
    if not _BASE_NAME.match(base) or not names:
        return failure("Invalid base name or CN")
    key, certificate = certificates.make_self_signed(names[0], key=box.world.keys.take())
    box.files.write(f"{base}.key", key)
    box.files.write(f"{base}.crt", certificate)
    return lines(
        "..............", "......", f"Created key file {base}.key and certificate {base}.crt"
    )


def _inspect(box: Box, words: tuple[str, ...]) -> str:
    # SEEN pki-inspect for a certificate; other kinds of files are a guess.
    content = box.files.get(words[0])
    if content is not None and words[0].endswith(".pub"):
        return lines("Checking ssh public keys...found")
    head = ["Checking ssh public keys...not found"]
    place = "Checking user configured certificates and keys"
    if content is None:
        return lines(*head, f"{place}...not found")
    head.append(f"{place}...found")
    if certificates.is_certificate_file(content):
        form = "PEM" if b"-----BEGIN" in content else "DER"
        kind = f"File contains a {form} encoded certificate"
        return lines(*head, kind, *certificates.describe(content))
    if b"PRIVATE KEY-----" in content:
        return lines(*head, "File contains a PEM encoded private key")
    if certificates.is_request_file(content):
        return lines(*head, "File contains a PEM encoded certificate request")
    return lines(*head, "File type not recognised")


def _match(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-214618 that it exists. Words: those of `enable` where SEEN, else guesses.
    key, certificate = (box.files.get(word) for word in words)
    if key is None or certificate is None:
        return _absent(box, words)
    is_good = not box.world.checks_certificates or certificates.is_pair(key, certificate)
    return _verdict(
        box,
        is_good,
        ("Key and certificate pair match", "Key and certificate pair do not match"),
        ("Key and certificate match", "Key and certificate do not match"),
    )


def _verify(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-214618 that it exists. Words: those of `enable` where SEEN, else guesses.
    certificate, bundle = (box.files.get(word) for word in words)
    if certificate is None or bundle is None:
        return _absent(box, words)
    is_good = not box.world.checks_certificates or certificates.is_verified(certificate, bundle)
    return _verdict(
        box,
        is_good,
        (
            "certificate verified against CA bundle",
            "certificate not verified against CA bundle",
        ),
        ("Certificate verified", "Certificate not verified"),
    )


def _verdict(box: Box, is_good: bool, marked: tuple[str, str], plain: tuple[str, str]) -> str:
    place = 0 if is_good else 1
    if box.world.switches["pki-verdict"] == "plain":
        return lines(plain[place])
    return success(marked[0]) if is_good else failure(marked[1])


def _absent(box: Box, words: tuple[str, ...]) -> str:
    return failure(*(f"File {word} not found" for word in words if word not in box.files))


VERBS = (
    Verb("pki list", _list),
    Verb(
        "pki csr", _csr, "<key/cert basename> <CN:value> [...]", 1, 9, is_write=True, makes_key=True
    ),
    Verb(
        "pki selfsigned", _selfsigned, "<basename> <CN:value>", 1, 9, is_write=True, makes_key=True
    ),
    Verb("pki inspect", _inspect, "<filename>", 1, 1),
    Verb("pki match", _match, "<key> <certificate>", 2, 2),
    Verb("pki verify", _verify, "<certificate> <bundle>", 2, 2),
)
