"""The API over HTTPS: identity first, then answers of all kinds, each within its deadline."""

from __future__ import annotations

import base64
import ssl
import time
from datetime import timedelta
from pathlib import Path

import pytest

from cmsdeploy.errors import IdentityError, InputError, RefusedError, UnreachableError
from cmsdeploy.model.host import WebAdmin
from cmsdeploy.model.secret import Secret
from cmsdeploy.transport.contract import LateReplyError, OutcomeUnknownError
from cmsdeploy.transport.https import HttpsApi
from tests.ending import ends_within
from tests.ports import closed_port
from tests.promises.numbers import counted
from tests.transport.environment import environment
from tests.transport.web import Behave, Certificate, make_certificate, make_odd_certificate, web

PATH = "/api/v1/system/status"
LOCAL = ("-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where certificates are made."""
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def good(folder: Path) -> Certificate:
    """A certificate for this machine."""
    return make_certificate(folder, "good", *LOCAL)


def _answering(answer: bytes) -> Behave:
    def behave(connection: ssl.SSLSocket, _request: bytes) -> None:
        connection.sendall(answer)

    return behave


def _ok(connection: ssl.SSLSocket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<ok/>")


def _webadmin(
    port: int,
    certificate: Certificate | None = None,
    *,
    fingerprint: str | None = None,
    ca_file: str | None = None,
    host: str = "127.0.0.1",
) -> WebAdmin:
    pinned = certificate.fingerprint if certificate else fingerprint
    return WebAdmin(host, port, "admin", Secret("s3cret:pass"), pinned, ca_file)


# -- identity ----------------------------------------------------------------------------------


def test_a_pinned_certificate(good: Certificate) -> None:
    """Any way of writing the fingerprint."""
    colons = ":".join(good.fingerprint[n : n + 2] for n in range(0, 64, 2)).upper()
    with web(good, _ok) as server:
        for spelled in (good.fingerprint, colons, f"sha256:{good.fingerprint}"):
            api = HttpsApi(_webadmin(server.port, fingerprint=spelled))
            assert api.request("GET", PATH).body == b"<ok/>"
        assert len(server.requests) == 3


def test_an_authority_of_ones_own(good: Certificate) -> None:
    """By address and by name."""
    with web(good, _ok) as server:
        for host in ("127.0.0.1", "localhost"):
            webadmin = _webadmin(server.port, ca_file=str(good.path), host=host)
            assert HttpsApi(webadmin).request("GET", PATH).status == 200


BAD: dict[str, tuple[str, ...]] = {
    "expired": (*LOCAL, "-not_before", "20200101000000Z", "-not_after", "20200102000000Z"),
    "another name": ("-addext", "subjectAltName=DNS:other.example.com"),
    "name in the subject only": ("-subj", "/CN=127.0.0.1"),
    "address as a name": ("-addext", "subjectAltName=DNS:127.0.0.1"),
    "another address": ("-addext", "subjectAltName=IP:127.0.0.2"),
    "wildcard": ("-addext", "subjectAltName=DNS:*"),
    "wildcard of two levels": ("-addext", "subjectAltName=DNS:*.*.example.com"),
}

# The row of the promises that this file decides.
_REFUSED = "bad certificates refused, 0 requests sent"


def _bad(folder: Path, name: str) -> Certificate:
    options = BAD[name]
    if "-not_before" not in options:
        return make_certificate(folder, name.replace(" ", "-"), *options)
    # Dates in the past: old versions of `openssl req` cannot say them, `openssl x509` can: -days.
    return _expired(folder)


def _expired(folder: Path) -> Certificate:
    import subprocess

    made = make_certificate(folder, "expired", *LOCAL)
    request = folder / "expired.csr"
    extensions = folder / "expired.ext"
    extensions.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:TRUE\n")
    subprocess.run(
        ["openssl", "req", "-new", "-key", str(made.key), "-subj", "/CN=x", "-out", str(request)],
        check=True, capture_output=True,
    )  # fmt: skip
    subprocess.run(
        ["openssl", "x509", "-req", "-in", str(request), "-signkey", str(made.key),
         "-days", "-1", "-extfile", str(extensions), "-out", str(made.path)],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


@pytest.mark.parametrize("name", BAD)
def test_certificates_that_are_not_accepted(name: str, folder: Path) -> None:
    """Although their authority is trusted. No request is sent, and the fingerprint is shown."""
    bad = _bad(folder, name)
    with web(bad, _ok) as server:
        api = HttpsApi(_webadmin(server.port, ca_file=str(bad.path)))
        with pytest.raises(IdentityError, match="no password was sent") as caught:
            api.request("GET", PATH)
        assert bad.fingerprint in str(caught.value)
        assert server.requests == []
    counted("C6", _REFUSED)


SOON = timedelta(hours=1)
TIMES = {
    "expired by a second": (-SOON, timedelta(seconds=-1), "127.0.0.1"),
    "not valid for another minute": (timedelta(minutes=1), SOON, "127.0.0.1"),
    "a NUL within its name": (-SOON, SOON, "localhost\0.example.com"),
}


@pytest.mark.parametrize("name", TIMES)
def test_certificates_that_openssl_would_not_make(name: str, folder: Path) -> None:
    """Next to the right time, and a name of which only the first half is ours."""
    start, end, named = TIMES[name]
    bad = make_odd_certificate(folder, name.replace(" ", "-"), (start, end), named)
    with web(bad, _ok) as server:
        api = HttpsApi(_webadmin(server.port, ca_file=str(bad.path), host="localhost"))
        with pytest.raises(IdentityError, match="no password was sent"):
            api.request("GET", PATH)
        assert server.requests == []
    counted("C6", _REFUSED)


def test_an_unknown_authority_and_a_wrong_pin(good: Certificate, folder: Path) -> None:
    """Self-signed, signed by somebody else, and pinned to another."""
    other = make_certificate(folder, "other", *LOCAL)
    with web(good, _ok) as server:
        for webadmin in (
            _webadmin(server.port),
            _webadmin(server.port, ca_file=str(other.path)),
            _webadmin(server.port, other),
        ):
            with pytest.raises(IdentityError, match="not accepted") as caught:
                HttpsApi(webadmin).request("PUT", PATH, [("a", "b")])
            assert good.fingerprint in str(caught.value)
        assert server.requests == []
    counted("C6", _REFUSED, 3)


@pytest.mark.parametrize("fingerprint", ["", "ab" * 16, "ab" * 20, "zz" * 32, "SHA256:abc"])
def test_a_fingerprint_that_is_none(fingerprint: str) -> None:
    """A shorter one would be taken for MD5 or SHA-1."""
    with pytest.raises(InputError, match="no SHA-256 fingerprint"):
        HttpsApi(_webadmin(443, fingerprint=fingerprint))


def test_a_file_of_authorities_that_is_none(folder: Path) -> None:
    """Missing, or something else."""
    (folder / "text").write_text("no certificate")
    for name in ("missing", "text"):
        with pytest.raises(InputError, match="file of authorities"):
            HttpsApi(_webadmin(443, ca_file=str(folder / name)))


def test_nothing_of_the_environment_counts(good: Certificate, tmp_path: Path) -> None:
    """No proxy, no key log, no netrc."""
    log = tmp_path / "keys.log"
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password other\n")
    proxies = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    with (
        web(good, _ok) as server,
        environment(HOME=str(tmp_path), SSLKEYLOGFILE=str(log), **proxies),
    ):
        HttpsApi(_webadmin(server.port, good)).request("GET", PATH)
        header = base64.b64encode(b"admin:s3cret:pass")
        assert b"Authorization: Basic " + header in server.requests[0]
    assert not log.exists()


# -- answers -----------------------------------------------------------------------------------


def test_a_form_is_sent_as_it_is(good: Certificate) -> None:
    """Text and bytes, encoded, in order."""
    with web(good, _ok) as server:
        form: list[tuple[str, str | bytes]] = [
            ("uniqueName", "cb1 é&="),
            ("sharedSecret", b"a+b\xff"),
        ]
        HttpsApi(_webadmin(server.port, good)).request("PUT", PATH, form)
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"PUT " + PATH.encode() + b" HTTP/1.1\r\n")
        assert b"application/x-www-form-urlencoded" in head
        assert body == b"uniqueName=cb1+%C3%A9%26%3D&sharedSecret=a%2Bb%FF"


@pytest.mark.parametrize("status", [200, 301, 302, 303, 307, 308, 400, 401, 403, 404, 500, 503])
def test_every_status_is_an_answer(good: Certificate, status: int) -> None:
    """Redirects too: they are not followed, and nobody else is asked."""
    with web(good, _ok) as elsewhere:
        place = f"https://127.0.0.1:{elsewhere.port}/"
        answer = f"HTTP/1.1 {status} X\r\nLocation: {place}\r\nContent-Length: 4\r\n\r\nbody"
        with web(good, _answering(answer.encode())) as server:
            found = HttpsApi(_webadmin(server.port, good)).request("POST", PATH)
            assert (found.status, found.body) == (status, b"body")
            assert found.headers["location"] == place
            assert len(server.requests) == 1
        assert elsewhere.requests == []


def test_answers_in_chunks(good: Certificate) -> None:
    """As Apache sends them."""
    answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    with web(good, _answering(answer)) as server:
        assert HttpsApi(_webadmin(server.port, good)).request("GET", PATH).body == b"abcde"


BROKEN = {
    "short body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc",
    "length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nabc",
    "cut chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
    "a huge header": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n",
    "compressed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    "no length at all": b"HTTP/1.1 200 OK\r\n\r\n<ok/>",
    "cut head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "cut length": b"HTTP/1.1 200 OK\r\nContent-Length: 1",
    "no HTTP": b"SSH-2.0-box\r\n",
    "nothing": b"",
    "too long": b"HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n" + b"x" * 4194305,
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_answers_leave_an_unknown_outcome(good: Certificate, name: str) -> None:
    """The request was sent once, and its answer is not whole."""
    with web(good, _answering(BROKEN[name])) as server:
        api = HttpsApi(_webadmin(server.port, good), deadline_seconds=5)
        with ends_within(5), pytest.raises(OutcomeUnknownError) as caught:
            api.request("PUT", PATH, [("sharedSecret", b"kvgP1SRzWV")])
        assert "kvgP1SRzWV" not in str(caught.value)
        assert "s3cret" not in str(caught.value)
        assert len(server.requests) == 1


def _drip(content: bytes) -> Behave:
    def behave(connection: ssl.SSLSocket, _request: bytes) -> None:
        for number in range(len(content)):
            connection.sendall(content[number : number + 1])
            time.sleep(0.2)

    return behave


def _flood(connection: ssl.SSLSocket, _request: bytes) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def _stall(connection: ssl.SSLSocket, _request: bytes) -> None:
    connection.recv(1)


SLOW: dict[str, Behave] = {
    "says nothing": _stall,
    "drips its head": _drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100),
    "drips its body": _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000),
    "never comes to the point": _flood,
}


@pytest.mark.parametrize("name", SLOW)
def test_slow_answers_end_at_the_deadline(good: Certificate, name: str) -> None:
    """The whole request has one, not each read."""
    with web(good, SLOW[name]) as server:
        api = HttpsApi(_webadmin(server.port, good), deadline_seconds=0.7)
        with ends_within(0.7), pytest.raises(LateReplyError):
            api.request("GET", PATH)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "api"),
        ("GET", "/a b"),
        ("GET", "/a\r\nX: y"),
        ("GET", "/é"),
        ("GET", "/a#b"),
        ("PATCH", "/a"),
        ("GET\r\n", "/a"),
    ],
)
def test_what_is_no_request_is_not_sent(method: str, path: str) -> None:
    """Before any connection."""
    with pytest.raises(RefusedError):
        HttpsApi(_webadmin(1)).request(method, path)


def test_a_server_without_tls_and_no_server() -> None:
    """Two sentences; nothing was sent."""
    import threading
    from socket import create_server

    with create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            plain, _ = listener.accept()
            with plain:
                plain.recv(10)
                plain.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(UnreachableError, match="does not speak TLS"):
            HttpsApi(_webadmin(port), timeout=2).request("GET", PATH)
        thread.join()
    with closed_port() as port, pytest.raises(UnreachableError, match="refuses connections"):
        HttpsApi(_webadmin(port)).request("GET", PATH)


def test_a_server_that_never_shakes_hands() -> None:
    """Within the time for connecting."""
    from socket import create_server

    with create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with ends_within(0.5), pytest.raises(UnreachableError):
            HttpsApi(_webadmin(port), timeout=0.5).request("GET", PATH)
