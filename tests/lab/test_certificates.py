"""What a box does with keys and certificates, with OpenSSL as the referee."""

from __future__ import annotations

import base64
import datetime
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cmsdeploy.lab import Box, World
from cmsdeploy.lab.certificates import is_pair

from .material import issued, root


@pytest.fixture
def box() -> Box:
    """A box with a chain of three and a stranger."""
    box = World().add_box("cb1")
    middle = issued("Test Middle", "Test Root", is_authority=True)
    leaf = issued("leaf.example.com", "Test Middle")
    box.write_file("leaf.key", leaf.key)
    box.write_file("leaf.cer", leaf.certificate)
    box.write_file("full.cer", leaf.certificate + middle.certificate)
    box.write_file("root.cer", root().certificate)
    box.write_file("middle.cer", middle.certificate)
    box.write_file("chain.cer", middle.certificate + root().certificate)
    box.write_file("other.cer", issued("stranger", is_authority=True).certificate)
    box.write_file("junk.cer", b"no certificate\n")
    return box


@pytest.mark.parametrize(
    ("certificate", "bundle", "is_good"),
    [
        ("leaf.cer", "chain.cer", True),
        ("full.cer", "root.cer", True),
        ("leaf.cer", "root.cer", False),
        ("leaf.cer", "middle.cer", False),
        ("leaf.cer", "other.cer", False),
        ("leaf.cer", "junk.cer", False),
        ("junk.cer", "chain.cer", False),
        ("other.cer", "other.cer", True),
    ],
)
def test_verify(box: Box, certificate: str, bundle: str, is_good: bool) -> None:
    """A chain must lead to a root of the bundle."""
    assert box.execute(f"pki verify {certificate} {bundle}").is_refused is not is_good


@pytest.mark.parametrize(
    ("key", "certificate", "is_good"),
    [
        ("leaf.key", "leaf.cer", True),
        ("leaf.key", "root.cer", False),
        ("junk.cer", "leaf.cer", False),
    ],
)
def test_match(box: Box, key: str, certificate: str, is_good: bool) -> None:
    """Key and certificate belong together or not."""
    assert box.execute(f"pki match {key} {certificate}").is_refused is not is_good


def test_missing_files_are_named(box: Box) -> None:
    """Both of them."""
    text = box.execute("pki match gone.key gone.cer").text
    assert text == "FAILURE: File gone.key not found\nFAILURE: File gone.cer not found\n"


def test_inspect(box: Box) -> None:
    """The first lines are those of the transcript, the rest follows its layout."""
    text = box.execute("pki inspect leaf.cer").text
    assert text.startswith(
        "Checking ssh public keys...not found\n"
        "Checking user configured certificates and keys...found\n"
        "File contains a PEM encoded certificate\n"
        "Certificate:\n    Data:\n        Version: 3 (0x2)\n        Serial Number:\n"
    )
    assert "        Issuer: CN=Test Middle\n" in text
    assert "            Not Before: Jan  1 00:00:00 2017 GMT\n" in text
    assert "                DNS:leaf.example.com\n" in text


@pytest.mark.parametrize(
    ("name", "piece"),
    [("leaf.key", "private key"), ("junk.cer", "not recognised"), ("gone.cer", "keys...not found")],
)
def test_inspect_of_other_files(box: Box, name: str, piece: str) -> None:
    """Guesses, but never an exception."""
    assert piece in box.execute(f"pki inspect {name}").text


def test_request_overwrites_the_key_and_openssl_reads_it(box: Box, tmp_path: Path) -> None:
    """TAC-214618 warns: the old key of that name is gone."""
    old = box.read_file("leaf.key")
    box.execute("pki csr leaf CN:a.example.com O:Cisco subjectAltName:b.example.com")
    assert box.read_file("leaf.key") != old
    path = tmp_path / "leaf.csr"
    path.write_bytes(box.read_file("leaf.csr"))
    told = subprocess.run(
        ["openssl", "req", "-in", path, "-noout", "-text", "-verify"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "Public-Key: (2048 bit)" in told
    assert "DNS:a.example.com, DNS:b.example.com" in told


@pytest.mark.parametrize("attributes", ["a.b CN:x", "a", "a O:x", "a CN:x junk", "a CN:x Z:y"])
def test_bad_requests(box: Box, attributes: str) -> None:
    """Nothing is made."""
    before = box.list_files()
    assert box.execute(f"pki csr {attributes}").is_refused
    assert box.list_files() == before


def test_self_signed(box: Box) -> None:
    """It verifies against itself and matches its key."""
    box.execute("pki selfsigned dbca CN:My-CA")
    assert not box.execute("pki match dbca.key dbca.crt").is_refused
    assert not box.execute("pki verify dbca.crt dbca.crt").is_refused


def test_a_world_may_take_certificates_unread() -> None:
    """Fast worlds look at names only."""
    box = World(checks_certificates=False).add_box("cb1")
    box.write_file("a.key", b"x")
    box.write_file("a.cer", b"y")
    box.execute("xmpp domain d.com ; xmpp listen a ; xmpp certs a.key a.cer")
    assert not box.execute("xmpp enable").is_refused
    box.execute("pki csr b CN:b")
    assert {"b.key", "b.csr"} <= set(box.list_files())


@pytest.mark.parametrize("wrong", ["", "p", "q", "d", "dmp1", "dmq1", "iqmp", "n", "e"])
def test_a_key_whose_numbers_do_not_belong_together_is_no_pair(wrong: str) -> None:
    """The judgement of the whole check of the library, which takes a thousand times as long."""
    made = rsa.generate_private_key(65537, 2048)
    key = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    if wrong:
        own = made.private_numbers()
        key = _with_more(key, getattr(own.public_numbers if wrong in "ne" else own, wrong))
    try:
        serialization.load_pem_private_key(key, None)
        is_whole = True
    except ValueError:
        is_whole = False
    assert is_whole is not bool(wrong)
    assert is_pair(key, _signed_by(made)) is is_whole


def _with_more(key: bytes, number: int) -> bytes:
    """The file of a key with 2 more at one of its numbers."""
    first, *rows, last = key.splitlines()
    size = (number.bit_length() + 7) // 8
    old, new = (each.to_bytes(size, "big") for each in (number, number + 2))
    content = base64.b64decode(b"".join(rows)).replace(old, new, 1)
    return b"\n".join((first, base64.b64encode(content), last, b""))


def _signed_by(key: rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a")])
    day = datetime.datetime(2017, 1, 1)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), day, day
    ).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM)
