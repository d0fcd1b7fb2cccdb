"""What a port presents, as the text of a reply: every field that people and families read."""

from __future__ import annotations

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cmsdeploy.errors import UnreachableError
from cmsdeploy.model.handshake import Handshake
from cmsdeploy.model.pem_text import certificates_in
from cmsdeploy.session.presenting import public_text, seen_at
from cmsdeploy.transport.handshake import Presentation
from tests.lab.material import issued

LOOK = Handshake("10.0.0.1", 5222, "tptac9.com")


def _der(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


LEAF = _der(issued("cb1.tptac9.com", "Test Root").certificate)
ROOT = _der(issued("Test Root", is_authority=True).certificate)
PARSED = x509.load_der_x509_certificate(LEAF)
FINGERPRINT = hashlib.sha256(LEAF).hexdigest()


def _fields(*chain: bytes) -> dict[str, str]:
    text = seen_at(LOOK, lambda _: Presentation(chain, "STARTTLS")).text
    lines = text.partition("-----BEGIN")[0].splitlines()
    return {label.strip(): value for label, _, value in (line.partition(": ") for line in lines)}


def test_every_field_of_a_certificate_has_its_label() -> None:
    """Families read two of them by name, people read all."""
    assert _fields(LEAF, ROOT) == {
        "Fingerprint": FINGERPRINT,
        "Begun with": "STARTTLS",
        "Subject": "CN=cb1.tptac9.com",
        "Names": "cb1.tptac9.com",
        "Issuer": "CN=Test Root",
        "Valid from": f"{PARSED.not_valid_before_utc:%Y-%m-%d %H:%M:%S} UTC",
        "Valid until": f"{PARSED.not_valid_after_utc:%Y-%m-%d %H:%M:%S} UTC",
        "Chain": "CN=Test Root",
    }
    assert _fields(LEAF)["Chain"] == "none"
    assert _fields(LEAF, ROOT, b"no certificate")["Chain"] == "CN=Test Root; (cannot be read)"


def test_what_is_no_certificate_is_said_and_given_as_it_came() -> None:
    """The fingerprint is that of the bytes; nobody can say more."""
    found = _fields(b"no certificate")
    assert list(found) == ["Fingerprint", "Begun with", "Subject"]
    assert found["Subject"] == "(the certificate cannot be read)"


def test_the_chain_follows_in_its_order() -> None:
    """As PEM, the leaf first."""
    text = seen_at(LOOK, lambda _: Presentation((LEAF, ROOT), "TLS")).text
    fingerprints = [one.fingerprint for one in certificates_in(text)]
    assert fingerprints == [FINGERPRINT, hashlib.sha256(ROOT).hexdigest()]
    assert text.index("Fingerprint : ") == 0


@pytest.mark.parametrize(("cause", "said"), [("no route", "no route"), ("a\x1bb", "a\\x1bb")])
def test_who_cannot_look_says_why(cause: str, said: str) -> None:
    """In words and in one line; nothing is raised."""

    def see(_: Handshake) -> Presentation:
        raise UnreachableError(cause)

    assert seen_at(LOOK, see).text == f"Not seen : {said}\n"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        (b"-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----"),
        (b"\xff", "\ufffd"),
        (b"-----BEGIN PRIVATE KEY-----", "Not seen : there is a private key in the file\n"),
    ],
)
def test_a_private_key_is_never_given_as_text(content: bytes | None, text: str) -> None:
    """Whatever the file was said to be."""
    assert public_text(content).text == text
