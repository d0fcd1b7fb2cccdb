"""How the call bridge of a box finds an XMPP server and is taken in or refused.

Sources: TAC-213479 step 9 and scenarios 1 and 2, TAC-213821. One try is judged here; the
connection that lasts is `link.py`. Where neither a resolver nor a record of the box names servers,
a call bridge without a server address finds every running server of its domain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from . import resolving
from .cluster import leader_known_to, membership

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


@dataclass(frozen=True)
class Attempt:
    """One try. `rests_on` is all outside the call bridge that could change what came of it, DNS
    and the network aside: `box NAME`, or `domain NAME` for every box that has this domain."""

    login: Login
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Asked:
    """The boxes that a call bridge would turn to, whether or not they serve."""

    servers: list[Box]
    domain: str | None = None


def log_in(world: World, box: Box) -> Attempt:
    """Try to log in with the settings of the box and say what comes of it."""
    settings = box.xmpp_settings
    if not settings["uniqueName"] or not settings["domain"] or box.lacks_xmpp:
        return Attempt(Login("not configured"))
    override = settings["serverAddressOverride"]
    asked = _pinned(world, box, override) if override else _of_domain(world, box)
    if asked is None:
        return Attempt(Login("dns error"))
    if asked.domain is None:
        return Attempt(_met(world, box, asked), tuple(f"box {one.name}" for one in asked.servers))
    return Attempt(_met(world, box, asked), (f"domain {asked.domain}",))


def _met(world: World, box: Box, asked: _Asked) -> Login:
    settings = box.xmpp_settings
    servers = [one for one in asked.servers if serves(box, one)]
    if not servers:
        # Servers that answer to nobody; the text of the real box for it is not known (guess).
        return Login("connection failure" if asked.domain is None else "dns error")
    if world.switches["login-without-address"] == "first":
        servers = servers[:1]
    for server in servers:
        if accepts(server, settings):
            return Login("registered", server.name)
    return Login("authentication failure")


def _pinned(world: World, box: Box, override: str) -> _Asked | None:
    # TAC-213821: host or host:port; localhost is the server of the same box.
    host = override.rsplit(":", 1)[0]
    is_own = host in ("localhost", "127.0.0.1") and world.resolve(host) is None
    address = box.address if is_own else resolving.address_of(box, host)
    if address is None:
        return None
    return _at(world, [address])


def _of_domain(world: World, box: Box) -> _Asked | None:
    domain = box.xmpp_settings["domain"]
    named = resolving.component_servers(box, domain)
    if named is not None:
        # The port must be the one that servers listen on for call bridges (DOC CVD12).
        hosts = [host for host, port in named if port == resolving.COMPONENT_PORT]
        addresses = [resolving.address_of(box, host) for host in hosts]
        return None if not any(addresses) and hosts else _at(world, filter(None, addresses))
    if world.resolver is not None:
        return None
    found = [one for one in world.boxes.values() if one.xmpp.domain == domain]
    if world.switches["login-order"] == "own-first":
        found.sort(key=lambda server: server is not box)
    return _Asked(found, domain)


def _at(world: World, addresses: Iterable[str]) -> _Asked:
    found = [world.at_address(address) for address in addresses]
    return _Asked([one for one in found if one is not None])


def serves(box: Box, server: Box) -> bool:
    """Whether a server takes logins of this box: reached, running, with a leader if clustered.

    INFERRED from TAC-213479: members forward to the leader, so without one there is an outage.
    """
    xmpp = server.xmpp
    if not (xmpp.is_running and server.is_up and box.is_up) or server.lacks_xmpp:
        return False
    is_reached = box is server or not (box.is_cut_off or server.is_cut_off)
    if not is_reached or not box.world.is_linked(box.name, server.name):
        return False
    if not xmpp.is_cluster_enabled:
        return True
    cluster = membership(server)
    return cluster is not None and leader_known_to(server, cluster) is not None


def record_domain(server: Box, name: str) -> str | None:
    """The domain of a call bridge's record: the server's, or the one that it was added with."""
    xmpp = server.xmpp
    is_kept = server.world.switches["callbridge-record-domain"] == "kept"
    return xmpp.record_domains.get(name, xmpp.domain) if is_kept else xmpp.domain


def accepts(server: Box, settings: dict[str, str]) -> bool:
    """Whether name, domain and secret are those of a record on the server."""
    xmpp = server.xmpp
    domains = (xmpp.domain, *xmpp.more_domains)
    is_of_record = settings["domain"] == record_domain(server, settings["uniqueName"])
    return (
        settings["domain"] in domains
        and (is_of_record or settings["domain"] in xmpp.more_domains)
        and xmpp.callbridges.get(settings["uniqueName"]) == settings["sharedSecret"] != ""
    )
