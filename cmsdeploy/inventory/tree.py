"""Groups, their children and their hosts: who belongs to whom, and in which order.

The order of hosts is depth-first in order of declaration, always: Ansible walks a set from the
second level on, so that there ``groups['x'][0]`` changes from run to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.node import Node

__all__ = ["ALL", "UNGROUPED", "Group", "Tree"]

ALL = "all"
UNGROUPED = "ungrouped"


@dataclass
class Group:
    """One group as written. ``hosts`` and ``children`` map a name to where it was mentioned."""

    name: str
    hosts: dict[str, Origin] = field(default_factory=dict)
    children: dict[str, Origin] = field(default_factory=dict)
    variables: dict[str, Node] = field(default_factory=dict)

    @property
    def priority(self) -> int:
        node = self.variables.get("ansible_group_priority")
        return node.value if node and isinstance(node.value, int) else 1


class Tree:
    """All groups and hosts of all sources. Grown by the reader, then closed with ``settle``."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {ALL: Group(ALL), UNGROUPED: Group(UNGROUPED)}
        self.groups[ALL].children[UNGROUPED] = Origin("")
        self.host_variables: dict[str, dict[str, Node]] = {}
        self.host_origins: dict[str, Origin] = {}
        self._clean: set[str] = set()
        self._depths: dict[str, int] = {}
        self._groups_of: dict[str, tuple[str, ...]] = {}

    def group(self, name: str) -> Group:
        """The group of that name, made at its first mention."""
        return self.groups.setdefault(name, Group(name))

    def add_host(self, name: str, group: str, origin: Origin) -> dict[str, Node]:
        """Put ``name`` into ``group`` and give the host's variables, to be filled."""
        self.group(group).hosts.setdefault(name, origin)
        self.host_origins.setdefault(name, origin)
        return self.host_variables.setdefault(name, {})

    def settle(self) -> None:
        """Give every group a parent and every host a group; refuse cycles."""
        everything = self.groups[ALL]
        has_parent = {child for group in self.groups.values() for child in group.children}
        for name in self.groups:
            if name not in has_parent and name != ALL:
                everything.children[name] = Origin("")
        self._refuse_cycles(ALL, [])
        self._refuse_islands()
        self._settle_ungrouped()
        self._measure(ALL, 0)
        for host in self.host_origins:
            self._groups_of[host] = self._ancestors_of(host)

    def _refuse_cycles(self, name: str, path: list[str]) -> None:
        for child, origin in self.groups[name].children.items():
            if child == name or child in path:
                circle = [*path, name, child]
                shown = " > ".join(circle[circle.index(child) :])
                raise InputError(
                    f"the groups {shown} contain each other", f"take {child} out of {name}", origin
                )
            if len(path) > 50:
                raise InputError("groups are nested deeper than 50 levels", "unfold them", origin)
            if child not in self._clean:
                self._refuse_cycles(child, [*path, name])
        self._clean.add(name)

    def _refuse_islands(self) -> None:
        # A circle of groups that nobody outside mentions is not reached from `all`.
        reached = set(self._walk(ALL))
        for name, group in self.groups.items():
            if name not in reached:
                self._refuse_cycles(name, [])
                raise InputError(f"the group {name} contains itself", "", Origin(group.name))

    def _settle_ungrouped(self) -> None:
        lonely = self.groups[UNGROUPED].hosts
        grouped = {
            host
            for name, group in self.groups.items()
            if name not in {ALL, UNGROUPED}
            for host in group.hosts
        }
        for host in grouped & set(lonely):
            del lonely[host]
        for host, origin in self.host_origins.items():
            if host not in grouped:
                lonely.setdefault(host, origin)

    def _measure(self, name: str, depth: int) -> None:
        # The longest way counts; the guard also keeps a lattice of groups from exploding.
        if self._depths.get(name, -1) >= depth:
            return
        self._depths[name] = depth
        for child in self.groups[name].children:
            self._measure(child, depth + 1)

    def _walk(self, name: str) -> Iterator[str]:
        seen: dict[str, None] = {}

        def visit(one: str) -> None:
            if one not in seen:
                seen[one] = None
                for child in self.groups[one].children:
                    visit(child)

        visit(name)
        return iter(seen)

    def hosts_in(self, name: str) -> tuple[str, ...]:
        """The hosts of a group and of its descendants, each once, depth-first."""
        return tuple(
            dict.fromkeys(host for group in self._walk(name) for host in self.groups[group].hosts)
        )

    def _ancestors_of(self, host: str) -> tuple[str, ...]:
        found = {name for name in self.groups if host in self.groups[name].hosts}
        while True:
            parents = {name for name in self.groups if found & set(self.groups[name].children)}
            if parents <= found:
                break
            found |= parents
        found.discard(ALL)
        return tuple(sorted(found, key=self._rank))

    def _rank(self, name: str) -> tuple[int, int, str]:
        return self._depths[name], self.groups[name].priority, name

    def groups_of(self, host: str) -> tuple[str, ...]:
        """The groups of ``host`` without ``all``, the weakest first (depth, priority, name)."""
        return self._groups_of[host]
