"""H9: what we take for granted of libraries, each said once. Run with the oldest and the newest.

A test that fails here says which assumption is gone, before a test of ours fails far from it.
"""

from __future__ import annotations

import base64
import configparser
import inspect
import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.update
import jinja2
import paramiko
import pytest
import urllib3
import urllib3.connection
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from urllib3.response import HTTPResponse

from tests.promises.numbers import counted
from tests.transport.sshd import make_key
from tests.transport.web import make_certificate

SECRET = "a2FuYXJpZW52b2dlbGthbmFyaWVudm9nZWxrYW5hcmk="


@pytest.fixture(autouse=True)
def _told() -> Iterator[None]:
    """Each test is one assumption; the page is written only where all of them hold."""
    yield
    counted("H9", "assumptions hold with the versions above; the oldest by ./scripts/test --lowest")


@contextmanager
def _both() -> Iterator[tuple[paramiko.Transport, socket.socket]]:
    """A transport, and the other end of its wire."""
    ours, theirs = socket.socketpair()
    transport = paramiko.Transport(ours)
    try:
        yield transport, theirs
    finally:
        transport.close()  # which leaves the wire open where it was never used
        ours.close()
        theirs.close()


# -- paramiko


def test_no_host_key_is_looked_up_by_the_transport() -> None:
    """Without a key given, ``start_client`` accepts any: so we look, before any login."""
    assert "hostkey" not in inspect.signature(paramiko.Transport.start_client).parameters
    with _both() as (transport, _):
        assert not transport.is_authenticated()
        assert callable(transport.get_remote_server_key)


def test_algorithms_can_be_chosen_and_read() -> None:
    """What we narrow before a login, by the names that we use."""
    with _both() as (transport, _):
        options = transport.get_security_options()
        for part in ("ciphers", "digests", "key_types", "kex"):
            assert getattr(options, part), part
        options.key_types = ("ssh-ed25519",)
        assert tuple(options.key_types) == ("ssh-ed25519",)
        with pytest.raises(ValueError, match="unknown"):
            options.key_types = ("nothing of the kind",)
        assert hasattr(transport, "agreed_on_strict_kex")


def test_a_silent_server_ends_at_the_banner_timeout() -> None:
    """An event that is given is set by failure too, not only by success."""
    import threading

    with _both() as (transport, theirs):
        transport.banner_timeout = 0.2
        done, began = threading.Event(), time.monotonic()
        transport.start_client(event=done)
        theirs.sendall(b"no banner\r\n")
        assert done.wait(20)
        assert not transport.is_active()
        assert isinstance(transport.get_exception(), (paramiko.SSHException, EOFError))
        assert time.monotonic() - began < 20


def test_its_known_hosts_reader_is_not_that_of_openssh(tmp_path: Path) -> None:
    """F2: why there is one of ours. If it ever reads a revocation, ours can be looked at again."""
    make_key(tmp_path / "key")
    key = (tmp_path / "key.pub").read_text()
    known = paramiko.HostKeys()
    (tmp_path / "known").write_text(f"*.example.com {key}")
    known.load(str(tmp_path / "known"))
    assert known.lookup("cb1.example.com") is None
    (tmp_path / "revoked").write_text(f"@revoked cb1 {key}")
    with suppress(paramiko.hostkeys.InvalidHostKey):
        known.load(str(tmp_path / "revoked"))
    assert known.lookup("cb1") is None


def test_a_key_file_with_a_passphrase_says_so(tmp_path: Path) -> None:
    """A missing passphrase is told from a broken file."""
    make_key(tmp_path / "key", passphrase="passphrase")
    with pytest.raises(paramiko.PasswordRequiredException):
        paramiko.Ed25519Key.from_private_key_file(str(tmp_path / "key"))
    with pytest.raises(paramiko.SSHException):
        paramiko.Ed25519Key.from_private_key(io.StringIO("no key"))


# -- dnspython


def test_a_key_shows_its_secret() -> None:
    """F4: so no key of the library may reach a text; if it stops, the care is still right."""
    key = dns.tsig.Key("deploy.", SECRET, "hmac-sha256")
    assert key.secret == base64.b64decode(SECRET)
    assert SECRET[:12] in repr(key)


def test_an_update_can_ask_for_the_old_set() -> None:
    """RFC 2136 prerequisites with values: compare and swap."""
    update = dns.update.UpdateMessage("example.com")
    update.present("x", "A", "10.0.0.1")
    update.absent("y", "A")
    update.replace("x", dns.rdataset.from_text("IN", "A", 60, "10.0.0.2"))
    there, gone = update.prerequisite
    assert [each.to_text() for each in there] == ["10.0.0.1"]
    assert gone.rdclass == dns.rdataclass.NONE


def test_a_signature_is_asked_for_and_checked() -> None:
    """A reply without or with a wrong signature is an error of the library, told apart."""
    ring = dns.tsigkeyring.from_text({"deploy.": SECRET})
    message = dns.message.make_query("example.com", "A")
    message.use_tsig(ring, "deploy.")
    wire = message.to_wire()
    assert dns.message.from_wire(wire, keyring=ring).had_tsig
    with pytest.raises(dns.tsig.BadSignature):
        dns.message.from_wire(wire[:-8] + bytes([wire[-8] ^ 1]) + wire[-7:], keyring=ring)
    assert issubclass(dns.tsig.BadTime, dns.exception.DNSException)


