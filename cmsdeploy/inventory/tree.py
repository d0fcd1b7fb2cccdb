"""Groups, their children and their hosts: who belongs to whom, and in which order.

The order of hosts is depth-first in order of declaration, always: Ansible walks a set from the
second level on, so that there ``groups['x'][0]`` changes from run to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.node import Node

__all__ = ["ALL", "PRIORITY", "UNGROUPED", "Group", "Tree"]

ALL = "all"
PRIORITY = "ansible_group_priority"
UNGROUPED = "ungrouped"


@dataclass
class Group:
    """One group as written. ``hosts`` and ``children`` map a name to where it was mentioned."""

    name: str
    hosts: dict[str, Origin] = field(default_factory=dict)
    children: dict[str, Origin] = field(default_factory=dict)
    variables: dict[str, Node] = field(default_factory=dict)

    def priority(self) -> int:
        """Which of two groups of one depth is stronger. Raises :class:`InputError`."""
        node = self.variables.get(PRIORITY)
        if node is None:
            return 1
        try:
            return int(node.value)
        except (TypeError, ValueError, OverflowError):
            raise node.problem(
                f"{PRIORITY} is {node.described}, not a number", "write a whole number"
            ) from None


class Tree:
    """All groups and hosts of all sources. Grown by the reader, then closed with ``settle``."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {ALL: Group(ALL), UNGROUPED: Group(UNGROUPED)}
        self.groups[ALL].children[UNGROUPED] = Origin("")
        self.host_variables: dict[str, dict[str, Node]] = {}
        self.host_origins: dict[str, Origin] = {}
        self.warnings: list[InputError] = []
        self._unborn: dict[str, dict[str, Node]] = {}
        self._ranks: dict[str, tuple[int, int, str]] = {}
        self._clean: set[str] = set()
        self._depths: dict[str, int] = {}
        self._groups_of: dict[str, tuple[str, ...]] = {}

    def group(self, name: str) -> Group:
        """The group of that name, made at its first mention."""
        if name not in self.groups:
            self.groups[name] = Group(name, variables=self._unborn.pop(name, {}))
        return self.groups[name]

    def variables_of(self, name: str) -> dict[str, Node]:
        """The variables of a group that may still have to be declared, to be filled."""
        if name in self.groups:
            return self.groups[name].variables
        return self._unborn.setdefault(name, {})

    def add_host(self, name: str, group: str, origin: Origin) -> dict[str, Node]:
        """Put ``name`` into ``group`` and give the host's variables, to be filled."""
        self.group(group).hosts.setdefault(name, origin)
        self.host_origins.setdefault(name, origin)
        return self.host_variables.setdefault(name, {})

    def set_port(self, host: str, port: Node) -> None:
        """The port behind a host's name. It counts at the first mention; Ansible passes over a
        later one in silence, so it is refused unless it says the same."""
        if host not in self.host_origins:
            self.host_variables.setdefault(host, {})["ansible_port"] = port
            return
        known = self.host_variables[host].get("ansible_port")
        if known is None or known.value != port.value:
            raise InputError(
                f"{host} was mentioned before without port {port.value}: Ansible would ignore it",
                "write it where the host is mentioned first, or as ansible_port",
            )

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
        self._ranks = {
            name: (self._depths[name], group.priority(), name)
            for name, group in self.groups.items()
        }
        self._settle_ancestors()
        self._warn_of_twins()

    def _warn_of_twins(self) -> None:
        for name in sorted(self.groups.keys() & self.host_origins.keys()):
            cause = f"{name} is a host and a group: in a pattern the host is meant"
            self.warnings.append(
                InputError(cause, "name one of them otherwise", self.host_origins[name])
            )

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

    def _settle_ancestors(self) -> None:
        parents: dict[str, list[str]] = {name: [] for name in self.groups}
        direct: dict[str, list[str]] = {host: [] for host in self.host_origins}
        for name, group in self.groups.items():
            for child in group.children:
                parents[child].append(name)
            for host in group.hosts:
                direct[host].append(name)
        known: dict[tuple[str, ...], tuple[str, ...]] = {}
        for host, names in direct.items():
            key = tuple(names)
            if key not in known:
                known[key] = self._ranked(key, parents)
            self._groups_of[host] = known[key]

    def _ranked(self, names: tuple[str, ...], parents: dict[str, list[str]]) -> tuple[str, ...]:
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += parents[name]
        return tuple(sorted(found - {ALL}, key=self._ranks.__getitem__))

    def groups_of(self, host: str) -> tuple[str, ...]:
        """The groups of ``host`` without ``all``, the weakest first (depth, priority, name)."""
        return self._groups_of[host]
