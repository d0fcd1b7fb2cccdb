"""How the call bridge of a box logs in to an XMPP server.

Sources: TAC-213479 step 9 and scenarios 1 and 2, TAC-213821. DNS records are not simulated yet: a
call bridge without a server address finds every running server of its domain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .cluster import is_alive

if TYPE_CHECKING:
    from .box import Box
    from .world import World

LoginState = Literal[
    "registered", "authentication failure", "dns error", "connection failure", "not configured"
]


@dataclass(frozen=True)
class Login:
    """State of a call bridge's XMPP connection; `server` names the box that it is held with."""

    state: LoginState
    server: str | None = None


def log_in(world: World, box: Box) -> Login:
    """Try to log in with the settings of the box and say what comes of it."""
    settings = box.xmpp_settings
    if not settings["uniqueName"] or not settings["domain"]:
        return Login("not configured")
    override = settings["serverAddressOverride"]
    servers = _pinned(world, box, override) if override else _of_domain(world, box)
    if servers is None:
        return Login("dns error")
    if not servers:
        # An address that answers to nobody; text of the real box for it is not known (guess).
        return Login("connection failure" if override else "dns error")
    if world.switches["login-without-address"] == "first":
        servers = servers[:1]
    for server in servers:
        if _accepts(server, settings):
            return Login("registered", server.name)
    return Login("authentication failure")


def _pinned(world: World, box: Box, override: str) -> list[Box] | None:
    # TAC-213821: host or host:port; localhost is the server of the same box.
    host = override.rsplit(":", 1)[0]
    server = world.resolve(host)
    if server is None and host in ("localhost", "127.0.0.1"):
        server = box
    if server is None:
        return None
    return [server] if _serves(world, server) and _sees(box, server) else []


def _of_domain(world: World, box: Box) -> list[Box]:
    domain = box.xmpp_settings["domain"]
    # Its own server first: a guess, and the order that a lab reader expects.
    ordered = sorted(world.boxes.values(), key=lambda server: server is not box)
    return [
        server
        for server in ordered
        if server.xmpp.domain == domain and _serves(world, server) and _sees(box, server)
    ]


def _sees(box: Box, server: Box) -> bool:
    return box is server or not (box.is_cut_off or server.is_cut_off)


def _serves(world: World, server: Box) -> bool:
    """Whether a server takes logins: running, and with a leader where it is clustered.

    INFERRED from TAC-213479: members forward to the leader, so without one there is an outage.
    """
    xmpp = server.xmpp
    if not xmpp.is_enabled or server.lacks_xmpp:
        return False
    if not xmpp.is_cluster_enabled:
        return True
    cluster = world.clusters.get(xmpp.cluster_number or 0)
    return cluster is not None and cluster.leader is not None and is_alive(server, cluster)


def _accepts(server: Box, settings: dict[str, str]) -> bool:
    xmpp = server.xmpp
    return (
        xmpp.domain == settings["domain"]
        and xmpp.callbridges.get(settings["uniqueName"]) == settings["sharedSecret"] != ""
    )
