"""An inventory that a program of others has read already: plain values, no file, no template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.inventory import Inventory
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.layers import Layers
from cmsdeploy.inventory.node import Node, node_of
from cmsdeploy.inventory.secret_words import misspelt
from cmsdeploy.inventory.tree import Tree
from cmsdeploy.inventory.words import SECRET_PARTS, SECRET_WORDS
from cmsdeploy.template import Verbatim

__all__ = ["given_inventory", "given_node"]


def given_inventory(
    hosts: Mapping[str, Mapping[str, object]], groups: Mapping[str, Sequence[str]], folder: Path
) -> Inventory:
    """The ``hosts`` with their variables, in this order, and the ``groups`` that they are in.

    Values are final: text that looks like a template is text. ``folder`` is where the inventory
    stands, for files that it names. Secrets may be among the values: whoever read them has opened
    the vault. Raises :class:`InputError` for words that look like ours and are none.
    """
    origin = Origin(str(folder / "inventory"))
    tree = Tree()
    for host, variables in hosts.items():
        written = tree.add_host(host, "all", origin)
        for name, value in variables.items():
            is_sensitive = name in SECRET_WORDS or name in SECRET_PARTS
            written[name] = given_node(value, origin, is_sensitive=is_sensitive)
    for group, members in groups.items():
        for host in members:
            if host in hosts and group not in ("all", "ungrouped"):
                tree.add_host(host, group, origin)
    tree.settle()
    inventory = Inventory(tree, Layers(tree, [], None), {}, [None, folder], Keyring())
    problems = list(misspelt(inventory.layers.all_written()))
    if problems:
        raise InputError.of(problems)
    return inventory


def given_node(value: object, origin: Origin, *, is_sensitive: bool = False) -> Node:
    """``value`` (plain data) as it stands, at a place that has no lines."""
    return node_of(_verbatim(value), origin, is_sensitive=is_sensitive)


def _verbatim(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _verbatim(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_verbatim(item) for item in value]
    return Verbatim(value) if isinstance(value, str) else value
