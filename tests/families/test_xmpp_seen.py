"""What a look at the port and the files of a box say together of the certificate in service."""

from __future__ import annotations

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cmsdeploy.families.xmpp.seen import Seen, change_file, understand_seen
from cmsdeploy.model.action import Download, Reply
from cmsdeploy.model.handshake import Handshake, Upgrade
from cmsdeploy.model.pem_text import certificates_in
from cmsdeploy.model.secret import UNKNOWN
from tests.lab.material import issued

LOOK = Handshake("10.0.0.1", 5222, "tptac9.com", Upgrade("xmpp", "<stream>", "tls"))
PEM = issued("cb1.tptac9.com", "Test Root").certificate.decode()
OTHER = issued("cb2.tptac9.com", "Test Root").certificate.decode()
FILE = Download("trust.cer", is_public=True)


def _fingerprint(pem: str) -> str:
    found = x509.load_pem_x509_certificate(pem.encode())
    return hashlib.sha256(found.public_bytes(Encoding.DER)).hexdigest()


ONE, TWO = _fingerprint(PEM), _fingerprint(OTHER)


@pytest.mark.parametrize(
    ("text", "why_not"),
    [
        ("Not seen : no route\n", "no route"),
        ("", "nothing was said about it"),
        ("Subject : x\n", "nothing was said about it"),
    ],
)
def test_what_was_not_seen_is_unknown_with_its_reason(text: str, why_not: str) -> None:
    """A port of which nobody said anything was not seen either."""
    assert understand_seen({LOOK: Reply(text)}) == Seen(UNKNOWN, why_not)


def test_what_is_presented_is_the_leaf_of_the_chain() -> None:
    """With its last moment, and every file that was read beside it."""
    text = f"Valid until : 2026-01-01 00:00:00 UTC\n{PEM}{OTHER}"
    empty = Download("empty.cer", is_public=True)
    seen = understand_seen({LOOK: Reply(text), FILE: Reply(OTHER + PEM), empty: Reply("")})
    assert seen is not None
    assert (seen.presented, seen.why_not, seen.until) == (ONE, "", "2026-01-01 00:00:00 UTC")
    assert seen.files == {"trust.cer": (TWO, ONE)}
    assert set(seen.blocks) == {ONE, TWO}
    assert seen.holds("trust.cer", [ONE])
    assert not seen.holds("trust.cer", [ONE, "c"])
    assert not seen.holds(UNKNOWN, [])
    later = seen.with_file("new.cer", [ONE])
    assert later.files == {**seen.files, "new.cer": (ONE,)}
    assert (later.presented, later.until, later.blocks) == (ONE, seen.until, seen.blocks)


@pytest.mark.parametrize(
    ("until", "moment", "is_over"),
    [
        ("1970-01-01 00:01:40 UTC", 101.0, True),
        ("1970-01-01 00:01:40 UTC", 100.0, False),
        ("1970-01-01 00:01:40 UTC", 0.0, False),
        ("soon", 101.0, False),
    ],
)
def test_it_is_over_by_the_moment_of_the_look(until: str, moment: float, is_over: bool) -> None:
    """Not by our clock when the plan is read; without a look nothing is over."""
    seen = understand_seen({LOOK: Reply(f"Valid until : {until}\n{PEM}", moment=moment)})
    assert seen is not None
    assert seen.is_over is is_over


def test_nobody_was_to_look() -> None:
    """A look at another port is none at this service."""
    assert understand_seen({FILE: Reply(PEM)}) is None
    assert understand_seen({Handshake("10.0.0.1", 443, "x"): Reply(PEM)}) is None


def test_the_file_of_a_change_follows_from_what_is_wanted_alone() -> None:
    """In any order; another wish, another name."""
    both = certificates_in(PEM + OTHER)
    name = change_file(both)
    assert name == change_file(reversed(both))
    assert name != change_file(both[:1])
    assert name.startswith("xmpp-change-")
    assert len(name) == len("xmpp-change-12345678.cer")
