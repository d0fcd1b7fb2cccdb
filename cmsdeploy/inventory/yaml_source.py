"""YAML inventories: a mapping of groups with hosts, vars and children."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator

from cmsdeploy.errors import InputError, printable
from cmsdeploy.inventory.names import check_group_name, check_host_name
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.ranges import expanded
from cmsdeploy.inventory.tree import UNGROUPED, Tree

__all__ = ["read_yaml"]

_GROUP_WORDS = ("hosts", "vars", "children")


def read_yaml(root: Node, tree: Tree) -> None:
    """Add what a YAML inventory says to ``tree``. Raises :class:`InputError`, all at once."""
    _Reader(tree).read(root)


class _Reader:
    """One document into the tree; collects what is wrong."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._problems: list[InputError] = []

    def read(self, root: Node) -> None:
        if "plugin" in root.entries:
            raise root.keys["plugin"].problem(
                "inventory plug-ins are not supported", "write the hosts into YAML"
            )
        for name, node in root.entries.items():
            self._group(root.keys[name], node)
        if self._problems:
            raise InputError.of(self._problems)

    def _group(self, key: Node, node: Node) -> str | None:
        if not self._is_name(key, check_group_name, "group"):
            return None
        name = str(key.value)
        self._tree.group(name)
        if node.value is None:
            return name
        if node.kind is not Kind.MAPPING:
            self._say(node, f"the group {name} is {node.described}", "write hosts: below it")
            return name
        for word, part in node.entries.items():
            self._part(name, node.keys[word], part)
        return name

    def _part(self, group: str, word: Node, node: Node) -> None:
        parts: dict[object, Callable[[str, Node], None]] = {
            "hosts": self._hosts,
            "vars": self._variables,
            "children": self._children,
        }
        read = parts.get(word.value)
        if read is None:
            near = difflib.get_close_matches(str(word.value), _GROUP_WORDS, n=1)
            action = f"did you mean {near[0]}?" if near else "use hosts, vars and children"
            self._say(word, f"a group has no {printable(str(word.value), 60)!r}", action)
        elif node.value is not None and node.kind is not Kind.MAPPING:
            self._say(
                node,
                f"{word.value} of group {group} is {node.described}, not a mapping",
                f"write {word.value}: with one 'name:' below it per line",
            )
        else:
            read(group, node)

    def _hosts(self, group: str, node: Node) -> None:
        for key in node.keys.values():
            for name in self._host_names(key):
                variables = self._tree.add_host(name, group, key.origin)
                self._fill(variables, node.entries[key.value], f"the host {name}")

    def _host_names(self, key: Node) -> Iterator[str]:
        if not key.is_text:
            self._is_name(key, check_host_name, "host")
            return
        try:
            names = expanded(str(key.value))
        except InputError as error:
            self._say(key, printable(error.cause), error.action)
            return
        for name in names:
            try:
                check_host_name(name)
            except InputError as error:
                self._say(key, error.cause, error.action)
            else:
                yield name

    def _variables(self, group: str, node: Node) -> None:
        self._fill(self._tree.group(group).variables, node, f"vars of {group}")

    def _fill(self, variables: dict[str, Node], node: Node, what: str) -> None:
        if node.value is None:
            return
        if node.kind is not Kind.MAPPING:
            self._say(node, f"{what} is {node.described}, not a mapping", "write name: value")
            return
        for key, value in node.entries.items():
            if isinstance(key, str):
                variables[key] = value
            else:
                name = node.keys[key]
                self._say(name, f"the name of a variable is {name.described}", "quote it")

    def _children(self, group: str, node: Node) -> None:
        for name, child in node.entries.items():
            if name == UNGROUPED:
                self._say(node.keys[name], f"{UNGROUPED} cannot be a child", "take it out")
            elif self._group(node.keys[name], child):
                self._tree.group(group).children.setdefault(name, node.keys[name].origin)

    def _is_name(self, key: Node, check: Callable[[str], None], what: str) -> bool:
        if not key.is_text:
            self._say(key, f"the name of a {what} is {key.described}", "quote it")
            return False
        try:
            check(str(key.value))
        except InputError as error:
            self._say(key, error.cause, error.action)
            return False
        return True

    def _say(self, node: Node, cause: str, action: str) -> None:
        self._problems.append(node.problem(cause, action))
