"""A TLS server on the loopback that answers as it is told, byte by byte."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import SHUT_RDWR, create_server, socket

__all__ = ["Behave", "Certificate", "Web", "make_certificate", "web"]

Behave = Callable[[ssl.SSLSocket, bytes], None]


@dataclass(frozen=True)
class Certificate:
    """A key and a certificate, as files."""

    key: Path
    path: Path

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate."""
        der = ssl.PEM_cert_to_DER_cert(self.path.read_text())
        return hashlib.sha256(der).hexdigest()


def make_certificate(folder: Path, name: str, *options: str) -> Certificate:
    """A self-signed certificate by openssl. ``options`` as in ``openssl req``."""
    made = Certificate(folder / f"{name}.key", folder / f"{name}.crt")
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-keyout", str(made.key), "-out", str(made.path), "-subj", f"/CN={name}",
    ]  # fmt: skip
    subprocess.run([*command, *options], check=True, capture_output=True)
    return made


@dataclass
class Web:
    """A running server: what it was sent."""

    port: int
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def web(certificate: Certificate, behave: Behave) -> Iterator[Web]:
    """Serve TLS with ``certificate``; ``behave`` gets the connection and the head of a request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path, certificate.key)
    listener = create_server(("127.0.0.1", 0))
    server = Web(listener.getsockname()[1])
    threads: list[threading.Thread] = []

    def serve(plain: socket) -> None:
        with plain, suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
            connection.settimeout(2)
            request = _request(connection)
            if request:
                server.requests.append(request)
                behave(connection, request)

    def accept() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(plain,), daemon=True))
            threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        listener.shutdown(SHUT_RDWR)
        listener.close()
        acceptor.join(5)
        for thread in threads:
            thread.join(15)


def _request(connection: ssl.SSLSocket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        content = connection.recv(65536)
        if not content:
            return b""
        received += content
    head, _, body = received.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
