"""What a template of a task sees: the levels of variables, the weakest first.

inventory · vars of the play and of its imports · vars_prompt · vars_files · vars of blocks ·
vars of the task · set_fact · -e · the loop's own names
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cmsdeploy.inventory import Inventory
from cmsdeploy.inventory.node import Node
from cmsdeploy.inventory.variables import HostVariables, rendered
from cmsdeploy.playbook.play import Play, Task, Variables
from cmsdeploy.playbook.variable_files import PlayFiles

__all__ = ["Place", "Scopes"]


@dataclass(frozen=True)
class Place:
    """One batch of one play. ``all_hosts`` are those of the play, ``hosts`` those of the batch;
    ``answers`` is what ``vars_prompt`` gave, ``most_failed`` is in percent."""

    play: Play
    number: int
    batch: int
    hosts: tuple[str, ...]
    all_hosts: tuple[str, ...]
    answers: Variables = field(default_factory=dict)
    most_failed: float | None = None

    @cached_property
    def magic(self) -> Mapping[str, object]:
        """What Ansible says of a play to each of its hosts: one list for all of them."""
        # No run of ours is a check that decides otherwise: what plan shows is what apply sends.
        every = list(self.all_hosts)
        return {
            "ansible_check_mode": False,
            "ansible_play_batch": list(self.hosts),
            "ansible_play_hosts": every,
            "ansible_play_hosts_all": every,
            "ansible_play_name": self.play.name,
        }


class _HostVariablesByName(Mapping[str, Any]):
    """``hostvars``: inventory and facts of every host, without what plays and tasks say."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes

    def __getitem__(self, host: str) -> HostVariables:
        if host not in self._scopes.inventory.hosts:
            raise KeyError(host)
        return self._scopes.of_host(host)

    def __iter__(self) -> Iterator[str]:
        return iter(self._scopes.inventory.hosts)

    def __len__(self) -> int:
        return len(self._scopes.inventory.hosts)


class Scopes:
    """Makes the variables of a task on a host. ``facts`` grow while tasks set some."""

    def __init__(self, inventory: Inventory, extra: Variables, files: PlayFiles) -> None:
        self.inventory = inventory
        self.extra = extra
        self._files = files
        self._facts: dict[str, dict[str, Node]] = {}
        self._layers: dict[tuple[int, str], tuple[Variables, ...]] = {}
        self._by_name = _HostVariablesByName(self)

    def remember(self, host: str, facts: Variables) -> None:
        """What ``set_fact`` gave; it stays for the rest of the run."""
        self._facts.setdefault(host, {}).update(facts)

    def of_host(self, host: str) -> HostVariables:
        """What ``hostvars`` shows of ``host``."""
        layers = (self._facts.get(host, {}), self.extra)
        return self.inventory.scope(host, layers, {"hostvars": self._by_name})

    def of_task(
        self, place: Place, task: Task, host: str, names: Mapping[str, object] | None = None
    ) -> HostVariables:
        """What ``task`` sees on ``host``; ``names`` are those of a loop's turn."""
        layers = (*self._of_play(place, host), *task.variables, self._facts.get(host, {}))
        return self.inventory.scope(
            host, (*layers, self.extra), {**self._magic(place), **(names or {})}
        )

    def _magic(self, place: Place) -> dict[str, object]:
        return {**place.magic, "hostvars": self._by_name}

    def _of_play(self, place: Place, host: str) -> Sequence[Variables]:
        layers: tuple[Variables, ...] = (*place.play.variables, place.answers)
        if not place.play.files:
            return layers
        key = (place.number, host)
        if key not in self._layers:
            for entry in place.play.files:
                scope = self.inventory.scope(host, (*layers, self.extra), self._magic(place))
                layers = (*layers, self._read(place.play, entry, scope))
            self._layers[key] = layers
        return self._layers[key]

    def _read(self, play: Play, entry: Sequence[Node], scope: HostVariables) -> Variables:
        return self._files.variables(
            play.folder, entry, lambda node: rendered(node, scope, scope.lookup)
        )
