"""Certificates by ACME: a real server, the proof by our own update into BIND (RFC 8555, DNS-01)."""

from __future__ import annotations

import base64
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.certificates import openssl
from tests.dns.bind import DOMAIN, KEY, Server, primary, secondary
from tests.dns.material import SERVERS
from tests.dns.pebble import Pebble, pebble
from tests.lab_dns.programs import Key, nsupdate, transferred

ROOT = Path(__file__).parent.parent.parent
PROOFS = [f"_acme-challenge.{DOMAIN}", f"_acme-challenge.cb1.{DOMAIN}"]


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with primary(tmp_path_factory.mktemp("acme")) as running:
        yield running


@pytest.fixture(scope="module")
def authority(zone: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    with pebble(tmp_path_factory.mktemp("pebble"), zone, refused_nonces=30) as running:
        yield running


def _inventory(folder: Path, *servers: str) -> Path:
    hosts = "".join(f"        {host}: {{ansible_host: {ip}}}\n" for host, ip in SERVERS.items())
    path = folder / "hosts.yml"
    path.write_text(
        "all:\n  children:\n    xmpp_servers:\n      hosts:\n" + hosts + "      vars:\n"
        f"        xmpp_domain: {DOMAIN}\n"
        f"        xmpp_dns_servers: [{', '.join(servers)}]\n"
        "        xmpp_dns_key: {name: deploy, secret: \"{{ lookup('env', 'TSIG') }}\"}\n"
    )
    return path


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cmsdeploy", "certs", *words],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "CMSDEPLOY_STATE": str(folder / "state"),
            "TSIG": base64.b64encode(KEY.secret).decode(),
            # Nothing of this counts.
            "REQUESTS_CA_BUNDLE": "/nonexistent",
            "HTTPS_PROXY": "http://127.0.0.1:1",
        },
    )  # fmt: skip


def _requested(folder: Path, *names: str) -> None:
    made = _run(folder, "request", "cms", "--cn", names[0], *(f"--san={one}" for one in names[1:]))
    assert made.returncode == 0, made.stderr


def _signed(folder: Path, server: Pebble, *more: str) -> subprocess.CompletedProcess[str]:
    words = ["--acme", server.directory, "--acme-ca", str(server.ca_file), *more]
    return _run(folder, "sign", "-i", "hosts.yml", *words, "cms.csr")


def _proofs_in(zone: Server) -> list[str]:
    return [line for line in transferred(zone.place, DOMAIN) if " txt " in line]


def test_a_request_becomes_a_chain_that_openssl_verifies(
    zone: Server, authority: Pebble, tmp_path: Path
) -> None:
    """Two names, two proofs, a third of the nonces refused; the proofs are gone afterwards."""
    _inventory(tmp_path, zone.words)
    _requested(tmp_path, DOMAIN, f"cb1.{DOMAIN}")
    done = _signed(tmp_path, authority, "--agree-terms", "--contact", f"admin@{DOMAIN}")
    assert done.returncode == 0, done.stderr
    leaf = (tmp_path / "cms.crt").read_bytes()
    bundle = (tmp_path / "cms-bundle.crt").read_bytes()
    now = datetime.now(timezone.utc)
    assert openssl.verifies(tmp_path, leaf, [bundle], [authority.root()], now) == ""
    names = openssl.made("x509", "-noout", "-ext", "subjectAltName", content=leaf).decode()
    assert f"DNS:{DOMAIN}" in names
    assert f"DNS:cb1.{DOMAIN}" in names
    own = openssl.made("pkey", "-pubout", content=(tmp_path / "cms.key").read_bytes())
    assert openssl.made("x509", "-noout", "-pubkey", content=leaf) == own
    assert _proofs_in(zone) == []
    (key,) = (tmp_path / "state" / "acme").iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    (tmp_path / "cms.crt").unlink()
    (tmp_path / "cms-bundle.crt").unlink()
    again = _signed(tmp_path, authority, "--agree-terms")
    assert again.returncode == 0, again.stderr
    assert "new account key" in done.stdout
    assert "new account key" not in again.stdout
    secret = base64.b64encode(KEY.secret).decode()
    assert [text for text in (done.stdout, done.stderr) if secret in text] == []


def test_records_of_others_at_the_same_name_stay(
    zone: Server, authority: Pebble, tmp_path: Path
) -> None:
    """Somebody else proves the same name at the same time: both records stand side by side."""
    _inventory(tmp_path, zone.words)
    _requested(tmp_path, DOMAIN)
    key = Key("deploy.", KEY.secret)
    line = f'{PROOFS[0]}. 60 TXT "somebody elses proof"'
    assert nsupdate(zone.place, [f"zone {DOMAIN}", f"update add {line}"], key) == "NOERROR"
    try:
        done = _signed(tmp_path, authority, "--agree-terms")
        assert done.returncode == 0, done.stderr
        assert len(_proofs_in(zone)) == 1
        assert "somebody elses proof" in _proofs_in(zone)[0]
    finally:
        nsupdate(zone.place, [f"zone {DOMAIN}", f"update delete {PROOFS[0]}. TXT"], key)


