"""A TLS server on the loopback that answers as it is told, byte by byte."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from socket import SHUT_RDWR, create_server, socket

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["Behave", "Certificate", "Web", "make_certificate", "make_odd_certificate", "web"]

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


def make_odd_certificate(
    folder: Path, name: str, valid: tuple[timedelta, timedelta], named: str
) -> Certificate:
    """A self-signed certificate as openssl's commands do not make one. ``valid`` is from now on,
    ``named`` an address or what stands as a DNS name, whatever it is."""
    made = Certificate(folder / f"{name}.key", folder / f"{name}.crt")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    is_address = named[0].isdigit()
    # The address stands beside the host name, so that nothing but the time is wrong.
    names: list[x509.GeneralName] = [x509.DNSName("localhost" if is_address else named)]
    names += [x509.IPAddress(ip_address(named))] if is_address else []
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1)
        .not_valid_before(now + valid[0])
        .not_valid_after(now + valid[1])
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    made.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    made.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
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
