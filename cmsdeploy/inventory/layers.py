"""Which value of a variable wins: the layers of ansible-compat, weakest first.

    groups in the inventory · group_vars/all beside the inventory, then beside the playbook ·
    group_vars of the groups, likewise · the host in the inventory · host_vars, likewise

A value replaces a weaker one completely; mappings are not merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.node import Node
from cmsdeploy.inventory.tree import ALL, PRIORITY, Tree
from cmsdeploy.inventory.variable_files import VariableFolder

__all__ = ["Layer", "Layers"]

# What the layer is, for people, and its variables.
Layer = tuple[str, Mapping[str, Node]]


class Layers:
    """All that was written about variables, by group and by host."""

    def __init__(
        self,
        tree: Tree,
        beside: Sequence[Path],
        playbook: Path | None,
        keyring: Keyring | None = None,
    ) -> None:
        self._tree = tree
        groups, hosts = list(tree.groups), list(tree.host_origins)
        plays = [] if playbook is None or playbook in beside else [playbook]
        folders = [*dict.fromkeys(beside), *plays]
        self._group_files = [
            VariableFolder(folder / "group_vars", groups, keyring) for folder in folders
        ]
        self._host_files = [
            VariableFolder(folder / "host_vars", hosts, keyring) for folder in folders
        ]
        self._files = [*self._group_files, *self._host_files]
        self._of_groups: dict[tuple[str, ...], dict[str, Node]] = {}
        self.warnings = [warning for file in self._files for warning in file.warnings]

    def of_host(self, host: str) -> Iterator[Layer]:
        """All layers of ``host``, the weakest first."""
        yield from self._group_layers(self._tree.groups_of(host))
        yield f"the host {host} in the inventory", self._tree.host_variables[host]
        for file in self._host_files:
            yield f"host_vars/{host}", file.variables.get(host, {})

    def _group_layers(self, groups: tuple[str, ...]) -> Iterator[Layer]:
        for name in (ALL, *groups):
            # In the inventory this one orders the groups; in a file it is a variable like any.
            variables = dict(self._tree.groups[name].variables)
            variables.pop(PRIORITY, None)
            yield f"the group {name} in the inventory", variables
        for names in ((ALL,), groups):
            for file in self._group_files:
                for name in names:
                    yield f"group_vars/{name}", file.variables.get(name, {})

    def for_host(self, host: str) -> dict[str, Node]:
        """The winning values for ``host``."""
        groups = self._tree.groups_of(host)
        if groups not in self._of_groups:
            self._of_groups[groups] = _merged(self._group_layers(groups))
        merged = self._of_groups[groups] | self._tree.host_variables[host]
        for file in self._host_files:
            if host in file.variables:
                merged |= file.variables[host]
        return merged

    def written_for(self, host: str) -> Iterator[tuple[str, Node]]:
        """Every variable that was written for ``host`` alone, not for a group of it."""
        yield from self._tree.host_variables[host].items()
        for file in self._host_files:
            yield from file.variables.get(host, {}).items()

    def all_written(self) -> Iterator[tuple[str, Node]]:
        """Every variable of every layer, winners and losers."""
        for group in self._tree.groups.values():
            yield from group.variables.items()
        for variables in self._tree.host_variables.values():
            yield from variables.items()
        for file in self._files:
            for variables in file.variables.values():
                yield from variables.items()


def _merged(layers: Iterator[Layer]) -> dict[str, Node]:
    merged: dict[str, Node] = {}
    for _, variables in layers:
        merged |= variables
    return merged
