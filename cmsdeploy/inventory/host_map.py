"""``hostvars`` in a template: every host by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cmsdeploy.inventory.variables import HostVariables

if TYPE_CHECKING:
    from cmsdeploy.inventory.inventory import Inventory

__all__ = ["HostMap"]


class HostMap(Mapping[str, HostVariables]):
    """``hostvars``: the variables of every host, without those of plays and tasks."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def __getitem__(self, host: str) -> HostVariables:
        if host not in self._inventory.hosts:
            raise KeyError(host)
        return self._inventory.variables(host)

    def __iter__(self) -> Iterator[str]:
        return iter(self._inventory.hosts)

    def __len__(self) -> int:
        return len(self._inventory.hosts)
