"""Reading inventory sources: YAML files, or folders of them, into one tree."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from cmsdeploy.errors import InputError, Origin, printable
from cmsdeploy.inventory.document import load_document
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.ranges import expanded
from cmsdeploy.inventory.reading import read_bytes
from cmsdeploy.inventory.tree import ALL, UNGROUPED, Tree

__all__ = ["read_source"]

_YAML_ENDINGS = {".yml", ".yaml", ".json"}
_IGNORED_ENDINGS = [
    "~",
    ".bak",
    ".orig",
    ".cfg",
    ".retry",
    ".swp",
    ".pyc",
    ".pyo",
    ".rpm",
    ".md",
    ".txt",
    ".rst",
]  # as Ansible ignores them
_IGNORED_FOLDERS = {"group_vars", "host_vars", "vars_plugins"}
_GROUP_WORDS = ("hosts", "vars", "children")
_GROUP_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_HOST_NAME = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}|[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}"
)
_INI_HEADER = re.compile(rb"^\s*\[[^\]\n]+\]\s*(#.*)?$", re.MULTILINE)


def read_source(path: Path, tree: Tree, *, depth: int = 0) -> None:
    """Add what ``path`` says to ``tree``. Raises :class:`InputError`."""
    if path.is_dir():
        _read_folder(path, tree, depth)
        return
    if "," in path.name and not path.exists():
        raise InputError(
            "a list of hosts is not supported as an inventory",
            "write a YAML inventory and name it with -i",
            Origin(str(path)),
        )
    _refuse_other_kinds(path)
    root = load_document(path)
    if root is None or root.kind is not Kind.MAPPING:
        found = "nothing" if root is None else root.described
        origin = root.origin if root else Origin(str(path))
        raise InputError(
            f"an inventory is a mapping of groups, this is {found}",
            "begin with all: and below it hosts:",
            origin,
        )
    _Reader(tree).read(root)


def _read_folder(path: Path, tree: Tree, depth: int) -> None:
    if depth > 10:
        raise InputError("folders are nested too deep", "look for a link", Origin(str(path)))
    entries = sorted(name for name in os.listdir(path) if not _is_ignored(name))
    for name in entries:
        read_source(path / name, tree, depth=depth + 1)
    if not entries and not depth:
        raise InputError(
            "the folder holds no inventory", "put hosts.yml into it", Origin(str(path))
        )


def _is_ignored(name: str) -> bool:
    is_other = name.startswith(".") or name in _IGNORED_FOLDERS or name == "files"
    return is_other or name.endswith(tuple(_IGNORED_ENDINGS))


def _refuse_other_kinds(path: Path) -> None:
    origin = Origin(str(path))
    action = "write it as YAML: all: with hosts:, children: and vars: below"
    if path.suffix == ".ini":
        raise InputError("INI inventories are not supported yet", action, origin)
    if path.suffix == ".toml":
        raise InputError("TOML inventories are not supported", action, origin)
    if path.suffix in _YAML_ENDINGS:
        return
    content = read_bytes(path)
    if content.startswith(b"#!"):
        raise InputError("inventory scripts are not supported", action, origin)
    if _INI_HEADER.search(content):
        raise InputError("INI inventories are not supported yet", action, origin)


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
        if not self._is_name(key, _GROUP_NAME, "group"):
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
            self._is_name(key, _HOST_NAME, "host")
            return
        try:
            names = expanded(str(key.value))
        except InputError as error:
            self._say(key, printable(error.cause), error.action)
            return
        for name in names:
            shown = Node(name, key.origin, line=key.line, written=name)
            if self._is_name(shown, _HOST_NAME, "host"):
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

    def _is_name(self, key: Node, form: re.Pattern[str], what: str) -> bool:
        if not key.is_text:
            self._say(key, f"the name of a {what} is {key.described}", "quote it")
            return False
        name = str(key.value)
        is_reserved = what == "host" and name in {ALL, UNGROUPED}
        if form.fullmatch(name) and not is_reserved:
            return True
        shown = printable(name, 60)
        if what == "host" and re.fullmatch(r"[^:]+:\d+", name):
            self._say(key, f"{shown!r} has a port in its name", "write ansible_port below it")
        else:
            self._say(
                key, f"{shown!r} cannot be the name of a {what}", "use letters, digits, - _ and ."
            )
        return False

    def _say(self, node: Node, cause: str, action: str) -> None:
        self._problems.append(node.problem(cause, action))
