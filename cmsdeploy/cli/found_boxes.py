"""What live boxes are set to, read with commands that only read, for `import`."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from cmsdeploy.cli.job import Site
from cmsdeploy.errors import HostError
from cmsdeploy.families.callbridge.calls import SETTINGS
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.facts import understand as understand_login
from cmsdeploy.families.first_fact import VERSION
from cmsdeploy.families.xmpp import commands
from cmsdeploy.families.xmpp.facts import XmppState, understand
from cmsdeploy.model.action import Read, Reply
from cmsdeploy.model.host import Host
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.session.contract import Session

__all__ = ["FoundBox", "found_boxes"]

_READS = (VERSION, commands.STATUS, commands.BRIDGE_LIST, commands.CLUSTER_STATUS)


@dataclass(frozen=True)
class FoundBox:
    """One box: its server, its login, and why something could not be read ("" where it could)."""

    host: Host
    server: XmppState = field(default_factory=XmppState)
    login: CallbridgeState = field(default_factory=CallbridgeState)
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


def _found(site: Site, host: Host) -> FoundBox:
    session = site.open_session(host)
    replies: dict[Read, Reply] = {}
    try:
        for read in _READS:
            replies[read] = session.read(read)
        listen = understand(replies).listen
        for interface in () if listen is UNKNOWN else sorted(listen):
            asked = commands.address(interface)
            replies[asked] = session.read(asked)
        login, error = _login(session, host)
        return FoundBox(host, understand(replies), login, error)
    except HostError as failed:
        failed.host = failed.host or host.name
        return FoundBox(host, understand(replies), error=failed)
    finally:
        session.close()


def _login(session: Session, host: Host) -> tuple[CallbridgeState, HostError | None]:
    if host.webadmin is None:
        return CallbridgeState(), None
    try:
        return understand_login({SETTINGS: session.read(SETTINGS)}), None
    except HostError as error:
        error.host = error.host or host.name
        return CallbridgeState(), error
