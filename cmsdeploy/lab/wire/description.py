"""What a caller says of one simulated box before the lab starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# DOC TAC-213821, NOTE23: name and password of a box that was never logged in to.
FIRST_LOGIN = "admin"


@dataclass(frozen=True)
class BoxDescription:
    """One box: where it listens, who may log in, what version it is.

    `address` is a loopback address (any of 127.0.0.0/8) and is also what its XMPP peers see; it
    is unique in a lab. Port 0 takes any free port. `authorized_keys` holds public keys, each as a
    line of an authorized_keys file. `host_key` is a private key in OpenSSH or PEM form; without
    one a new Ed25519 key is made at start. A box without MMP offers the Web Admin API only.
    `xmpp_ports` says, by the usual numbers (5222, 5223, 5269), where those of the XMPP server are.
    """

    name: str
    address: str = "127.0.1.1"
    ssh_port: int = 0
    api_port: int = 0
    user: str = FIRST_LOGIN
    password: str = FIRST_LOGIN
    version: str = "2.9.5"
    hostname: str | None = None
    has_mmp: bool = True
    authorized_keys: Sequence[str] = ()
    host_key: str | None = None
    xmpp_ports: Mapping[int, int] = field(default_factory=dict)
