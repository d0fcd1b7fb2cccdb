"""A box as the inventory describes it: where it is, who it is, how to log in."""

from __future__ import annotations

from dataclasses import dataclass, field

from cmsdeploy.errors import Origin
from cmsdeploy.model.cluster import DEFAULT_CLUSTER
from cmsdeploy.model.secret import Secret

__all__ = ["Host", "Login", "WebAdmin"]


@dataclass(frozen=True)
class Login:
    """How to log in. ``key_file`` is a path; ``is_agent_allowed`` lets ssh-agent be asked."""

    user: str = "admin"
    password: Secret | None = None
    key_file: str | None = None
    key_passphrase: Secret | None = None
    is_agent_allowed: bool = False


@dataclass(frozen=True)
class WebAdmin:
    """The Web Admin API that belongs to a box; it may run on another address than the MMP.

    ``fingerprint`` is the SHA-256 of the certificate (64 hexadecimal digits); ``ca_file`` a path.
    One of them, or the system's authorities, decides whether we talk to the right server.
    """

    host: str
    port: int = 443
    user: str = "admin"
    password: Secret | None = None
    fingerprint: str | None = None
    ca_file: str | None = None


@dataclass(frozen=True)
class Host:
    """One box. ``name`` is its inventory name, ``address`` what we connect to.

    ``host_key`` pins the SSH host key (``SHA256:…``). ``is_shell_only`` sends every command through
    one interactive shell instead of a channel each (``cms_session: shell``).
    """

    name: str
    address: str
    port: int = 22
    login: Login = Login()
    host_key: str | None = None
    webadmin: WebAdmin | None = None
    cluster: str = DEFAULT_CLUSTER
    is_shell_only: bool = False
    origin: Origin | None = field(default=None, compare=False)
