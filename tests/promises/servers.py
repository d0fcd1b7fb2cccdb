"""SSH servers for questions of identity: they count who asked to log in, and choose weak ways."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL

__all__ = ["KEYS", "PASSWORD", "Gate", "gate"]

PASSWORD = "the password of the gate"


def _keys() -> dict[str, paramiko.PKey]:
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    openssh = ed25519.Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
    )
    from io import StringIO

    return {
        "ed25519": paramiko.Ed25519Key.from_private_key(StringIO(openssh.decode())),
        "ecdsa-256": paramiko.ECDSAKey.generate(bits=256),
        "ecdsa-384": paramiko.ECDSAKey.generate(bits=384),
        "ecdsa-521": paramiko.ECDSAKey.generate(bits=521),
        "rsa-2048": paramiko.RSAKey.generate(2048),
        "rsa-3072": paramiko.RSAKey.generate(3072),
    }


KEYS = _keys()


@dataclass
class Gate(paramiko.ServerInterface):
    """What a server saw: ``tries`` of logins of any kind, ``agents`` that were to be forwarded."""

    port: int = 0
    tries: list[str] = field(default_factory=list)
    agents: int = 0

    def get_allowed_auths(self, username: str) -> str:
        self.tries.append("asked")
        return "password"

    def check_auth_none(self, username: str) -> int:
        self.tries.append("none")
        return AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        self.tries.append("password")
        return AUTH_SUCCESSFUL if password == PASSWORD else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.tries.append("key")
        return AUTH_FAILED

    def check_channel_forward_agent_request(self, channel: paramiko.Channel) -> bool:
        self.agents += 1
        return False


@contextmanager
def gate(
    keys: Sequence[str],
    *,
    ciphers: Sequence[str] = (),
    macs: Sequence[str] = (),
    strict: bool = True,
) -> Iterator[Gate]:
    """Serve with host ``keys``; ``strict`` is the strict key exchange against Terrapin."""
    made = Gate()
    listener = socket.create_server(("127.0.0.1", 0))
    made.port = listener.getsockname()[1]
    opened: list[paramiko.Transport] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                transport = paramiko.Transport(connection, strict_kex=strict)
                for name in keys:
                    transport.add_server_key(KEYS[name])
                options = transport.get_security_options()
                options.ciphers = tuple(ciphers) or options.ciphers
                options.digests = tuple(macs) or options.digests
                opened.append(transport)
                with suppress(paramiko.SSHException, EOFError):
                    transport.start_server(event=threading.Event(), server=made)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield made
    finally:
        listener.close()
        for transport in opened:
            transport.close()
