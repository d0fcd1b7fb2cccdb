"""Reading inventory sources into one tree: lists of hosts, YAML and INI files, and folders."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.content import Content, content_of
from cmsdeploy.inventory.document import load_text
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.names import check_host_name, split_port
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.reading import check_spelling
from cmsdeploy.inventory.tree import UNGROUPED, Tree
from cmsdeploy.inventory.yaml_source import read_yaml

__all__ = ["is_host_list", "read_source"]

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
_AS_TEXT = "write the hosts into an INI or YAML file"
_INI_HEADER = r"(?m)^\[[^:\]\s]+(?::\w+)?\]\s*(?:#.*)?$"
_YAML_BEGIN = r"---|%YAML|\{|(?:\"[^\"]*\"|'[^']*'|[^\s:#]+):(?:\s|$)"


def is_host_list(source: Path) -> bool:
    """Whether ``source`` names hosts (``cb1,cb2``) and no file."""
    return "," in str(source) and not os.path.lexists(source)


def read_source(path: Path, tree: Tree, keyring: Keyring | None = None, *, depth: int = 0) -> None:
    """Add what ``path`` says to ``tree``. Raises :class:`InputError`."""
    if is_host_list(path):
        _read_list(str(path), tree)
    elif os.path.isdir(path):
        _read_folder(path, tree, keyring, depth)
    else:
        _read_file(path, tree, keyring)


def _read_list(text: str, tree: Tree) -> None:
    origin = Origin("-i")
    for word in text.split(","):
        pattern = word.strip()
        if not pattern:
            continue
        name, port = split_port(pattern)
        try:
            check_host_name(name)
        except InputError as error:
            action = "write -i 'host1,host2,'; a range is not read here, as in Ansible"
            raise InputError(error.cause, action, origin) from None
        if port is not None:
            tree.set_port(name, Node(port, origin, written=str(port)))
        if name not in tree.host_origins:
            tree.add_host(name, UNGROUPED, origin)


def _read_folder(path: Path, tree: Tree, keyring: Keyring | None, depth: int) -> None:
    if depth > 10:
        raise InputError("folders are nested too deep", "look for a link", Origin(str(path)))
    entries = sorted(name for name in os.listdir(path) if not _is_ignored(name))
    check_spelling(path, entries)
    for name in entries:
        read_source(path / name, tree, keyring, depth=depth + 1)
    if not entries and not depth:
        raise InputError(
            "the folder holds no inventory",
            "put hosts.yml or hosts.ini into it",
            Origin(str(path)),
        )


def _is_ignored(name: str) -> bool:
    is_other = name.startswith(".") or name in _IGNORED_FOLDERS or name == "files"
    return is_other or name.endswith(tuple(_IGNORED_ENDINGS))


def _read_file(path: Path, tree: Tree, keyring: Keyring | None) -> None:
    origin = Origin(str(path))
    if path.suffix == ".toml":
        raise InputError("TOML inventories are not supported", _AS_TEXT, origin)
    content = content_of(path, keyring=keyring, is_tab_allowed=path.suffix not in _YAML_ENDINGS)
    if content.text.startswith("#!"):
        raise InputError("inventory scripts are not supported", _AS_TEXT, origin)
    if not _is_yaml(path, content):
        # Imported here: a site has its hosts in INI or in YAML, mostly.
        from cmsdeploy.inventory.ini_source import read_ini

        read_ini(content, tree)
        return
    root = load_text(content, keyring)
    if root is None or root.kind is not Kind.MAPPING:
        found = "nothing" if root is None else root.described
        raise InputError(
            f"an inventory is a mapping of groups, this is {found}",
            "begin with all: and below it hosts:",
            root.origin if root else origin,
        )
    read_yaml(root, tree)


def _is_yaml(path: Path, content: Content) -> bool:
    if path.suffix:
        return path.suffix in _YAML_ENDINGS
    # Ansible tries YAML, then INI. What begins like a mapping and has no section is meant as YAML.
    if re.search(_INI_HEADER, content.text):
        return False
    lines = (line for line in content.lines if line.strip() and not line.lstrip().startswith("#"))
    return re.match(_YAML_BEGIN, next(lines, "---")) is not None
