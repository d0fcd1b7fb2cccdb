"""Variables that follow from the inventory where nobody wrote them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from cmsdeploy.errors import InputError
from cmsdeploy.inventory.addresses import is_ip
from cmsdeploy.model.cluster import DEFAULT_CLUSTER
from cmsdeploy.model.secret import Secret
from cmsdeploy.template import UndefinedVariableError

__all__ = [
    "ABSENT",
    "BRIDGES",
    "SERVERS",
    "World",
    "by_cluster",
    "cluster_of",
    "computed_for",
    "servers_of",
]

SERVERS = "xmpp_servers"
BRIDGES = "callbridges"
PRESENT, ABSENT = "present", "absent"


class World(Protocol):
    """What has to be known of the whole inventory."""

    def hosts_in(self, group: str) -> tuple[str, ...]:
        """The hosts of a group in inventory order; none where there is no such group."""

    def members(self, group: str, cluster: str) -> tuple[str, ...]:
        """The hosts of a group that belong to a cluster, in inventory order."""

    def variables(self, host: str) -> Mapping[str, Any]:
        """The variables of a host."""


def cluster_of(world: World, host: str) -> str:
    """The cluster that ``host`` says it belongs to."""
    value = world.variables(host)["xmpp_cluster"]
    if isinstance(value, Secret):
        raise InputError(f"xmpp_cluster of {host} is a secret", "write the cluster's name")
    return str(value)


def by_cluster(world: World, group: str) -> dict[str, tuple[str, ...]]:
    """The hosts of ``group``, for each cluster, in inventory order: every host is asked once, where
    asking all of them for each of them would take a fleet minutes."""
    found: dict[str, list[str]] = {}
    for host in world.hosts_in(group):
        found.setdefault(cluster_of(world, host), []).append(host)
    return {cluster: tuple(hosts) for cluster, hosts in found.items()}


def servers_of(world: World, cluster: str) -> tuple[str, ...]:
    """The XMPP servers of ``cluster``, in inventory order."""
    return world.members(SERVERS, cluster)


def _servers(world: World, host: str) -> list[str]:
    return list(servers_of(world, cluster_of(world, host)))


def _staying(world: World, host: str) -> list[str]:
    """The servers that shall be in the cluster."""
    return [one for one in _servers(world, host) if world.variables(one)["xmpp_state"] != ABSENT]


def _named_bridges(world: World, host: str, *, are_absent: bool) -> list[str]:
    found = (world.variables(one) for one in world.members(BRIDGES, cluster_of(world, host)))
    return [
        one["callbridge_name"] for one in found if (one["callbridge_state"] == ABSENT) is are_absent
    ]


def _bridges(world: World, host: str) -> list[str]:
    return _named_bridges(world, host, are_absent=False)


def _bridges_absent(world: World, host: str) -> list[str]:
    return _named_bridges(world, host, are_absent=True)


def _first(world: World, host: str) -> str:
    servers = _staying(world, host) or _servers(world, host)
    if not servers:
        cluster = cluster_of(world, host)
        raise UndefinedVariableError(
            f"{host}: the cluster {cluster} has no XMPP server",
            f"put its servers into the group {SERVERS}, with xmpp_cluster: {cluster}",
        )
    return servers[0]


def _domain(world: World, host: str) -> Any:
    # Only for a call bridge that is no server itself; a server without a domain is refused.
    servers = [one for one in _servers(world, host) if one != host]
    if not servers or host in _servers(world, host):
        raise UndefinedVariableError(f"{host} has no xmpp_domain", "write xmpp_domain for it")
    return world.variables(servers[0])["xmpp_domain"]


def _own_address(world: World, host: str) -> Any:
    return world.variables(host)["ansible_host"]


def _seen_at(world: World, host: str) -> str:
    # The port by which the servers list each other (TAC 213479, Verify).
    address = str(world.variables(host)["xmpp_address"])
    return f"[{address}]:5222" if ":" in address else f"{address}:5222"


def _short_name(world: World, host: str) -> str:
    # A call bridge name has no domain part (Cisco Live LTRCOL-2250).
    return host.partition(".")[0]


def _itself(world: World, host: str) -> str:
    return host


def _dns_name(world: World, host: str) -> str:
    if is_ip(host):
        raise UndefinedVariableError(f"{host} has no name", "write xmpp_dns_name for it")
    return host if "." in host else f"{host}.{world.variables(host)['xmpp_domain']}"


def _dns_address(world: World, host: str) -> list[str]:
    address = str(world.variables(host)["ansible_host"])
    return [address] if is_ip(address) else []


def _dns_zone(world: World, host: str) -> object:
    return world.variables(host)["xmpp_domain"]


def _dns_hosts(world: World, host: str) -> list[dict[str, object]]:
    """What is said of each server of the cluster; priority and weight may differ."""
    return [_dns_host(server, world.variables(server)) for server in _staying(world, host)]


def _dns_host(server: str, variables: Mapping[str, object]) -> dict[str, object]:
    services = {
        name: variables[f"xmpp_dns_{name}"]
        for name in ("component", "client")
        if f"xmpp_dns_{name}" in variables
    }
    addresses = variables["xmpp_dns_address"]
    return {
        "host": server,
        "name": variables["xmpp_dns_name"],
        "addresses": addresses if isinstance(addresses, list) else [addresses],
        **services,
    }


def _default_cluster(world: World, host: str) -> str:
    return DEFAULT_CLUSTER


def _blank(world: World, host: str) -> str:
    return ""


def _present(world: World, host: str) -> str:
    return PRESENT


def _none(world: World, host: str) -> list[str]:
    return []


_RULES: Mapping[str, Callable[[World, str], Any]] = {
    "ansible_host": _itself,
    "xmpp_cluster": _default_cluster,
    "xmpp_cluster_first": _first,
    "xmpp_cluster_servers": _servers,
    "xmpp_domain": _domain,
    "xmpp_address": _own_address,
    "xmpp_seen_at": _seen_at,
    "xmpp_server_address": _blank,
    "xmpp_callbridges": _bridges,
    "xmpp_callbridges_absent": _bridges_absent,
    "xmpp_state": _present,
    "xmpp_peers_absent": _none,
    "xmpp_rotate": _none,
    "callbridge_state": _present,
    "callbridge_name": _short_name,
    "xmpp_dns_name": _dns_name,
    "xmpp_dns_address": _dns_address,
    "xmpp_dns_zone": _dns_zone,
    "xmpp_dns_hosts": _dns_hosts,
}


def computed_for(world: World, host: str) -> dict[str, Callable[[], Any]]:
    """For ``host``: the name of each computed variable, and how to get its value."""
    return {name: partial(rule, world, host) for name, rule in _RULES.items()}
