"""Files that were altered or made to hurt: refused in words, and soon; no other exception."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from cmsdeploy.certificates.checks import check_server_certificate
from cmsdeploy.certificates.describe import describe
from cmsdeploy.certificates.findings import Expected
from cmsdeploy.certificates.reading import read
from cmsdeploy.errors import InputError
from cmsdeploy.model.secret import Secret
from tests.certificates.forms import PASSWORD, Form
from tests.certificates.material import (
    DOMAIN,
    NOW,
    SECOND,
    Profile,
    der,
    issued,
    key_of,
    tree,
)

PROJECT = Path(__file__).parents[2]
ROUNDS = 40


def tlv(tag: int, content: bytes) -> bytes:
    """One DER item."""
    size = len(content)
    head = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + head + content


def resigned(signed: bytes) -> bytes:
    """A certificate of what was altered, with a signature that is right."""
    key = key_of(SECOND.key)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    signature = key.sign(signed, ec.ECDSA(hashes.SHA256()))
    return tlv(0x30, signed + algorithm + tlv(0x03, b"\0" + signature))


def test_duplicate_extensions_are_refused() -> None:
    """Two SANs: nobody can say which one counts."""
    twice = x509.IssuerAlternativeName([x509.DNSName("evil.org")])
    good = issued(DOMAIN, SECOND, Profile(more=[(twice, False)]))
    signed = good.tbs_certificate_bytes.replace(b"\x55\x1d\x12", b"\x55\x1d\x11")
    content = resigned(signed)
    assert x509.load_der_x509_certificate(content).serial_number == good.serial_number
    with pytest.raises(InputError, match="cannot be read"):
        read("twice.cer", content)


def test_a_huge_public_key_is_refused() -> None:
    """16,384 bits: every check of a signature would be slow."""
    public = rsa.RSAPublicNumbers(65537, (1 << 16384) - 1).public_key()
    info = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    good = tree().leaf
    own = (
        key_of("p256-leaf")
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    parts = good.tbs_certificate_bytes.replace(own, info)
    content = resigned(tlv(0x30, parts[4:] if parts[1] == 0x82 else parts[3:]))
    started = time.process_time()
    with pytest.raises(InputError, match="16384 bits"):
        read("huge.cer", content)
    assert time.process_time() - started < 5


def test_control_characters_are_shown_escaped() -> None:
    """A name cannot write to the terminal of the one who checks it."""
    odd = "\x1b[31m\u202ex\n"
    one = read("odd.cer", der(issued(odd, SECOND, Profile(names=())))).certificates[0]
    found = check_server_certificate(one, Expected(NOW, DOMAIN))
    assert found
    for text in (one.subject, *(finding.evidence for finding in found)):
        assert text.isprintable()


@pytest.mark.parametrize("seed", range(4))
def test_altered_files_never_raise_anything_else(seed: int, every: list[Form]) -> None:
    """Bytes flipped, cut and doubled in every form: read, or refused in two sentences, and soon."""
    source = random.Random(seed)
    short = [one for one in every if len(one.content) < 9000]
    for form in source.sample(short, 12):
        started = time.process_time()
        for _ in range(ROUNDS):
            cause = _cause(form, _mutated(source, form.content))
            assert cause is None or len(cause) > 20, form.name
        assert time.process_time() - started < 5, form.name


def _cause(form: Form, content: bytes) -> str | None:
    try:
        describe("x", form.name, content, Secret(PASSWORD) if form.is_locked else None)
    except InputError as error:
        return error.action and error.cause
    return None


def _mutated(source: random.Random, content: bytes) -> bytes:
    altered = bytearray(content)
    for _ in range(source.randint(1, 3)):
        place = source.randrange(len(altered))
        match source.randrange(4):
            case 0:
                altered[place] = source.randrange(256)
            case 1:
                altered[place] ^= 1 << source.randrange(8)
            case 2:
                del altered[place : place + source.randint(1, 40)]
            case _:
                altered[place:place] = altered[place : place + 30]
        if not altered:
            break
    return bytes(altered)


def test_the_library_is_imported_late() -> None:
    """Commands that read no certificate do not pay for the library."""
    code = (
        "import sys, cmsdeploy.certificates, cmsdeploy.certificates.file_checks,"
        " cmsdeploy.certificates.requests, cmsdeploy.certificates.signing,"
        " cmsdeploy.cli.commands.certs_command as c; sys.exit('cryptography' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0
