"""What live boxes are set to, read with commands that only read, for `import`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from cmsdeploy.cli.job import Site
from cmsdeploy.errors import HostError
from cmsdeploy.families import families
from cmsdeploy.families.first_fact import VERSION
from cmsdeploy.model.action import Call, Command, Read, Replies, Reply, Tail
from cmsdeploy.model.host import Host
from cmsdeploy.model.secret import UNKNOWN, Secret, SecretRef, Unknown

__all__ = ["FoundBox", "Login", "Record", "Server", "found_boxes"]

_READS = (
    VERSION,
    Command.of("xmpp"),
    Command(("xmpp", "callbridge", "list"), shows_secrets=True),
    Command.of("xmpp", "cluster", "status"),
)
_LOGIN = (
    Call("GET", "/api/v1/system/configuration/xmpp"),
    Call("GET", "/api/v1/system/alarms"),
    Tail("log"),
)


class Record(Protocol):
    """A call bridge as one server lists it."""

    @property
    def secret(self) -> Secret | SecretRef:
        """What it has to log in with."""


class Server(Protocol):
    """What the family makes of the replies of an XMPP server."""

    enabled: bool | Unknown
    clustered: bool | Unknown
    domain: str | Unknown
    listen: frozenset[str] | Unknown
    key: str | Unknown
    certificate: str | Unknown
    bundle: str | Unknown
    trust: str | Unknown
    bridges: Mapping[str, Record] | Unknown
    peers: tuple[str, ...]
    leader: str | None
    addresses: frozenset[str]


class Login(Protocol):
    """What the family makes of the settings of a call bridge."""

    name: str | Unknown
    domain: str | Unknown
    server_address: str | Unknown

    @property
    def is_failing(self) -> bool:
        """Whether the box says that its login does not work."""


@dataclass(frozen=True)
class FoundBox:
    """One box: its server, its login, and why something could not be read ("" where it could)."""

    host: Host
    server: Server
    login: Login
    error: HostError | None = None

    @property
    def address(self) -> str:
        """By which the other servers list it; else the one that we connect to."""
        listed = {peer.rpartition(":")[0] for peer in self.server.peers}
        own = sorted(listed & (self.server.addresses | {self.host.address}))
        return own[0] if own else self.host.address

    @property
    def is_server(self) -> bool:
        """Whether it has a domain and a certificate: a server, or one to be."""
        known = (self.server.domain, self.server.certificate)
        return all(value not in (UNKNOWN, "") for value in known)

    @property
    def is_bridge(self) -> bool:
        """Whether the box has a login."""
        return self.login.name not in (UNKNOWN, "")


def found_boxes(site: Site, names: Sequence[str], forks: int) -> list[FoundBox]:
    """Read the boxes side by side; the error of a box is kept with it."""
    hosts = [site.host(name) for name in names]
    with ThreadPoolExecutor(max_workers=max(1, min(forks, len(hosts)))) as pool:
        return list(pool.map(lambda host: _found(site, host), hosts))


def _server(replies: Replies) -> Server:
    seen: Server = families()["xmpp"].state(replies)
    return seen


def _login(replies: Replies) -> Login:
    seen: Login = families()["callbridge"].state(replies)
    return seen


def _found(site: Site, host: Host) -> FoundBox:
    session = site.open_session(host)
    replies: dict[Read, Reply] = {}
    error = None
    try:
        for read in _READS:
            replies[read] = session.read(read)
        listen = _server(replies).listen
        for interface in () if listen is UNKNOWN else sorted(listen):
            asked = Command.of("ipv4", interface)
            replies[asked] = session.read(asked)
        for asking in () if host.webadmin is None else _LOGIN:
            replies[asking] = session.read(asking)
    except HostError as failed:
        error = failed
        error.host = error.host or host.name
    finally:
        session.close()
    return FoundBox(host, _server(replies), _login(replies), error)
