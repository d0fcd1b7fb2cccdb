"""Looking at a certificate: every way in which a port can answer, on real sockets."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from cmsdeploy.errors import DeadlineError, DeviceError, HostError, UnreachableError
from cmsdeploy.families.xmpp.port import port_look
from cmsdeploy.lab import Lab
from cmsdeploy.lab.wire.faults import Fault
from cmsdeploy.model.handshake import Handshake
from cmsdeploy.model.pem_text import certificates_in
from cmsdeploy.session.presenting import public_text, seen_at
from cmsdeploy.transport.handshake import presented
from tests.ending import FAR_SECONDS, ends_within
from tests.lab.client import two_boxes
from tests.lab.material import configure, issued, said
from tests.ports import closed_port

HEADER = b"<?xml version='1.0'?><stream:stream xmlns:stream='x' id='1' version='1.0'>"
OFFER = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
FEATURES = b"<stream:features>%b</stream:features>"
PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
GOOD = HEADER + FEATURES % OFFER


def _look(port: int, seconds: float = 5.0) -> Handshake:
    look = port_look(f"127.0.0.1:{port}", "tptac9.com")
    assert look is not None
    return replace(look, deadline=seconds)


@contextmanager
def _server(act: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port at which each connection is treated by ``act``."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        connection.settimeout(FAR_SECONDS)
                        act(connection)
                    except OSError:
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        # A blocked accept does not notice that its socket is closed.
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def _silent(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def _saying(*answers: bytes) -> Callable[[socket.socket], None]:
    """Answer to whatever comes, once for each of ``answers``, and hang up."""

    def act(connection: socket.socket) -> None:
        for answer in answers:
            connection.recv(65536)
            connection.sendall(answer)

    return act


@pytest.mark.parametrize(
    ("answers", "cause"),
    [
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), "is no stream"),
        ((b"\xff\xfe\x00 garbage",), "is no stream"),
        ((b"<html><body>",), "ended where a stream should begin"),
        ((b"",), "ended where a stream should begin"),
        ((HEADER,), "ended where a stream should begin"),
        ((HEADER + FEATURES % b"",), "offers no STARTTLS"),
        ((HEADER + FEATURES % b"<starttls xmlns='urn:other'/>",), "offers no STARTTLS"),
        ((GOOD, b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), "is refused"),
        ((HEADER + b"<stream:error><host-unknown/></stream:error>",), "is refused"),
        ((b"<" + b"a" * 60_000,), "goes on and on"),
        ((b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + GOOD,), "document type"),
        ((GOOD, PROCEED + b"<injected/>"), "between the permission"),
    ],
)
def test_an_answer_that_leads_to_no_certificate(answers: tuple[bytes, ...], cause: str) -> None:
    """An error in words, never a certificate, never a wait until the deadline."""
    with (
        ends_within(0),
        _server(_saying(*answers)) as port,
        pytest.raises(HostError, match=cause),
    ):
        presented(_look(port, FAR_SECONDS))


def test_a_port_that_grants_tls_and_does_not_begin_it() -> None:
    """What comes after the permission is no TLS."""
    with (
        _server(_saying(GOOD, PROCEED, b"hello, this is no TLS")) as port,
        pytest.raises(DeviceError, match="shows no certificate"),
    ):
        presented(_look(port))


def test_a_silent_port_holds_us_as_long_as_we_said() -> None:
    """The deadline spans both ways of beginning."""
    with _server(_silent) as port, ends_within(0.6, after=0.3), pytest.raises(HostError):
        presented(_look(port, 0.6))


def test_a_port_that_drips_holds_us_no_longer() -> None:
    """One byte at a time is not a sign of life that counts."""

    def drip(connection: socket.socket) -> None:
        for byte in GOOD * 10:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    with _server(drip) as port, ends_within(0.5), pytest.raises(DeadlineError):
        presented(_look(port, 0.5))


def test_a_port_where_nobody_listens() -> None:
    """The cause is that of every other connection."""
    with closed_port() as port, pytest.raises(UnreachableError, match="refuses connections"):
        presented(_look(port))


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A box that presents a certificate."""
    with two_boxes() as running:
        with running.lock:
            configure(running.world.boxes["cb1"])
            said(running.world.boxes["cb1"], "xmpp enable")
        yield running


def _at(lab: Lab, port: int) -> Handshake:
    box = lab.boxes["cb1"]
    look = port_look(f"{box.address}:{box.xmpp_ports[port]}", "tptac9.com")
    assert look is not None
    return look


@pytest.mark.parametrize("is_plain", [False, True])
@pytest.mark.parametrize("port", [5222, 5223])
def test_the_certificate_is_seen_whatever_the_port_begins_with(
    lab: Lab, port: int, is_plain: bool
) -> None:
    """Leaf and bundle, by either way first."""
    seen = presented(replace(_at(lab, port), is_plain=is_plain))
    reply = seen_at(_at(lab, port), presented)
    leaf = certificates_in(issued("xmpp.tptac9.com", "Test Root").certificate.decode())[0]
    root = certificates_in(issued("Test Root", is_authority=True).certificate.decode())[0]
    assert [one.fingerprint for one in certificates_in(reply.text)] == [
        leaf.fingerprint,
        root.fingerprint,
    ]
    assert seen.way == ("STARTTLS for xmpp" if port == 5222 else "TLS")
    assert f"Fingerprint : {leaf.fingerprint}\n" in reply.text
    assert "Names       : xmpp.tptac9.com\n" in reply.text
    assert "Valid until : 2040-01-01 00:00:00 UTC\n" in reply.text
    assert "Chain       : CN=Test Root\n" in reply.text


@pytest.mark.parametrize("kind", ["refuse", "drop-before", "garbage", "hang"])
def test_what_cannot_be_seen_is_said_and_raises_nothing(lab: Lab, kind: str) -> None:
    """The reply of a read: one field, one cause."""
    lab.faults("cb1").add(Fault(kind, "xmpp connect 5222", None))
    try:
        reply = seen_at(replace(_at(lab, 5222), deadline=0.8), presented)
    finally:
        lab.faults("cb1").clear()
    assert re.fullmatch(r"Not seen : 127\.0\.1\.1 port \d+ [^\n]+\n", reply.text)


def test_a_file_with_a_private_key_is_not_given_as_text() -> None:
    """Even where somebody called it public."""
    pair = issued("xmpp.tptac9.com", "Test Root")
    assert certificates_in(public_text(pair.certificate).text) != ()
    for content in (pair.key, pair.certificate + pair.key):
        assert public_text(content).text == "Not seen : there is a private key in the file\n"
    assert public_text(None).text == ""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("10.0.0.1:5222", "tls 10.0.0.1:5222 (starttls xmpp)"),
        ("10.0.0.1:5223", "tls 10.0.0.1:5223"),
        ("cb1.example.com:5269", "tls cb1.example.com:5269 (starttls xmpp)"),
        ("[2001:db8::1]:5222", "tls [2001:db8::1]:5222 (starttls xmpp)"),
    ],
)
def test_the_line_for_people(place: str, line: str) -> None:
    """As the plan prints it; and what a person types to see the same."""
    look = port_look(place, "tptac9.com")
    assert look is not None
    assert look.line == line
    way = " -starttls xmpp -xmpphost tptac9.com" if "starttls" in line else ""
    assert look.by_hand == f"openssl s_client -connect {place} -showcerts{way}"