def test_terms_are_agreed_to_by_a_person(zone: Server, authority: Pebble, tmp_path: Path) -> None:
    _inventory(tmp_path, zone.words)
    _requested(tmp_path, DOMAIN)
    done = _signed(tmp_path, authority)
    assert done.returncode == 3
    assert "has terms of service" in done.stderr
    assert "--agree-terms" in done.stderr
    assert not (tmp_path / "cms.crt").exists()


def test_a_name_outside_the_zone_is_refused(
    zone: Server, authority: Pebble, tmp_path: Path
) -> None:
    """And what was put for the other names is taken out."""
    _inventory(tmp_path, zone.words)
    _requested(tmp_path, DOMAIN, "cms.example.net")
    done = _signed(tmp_path, authority, "--agree-terms")
    assert done.returncode == 3
    assert "would not be in the zone tptac9.com." in done.stderr
    assert _proofs_in(zone) == []


def test_a_proof_that_nobody_sees_is_an_error_in_words(zone: Server, tmp_path: Path) -> None:
    """The authority asks another server: it says so, and the proof is taken out."""
    _inventory(tmp_path, zone.words)
    _requested(tmp_path, DOMAIN)
    with primary(tmp_path / "other") as other, pebble(tmp_path / "pebble", other) as blind:
        done = _signed(tmp_path, blind, "--agree-terms")
    assert done.returncode == 2
    assert f"the authority does not see the proof: {DOMAIN}: " in done.stderr
    assert _proofs_in(zone) == []
    assert not (tmp_path / "cms.crt").exists()


def test_a_secondary_that_does_not_show_the_proof_stops_it(
    zone: Server, authority: Pebble, tmp_path: Path
) -> None:
    """Before the authority is asked to look: it may ask any server of the zone."""
    with secondary(tmp_path / "second", zone) as behind:
        _inventory(tmp_path, zone.words, behind.words)
        _requested(tmp_path, DOMAIN)
        done = _signed(tmp_path, authority, "--agree-terms", "--timeout", "2")
    assert done.returncode == 2
    assert f"{behind.words} did not show the proof at {PROOFS[0]}." in done.stderr
    assert _proofs_in(zone) == []


class _Dripping(threading.Thread):
    """Takes TLS connections and never ends its answer."""

    def __init__(self, pebble_files: Pebble) -> None:
        super().__init__(daemon=True)
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        folder = pebble_files.ca_file.parent
        context.load_cert_chain(folder / "own.crt", folder / "own.key")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._context = context

    def run(self) -> None:
        connection, _ = self._listener.accept()
        self._listener.close()
        with suppress(OSError), self._context.wrap_socket(connection, server_side=True) as wire:
            wire.recv(10_000)
            wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
            while True:
                wire.sendall(b"X-Drip: 1\r\n")
                time.sleep(0.5)


def test_the_whole_has_a_deadline(zone: Server, authority: Pebble, tmp_path: Path) -> None:
    """A server that drips holds the library for ever, and not us."""
    dripping = _Dripping(authority)
    dripping.start()
    _inventory(tmp_path, zone.words)
    _requested(tmp_path, DOMAIN)
    slow = Pebble(f"https://127.0.0.1:{dripping.port}/dir", authority.ca_file, "")
    started = time.monotonic()
    _run(tmp_path, "sign", "--help")
    to_start = time.monotonic() - started
    started = time.monotonic()
    done = _signed(tmp_path, slow, "--agree-terms", "--timeout", "2")
    # Only to begin takes its time where a machine is busy.
    assert time.monotonic() - started < 2 + 2 + max(6, 8 * to_start)
    assert done.returncode == 2
    assert "did not sign within 2 s" in done.stderr


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("--acme", "http://127.0.0.1/dir"), "cannot be an ACME directory", 5),
        (("--acme", "https://127.0.0.1:1/dir"), "cannot be reached", 4),
        (("--acme", "https://127.0.0.1/dir", "--ca", "x"), "say who signs", 5),
        ((), "say who signs", 5),
    ],
)
def test_what_cannot_be_is_said_in_words(
    zone: Server, tmp_path: Path, words: tuple[str, ...], said: str, code: int
) -> None:
    _inventory(tmp_path, zone.words)
    _requested(tmp_path, DOMAIN)
    done = _run(tmp_path, "sign", "-i", "hosts.yml", *words, "cms.csr")
    assert said in done.stderr
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_a_certificate_of_nobody_is_not_believed(zone: Server, tmp_path: Path) -> None:
    """The authority's own certificate has to be vouched for, whatever the environment says."""
    _inventory(tmp_path, zone.words)
    _requested(tmp_path, DOMAIN)
    with pebble(tmp_path / "pebble", zone) as stranger:
        done = _run(tmp_path, "sign", "-i", "hosts.yml", "--acme", stranger.directory, "cms.csr")
    assert done.returncode == 4
    assert "--acme-ca FILE" in done.stderr
