"""The inventory as ``ansible-inventory`` prints it. Values are shown as written, not evaluated."""

from __future__ import annotations

from datetime import date
from typing import Any

from cmsdeploy.errors import InputError
from cmsdeploy.inventory.computed import computed_for
from cmsdeploy.inventory.inventory import Inventory
from cmsdeploy.inventory.keyring import Vaulted
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.secret_words import secret_nodes
from cmsdeploy.inventory.tree import ALL, UNGROUPED
from cmsdeploy.inventory.words import SECRET_WORDS
from cmsdeploy.template import Verbatim, is_template

__all__ = ["COMPUTED", "SENSITIVE", "as_graph", "as_host", "as_list", "shown"]

SENSITIVE = "(sensitive)"
_HARMLESS = frozenset({str, int, bool, float})
COMPUTED = "cmsdeploy_computed"


def as_list(inventory: Inventory) -> dict[str, Any]:
    """The shape of ``ansible-inventory --list``; a secret that stands in clear is hidden."""
    variables = {host: _written(inventory, host) for host in sorted(inventory.hosts)}
    hostvars = {host: values for host, values in variables.items() if values}
    listed: dict[str, Any] = {"_meta": {"hostvars": hostvars}}
    groups = inventory.tree.groups
    for name in [ALL, *sorted(set(groups) - {ALL})]:
        group = groups[name]
        children = [child for child in group.children if child != UNGROUPED]
        if name == ALL:
            # Ansible lists `ungrouped` there even where it is empty.
            listed[ALL] = {"children": [UNGROUPED, *children]}
            continue
        entry = {"hosts": list(group.hosts), "children": children}
        entry = {part: names for part, names in entry.items() if names}
        if entry:
            listed[name] = entry
    return listed


def as_host(inventory: Inventory, host: str) -> dict[str, Any]:
    """The shape of ``ansible-inventory --host``, and what is computed, apart."""
    inventory.origin(host, "")  # says that there is no such host
    written = _written(inventory, host)
    computed = {
        name: _value(inventory, host, name)
        for name in computed_for(inventory, host)
        if name not in written
    }
    known = {name: value for name, value in computed.items() if value is not None}
    return {**written, COMPUTED: known}


def _value(inventory: Inventory, host: str, name: str) -> Any:
    try:
        return inventory.variables(host)[name]
    except InputError:
        return None  # a cluster without servers has no first one; `check` says so


def _written(inventory: Inventory, host: str) -> dict[str, Any]:
    return {name: shown(name, node) for name, node in inventory.nodes(host).items()}


def shown(name: str, node: Node) -> Any:
    """The value of a variable as written; a secret in clear, or from a vault, is not shown."""
    if type(node.value) in _HARMLESS and name not in SECRET_WORDS and not node.is_sensitive:
        return node.value
    hidden = {id(part) for _, part in secret_nodes(name, node) if not _is_reference(part)}
    return _plain(node, hidden)


def _is_reference(node: Node) -> bool:
    return isinstance(node.value, Vaulted) or (
        isinstance(node.value, str) and is_template(node.value)
    )


def _plain(node: Node, hidden: set[int]) -> Any:
    if id(node) in hidden:
        return SENSITIVE
    if node.kind is Kind.MAPPING:
        return {str(key): _plain(item, hidden) for key, item in node.entries.items()}
    if node.kind is Kind.LIST:
        return [_plain(item, hidden) for item in node.items]
    if isinstance(node.value, Vaulted):
        return {"__ansible_vault": node.value.text}  # as ansible-inventory: still sealed
    if node.is_sensitive and node.value is not None:
        return SENSITIVE
    if isinstance(node.value, Verbatim):
        return {"__ansible_unsafe": str(node.value)}
    return node.value.isoformat() if isinstance(node.value, date) else node.value


def as_graph(inventory: Inventory) -> str:
    """The tree of groups and hosts, as ``ansible-inventory --graph`` draws it."""
    return "\n".join(_lines(inventory, ALL, 0)) + "\n"


def _lines(inventory: Inventory, name: str, depth: int) -> list[str]:
    group = inventory.tree.groups[name]
    lines = ["  |" * depth + f"--@{name}:" if depth else f"@{name}:"]
    for child in group.children:
        lines += _lines(inventory, child, depth + 1)
    if name != ALL:
        lines += ["  |" * (depth + 1) + f"--{host}" for host in group.hosts]
    return lines
