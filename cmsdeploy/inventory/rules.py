"""What an inventory has to be before a cluster can be built from it. All problems at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cmsdeploy.errors import InputError
from cmsdeploy.inventory.addresses import normal_address
from cmsdeploy.inventory.boxes import word_problem, word_value
from cmsdeploy.inventory.computed import ABSENT, BRIDGES, SERVERS, cluster_of
from cmsdeploy.inventory.words import WORDS

if TYPE_CHECKING:
    from cmsdeploy.inventory.inventory import Inventory

__all__ = ["ANY_NUMBER", "problems_of", "wrong_numbers"]

# What those may say who only look; no play can grant it.
ANY_NUMBER = "any-number"

_NEEDED = ("xmpp_domain", "xmpp_listen", "xmpp_certificate")
_NEEDED_ROLES = ("key", "cert", "trust")


def problems_of(inventory: Inventory, exceptions: frozenset[str]) -> list[InputError]:
    """Everything that is wrong, in the order of types, clusters, names, addresses."""
    types = list(_wrong_types(inventory))
    if types:
        return types  # what follows would stumble over the same values
    found: list[InputError] = []
    for cluster, servers in _by_cluster(inventory, SERVERS).items():
        if ANY_NUMBER not in exceptions:
            found += _wrong_size(inventory, cluster, servers, exceptions)
        found += _missing_words(inventory, cluster, servers)
        found += _different_domains(inventory, cluster, servers)
        found += _wrong_first(inventory, cluster, servers)
    found += _wrong_bridges(inventory)
    found += _wanted_and_gone(inventory)
    found += _same_addresses(inventory)
    return found


def wrong_numbers(
    inventory: Inventory, exceptions: frozenset[str]
) -> Iterator[tuple[str, str, InputError]]:
    """The first server and the name of every cluster that has too few servers, or an even number,
    with what is wrong; ``exceptions`` are granted by the plays."""
    for cluster, servers in _by_cluster(inventory, SERVERS).items():
        for problem in _wrong_size(inventory, cluster, servers, exceptions):
            yield servers[0], cluster, problem


def _wrong_types(inventory: Inventory) -> Iterator[InputError]:
    # A value in group_vars is wrong once, not once per host; a computed one has no place.
    seen: set[tuple[object, str]] = set()
    for host in inventory.hosts:
        variables = inventory.variables(host)
        for name in WORDS:
            problem = word_problem(variables, host, name)
            if problem is None:
                continue
            key = (problem.origin, name)
            if key not in seen:
                seen.add(key)
                yield problem


def _by_cluster(inventory: Inventory, group: str) -> dict[str, list[str]]:
    clusters: dict[str, list[str]] = {}
    for host in inventory.hosts_in(group):
        clusters.setdefault(cluster_of(inventory, host), []).append(host)
    return clusters


def _said(inventory: Inventory, host: str, word: str, cause: str, action: str) -> InputError:
    node = inventory.node(host, word)
    if node is not None:
        return node.problem(cause, action)
    return InputError(cause, action, inventory.tree.host_origins[host])


def _wrong_size(
    inventory: Inventory, cluster: str, servers: list[str], exceptions: frozenset[str]
) -> Iterator[InputError]:
    staying = [host for host in servers if inventory.variables(host)["xmpp_state"] != ABSENT]
    count = len(staying)
    if (count % 2 and count > 1) or not staying:
        return
    place = staying[0]
    if count == 2:
        yield _said(
            inventory,
            place,
            "xmpp_cluster",
            f"the cluster {cluster} has 2 XMPP servers: when one is lost, the other stops too",
            "use three, or one alone",
        )
    elif "undersized" not in exceptions:
        yield _said(
            inventory,
            place,
            "xmpp_cluster",
            f"the cluster {cluster} has {count} XMPP server{'s' if count > 1 else ''}: "
            + ("there is no other if it is lost" if count == 1 else "an even number can split"),
            "use three or five, or grant it in the play: allow: [undersized]",
        )


def _missing_words(inventory: Inventory, cluster: str, servers: list[str]) -> Iterator[InputError]:
    for word in _NEEDED:
        lacking = [host for host in servers if inventory.node(host, word) is None]
        if lacking:
            yield InputError(
                f"the cluster {cluster} has no {word} on {', '.join(lacking)}",
                f"write {word} for the group {SERVERS} or for the host",
                inventory.tree.host_origins[lacking[0]],
            )
    for host in servers:
        yield from _missing_roles(inventory, host)


def _missing_roles(inventory: Inventory, host: str) -> Iterator[InputError]:
    certificate = word_value(inventory.variables(host), host, "xmpp_certificate")
    if certificate is None:
        return
    lacking = [role for role in _NEEDED_ROLES if role not in certificate]
    if lacking:
        yield _said(
            inventory,
            host,
            "xmpp_certificate",
            f"xmpp_certificate of {host} has no {', no '.join(lacking)}",
            "write {key: …, cert: …, trust: …}, with the names that the files have on the box",
        )


def _domain(inventory: Inventory, host: str) -> str | None:
    if inventory.node(host, "xmpp_domain") is None:
        return None
    return str(inventory.variables(host)["xmpp_domain"]).lower()


def _different_domains(
    inventory: Inventory, cluster: str, servers: list[str]
) -> Iterator[InputError]:
    with_domain = [host for host in servers if _domain(inventory, host)]
    for host in with_domain[1:]:
        first, own = _domain(inventory, with_domain[0]), _domain(inventory, host)
        if own != first:
            yield _said(
                inventory,
                host,
                "xmpp_domain",
                f"in the cluster {cluster}, {with_domain[0]} has the domain {first} "
                f"and {host} has {own}",
                "give them one domain, or two clusters by xmpp_cluster",
            )


def _wrong_first(inventory: Inventory, cluster: str, servers: list[str]) -> Iterator[InputError]:
    named = {host: inventory.variables(host)["xmpp_cluster_first"] for host in servers}
    for host, first in named.items():
        if first not in servers:
            near = difflib.get_close_matches(str(first), servers, n=1)
            yield _said(
                inventory,
                host,
                "xmpp_cluster_first",
                f"xmpp_cluster_first of {host} is {first}, no XMPP server of the cluster {cluster}",
                f"did you mean {near[0]}?" if near else f"name one of {', '.join(servers)}",
            )
            return
        if first != named[servers[0]]:
            yield _said(
                inventory,
                host,
                "xmpp_cluster_first",
                f"{servers[0]} and {host} name different first servers",
                "name one, in the group's vars",
            )


def _wrong_bridges(inventory: Inventory) -> Iterator[InputError]:
    clusters = _by_cluster(inventory, SERVERS)
    for cluster, bridges in _by_cluster(inventory, BRIDGES).items():
        if cluster not in clusters:
            yield from _without_servers(inventory, cluster, bridges, list(clusters))
        names: dict[Any, str] = {}
        for host in bridges:
            problem = _wrong_name(inventory, host)
            name = inventory.variables(host)["callbridge_name"]
            if problem is not None:
                yield problem
            elif name in names:
                yield _said(
                    inventory,
                    host,
                    "callbridge_name",
                    f"{names[name]} and {host} are both the call bridge {name} "
                    f"of the cluster {cluster}",
                    "give each a callbridge_name of its own",
                )
            names.setdefault(name, host)


def _wanted_and_gone(inventory: Inventory) -> Iterator[InputError]:
    """A call bridge that has a host, and is said to be gone; one line may stand for many hosts."""
    seen: set[tuple[object, str]] = set()
    for host in inventory.hosts_in(SERVERS):
        node = inventory.node(host, "xmpp_callbridges_absent")
        if node is None:
            continue
        variables = inventory.variables(host)
        wanted, gone = variables["xmpp_callbridges"], variables["xmpp_callbridges_absent"]
        for name in gone if isinstance(gone, list) else [gone]:
            if name in wanted and (node.origin, name) not in seen:
                seen.add((node.origin, name))
                yield node.problem(
                    f"xmpp_callbridges_absent names {name}, which a host of {BRIDGES} is",
                    f"a dead box: take its host out; else callbridge_state: {ABSENT} for the host",
                )


def _wrong_name(inventory: Inventory, host: str) -> InputError | None:
    try:
        word_value(inventory.variables(host), host, "callbridge_name")
    except InputError as error:
        if error.origin is None:
            error.origin = inventory.tree.host_origins[host]
            error.action = "write callbridge_name for the host"
        return error
    return None


def _without_servers(
    inventory: Inventory, cluster: str, bridges: list[str], known: list[str]
) -> Iterator[InputError]:
    near = difflib.get_close_matches(cluster, known, n=1)
    if near:
        action = f"did you mean xmpp_cluster: {near[0]}?"
    elif known:
        action = f"name the cluster by xmpp_cluster: {' or '.join(known)}"
    else:
        action = f"put the XMPP servers into the group {SERVERS}"
    for host in bridges:
        yield _said(
            inventory,
            host,
            "xmpp_cluster",
            f"the call bridge {host} is in the cluster {cluster}, which has no XMPP server",
            action,
        )


def _same_addresses(inventory: Inventory) -> Iterator[InputError]:
    seen: dict[tuple[str, int], str] = {}
    for host in inventory.hosts:
        variables = inventory.variables(host)
        try:
            address = normal_address(word_value(variables, host, "ansible_host"))
            port = int(word_value(variables, host, "ansible_port") or 22)
        except InputError as error:
            error.origin = error.origin or inventory.tree.host_origins[host]
            yield error
            continue
        other = seen.setdefault((address, port), host)
        if other != host:
            yield _said(
                inventory,
                host,
                "ansible_host",
                f"{other} and {host} have the same address, {address} port {port}",
                "correct one of them",
            )