def test_what_is_cut_says_so() -> None:
    """TC is read from the flags; a broken reply is a ``DNSException``, never a crash."""
    reply = dns.message.make_response(dns.message.make_query("example.com", "A"))
    reply.flags |= dns.flags.TC
    wire = reply.to_wire()
    assert dns.message.from_wire(wire).flags & dns.flags.TC
    for end in range(len(wire)):
        with pytest.raises(dns.exception.DNSException):
            dns.message.from_wire(wire[:end])


# -- cryptography


def test_a_private_key_beside_certificates_is_passed_over(tmp_path: Path) -> None:
    """F12: the library says nothing, so we look for it."""
    made = make_certificate(tmp_path, "one")
    both = made.key.read_bytes() + made.path.read_bytes()
    assert len(x509.load_pem_x509_certificates(both)) == 1


def test_no_order_is_taken_from_a_container(tmp_path: Path) -> None:
    """F12: all certificates come out of PKCS#7; the order is ours to find."""
    made = [
        x509.load_pem_x509_certificate(make_certificate(tmp_path, name).path.read_bytes())
        for name in ("a", "b", "c")
    ]
    content = pkcs7.serialize_certificates(made, Encoding.DER)
    assert set(pkcs7.load_der_pkcs7_certificates(content)) == set(made)


# -- PyYAML


def test_scalars_are_resolved_as_yaml_says() -> None:
    """F8: 1.1, with everything that surprises; the last of two keys wins in silence."""
    loaded = yaml.safe_load("a: 22:22\nb: no\nc: 010\nd: 2024-01-31\na: x\n")
    assert (loaded["b"], loaded["c"], loaded["a"]) == (False, 8, "x")
    assert yaml.safe_load("22:22") == 1342
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load("!!python/object/apply:os.getcwd []")


# -- jinja2


def test_the_sandbox_holds() -> None:
    """F9: nine ways out that were tried before; and a missing value is an error where asked."""
    environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
    for way in (
        "''.__class__.__mro__",
        "''.__class__.__base__.__subclasses__()",
        "self.__init__.__globals__",
        "cycler.__init__.__globals__.os",
        "''.format.__globals__",
        "'{0.__class__}'.format('')",
        "('{0.__class__}'|attr('format'))('')",
        "x.append(1)",
        "lipsum.__globals__['os']",
    ):
        with pytest.raises((SecurityError, jinja2.UndefinedError)):
            print(environment.from_string("{{ (" + way + ") ~ '' }}").render(x=[]))


# -- urllib3


def test_a_connection_is_made_by_hand() -> None:
    """No pool, no proxy, no retry: the class and the words that we use."""
    wanted = {"host", "port", "timeout"}
    there = inspect.signature(urllib3.connection.HTTPSConnection.__init__).parameters
    assert wanted <= set(there)
    sent = inspect.signature(urllib3.connection.HTTPSConnection.request).parameters
    assert {"body", "headers", "preload_content"} <= set(sent)


def test_a_short_body_is_an_error() -> None:
    """F10: the library of Python gives what came; this one says that something lacks."""
    body = HTTPResponse(
        io.BytesIO(b"abc"), headers={"Content-Length": "100"}, preload_content=False,
        enforce_content_length=True, request_method="GET",
    )  # fmt: skip
    with pytest.raises(urllib3.exceptions.HTTPError, match="97 more expected"):
        list(iter(lambda: body.read(50), b""))


def test_a_redirect_is_an_answer() -> None:
    """It is followed by pools only, which we do not use."""
    assert not hasattr(urllib3.connection.HTTPSConnection, "urlopen")
    moved = HTTPResponse(io.BytesIO(b""), status=302, headers={"Location": "/x"})
    assert (moved.status, moved.get_redirect_location()) == (302, "/x")


def test_the_oldest_versions_are_those_that_we_allow() -> None:
    """``scripts/lowest.txt`` names what ``setup.cfg`` has as its bounds, and no other."""
    root = Path(__file__).parents[2]
    setup = configparser.ConfigParser()
    setup.read(root / "setup.cfg")
    bounds = setup["options"]["install_requires"].split()
    bounds += [*setup["options.extras_require"]["lab"].split()]
    bounds += [*setup["options.extras_require"]["acme"].split()]
    # Of what the tests bring along, the collection promises one as well.
    extras = setup["options.extras_require"]["test"].split()
    bounds += [bound for bound in extras if bound.startswith("ansible-core")]
    lowest = [bound.partition(",")[0].split(">=") for bound in bounds]
    lines = (root / "scripts" / "lowest.txt").read_text().splitlines()
    written = [line.split("==") for line in lines if not line.startswith("#")]
    assert len(written) == len(lowest) > 10
    for (name, version), (other, bound) in zip(written, lowest, strict=True):
        assert name == other
        assert f"{version}.".startswith(f"{bound}."), name
