"""What the inventory and a plan say of a cluster, as the picture of it wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cmsdeploy.errors import InputError
from cmsdeploy.model.plan import Plan

if TYPE_CHECKING:
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.report.graph_topology import Bridge, Cluster, Server

__all__ = ["clusters_of"]

_SERVERS, _BRIDGES = "xmpp_servers", "callbridges"


def clusters_of(inventory: Inventory, plan: Plan) -> tuple[Cluster, ...]:
    """The clusters of the hosts in ``plan``.

    Who leads, and whose login works, is known where the plan rests on a look at the boxes
    (``facts``); else only what people wrote is shown.
    """
    from cmsdeploy.report.graph_topology import Cluster

    wrong: dict[str, str] = {}
    for refusal in plan.refusals:
        wrong.setdefault(refusal.host, f"refused: {refusal.rule}")
    names = {host: inventory.cluster(host) for host in inventory.hosts}
    wanted = dict.fromkeys(names[host] for host in plan.hosts if host in names)
    clusters = []
    for name in wanted:
        hosts = [host for host in inventory.hosts if names[host] == name]
        servers = [host for host in hosts if host in inventory.hosts_in(_SERVERS)]
        bridges = [host for host in hosts if host in inventory.hosts_in(_BRIDGES)]
        domains = [_word(inventory, host, "xmpp_domain") for host in (*servers, *bridges)]
        clusters.append(
            Cluster(
                name,
                next(filter(None, domains), ""),
                tuple(_server(inventory, host, plan, wrong) for host in servers),
                tuple(_bridge(inventory, host, plan, wrong) for host in bridges),
            )
        )
    return tuple(clusters)


def _server(inventory: Inventory, host: str, plan: Plan, wrong: Mapping[str, str]) -> Server:
    from cmsdeploy.report.graph_topology import Server

    seen = plan.facts.get(host, {}).get("xmpp", {})
    role = str(seen.get("state") or "").lower()
    if seen and not role:
        role = {True: "running, in no cluster", False: "stopped"}.get(seen.get("enabled"), "")
    address = _word(inventory, host, "xmpp_address")
    first = _word(inventory, host, "xmpp_cluster_first")
    others = (_word(inventory, host, "ansible_host"),)
    return Server(host, address, role, first == host, others, wrong.get(host, ""))


def _bridge(inventory: Inventory, host: str, plan: Plan, wrong: Mapping[str, str]) -> Bridge:
    from cmsdeploy.report.graph_topology import Bridge

    seen = plan.facts.get(host, {}).get("callbridge", {})
    alarm = seen.get("alarm")
    login = "logged in" if alarm is False and seen.get("name") else ""
    trouble = wrong.get(host, "") or ("not logged in" if alarm is True else "")
    name = _word(inventory, host, "callbridge_name") or host
    return Bridge(name, host, _word(inventory, host, "xmpp_server_address"), login, trouble)


def _word(inventory: Inventory, host: str, name: str) -> str:
    """The value of a word; "" where there is none, or none that can be told without a run."""
    try:
        value = inventory.variables(host)[name]
    except (InputError, KeyError):
        return ""
    return value if isinstance(value, str) else ""
