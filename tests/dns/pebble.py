"""Pebble, a small ACME server from Debian, on loopback: a real RFC 8555 server that asks BIND."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.dns.bind import Server
from tests.ports import free_port

__all__ = ["Pebble", "pebble"]

_START_SECONDS = 20.0


@dataclass(frozen=True)
class Pebble:
    """``directory`` is the URL, ``ca_file`` vouches for it; ``management`` tells its root."""

    directory: str
    ca_file: Path
    management: str

    def root(self) -> bytes:
        """The certificate of the authority, which ACME does not hand out."""
        return _got(f"{self.management}/roots/0", self.ca_file)


def _got(url: str, ca_file: Path) -> bytes:
    context = ssl.create_default_context(cafile=str(ca_file))
    with urllib.request.urlopen(url, timeout=5, context=context) as answer:
        return bytes(answer.read())


@contextmanager
def pebble(folder: Path, resolver: Server, refused_nonces: int = 0) -> Iterator[Pebble]:
    """Run it; ``resolver`` is where it looks for proofs, ``refused_nonces`` is in percent."""
    found = shutil.which("pebble")
    if not found:
        pytest.fail("pebble is missing: apt-get install pebble")
    folder.mkdir(parents=True, exist_ok=True)
    key, certificate = folder / "own.key", folder / "own.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    port, management = free_port(), free_port()
    configuration = {
        "listenAddress": f"127.0.0.1:{port}",
        "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(certificate),
        "privateKey": str(key),
        "httpPort": 1,
        "tlsPort": 1,
    }
    (folder / "config.json").write_text(json.dumps({"pebble": configuration}))
    place = f"{resolver.place.address}:{resolver.place.port}"
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [found, "-config", str(folder / "config.json"), "-dnsserver", place, "-strict"],
            stdout=log, stderr=log,
            env={
                "PATH": os.environ["PATH"],
                "PEBBLE_VA_NOSLEEP": "1",
                "PEBBLE_WFE_NONCEREJECT": str(refused_nonces),
            },
        )  # fmt: skip
    server = Pebble(f"https://127.0.0.1:{port}/dir", certificate, f"https://127.0.0.1:{management}")
    try:
        end = time.monotonic() + _START_SECONDS
        while not _is_up(server):
            if running.poll() is not None or time.monotonic() > end:
                pytest.fail(f"pebble does not answer:\n{(folder / 'log').read_text()}")
            time.sleep(0.05)
        yield server
    finally:
        running.terminate()
        running.wait(_START_SECONDS)


def _is_up(server: Pebble) -> bool:
    try:
        return bool(_got(server.directory, server.ca_file))
    except OSError:
        return False
