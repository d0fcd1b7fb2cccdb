"""Which value of a variable wins: the layers of ansible-compat, weakest first.

    groups in the inventory · group_vars/all beside the inventory, then beside the playbook ·
    group_vars of the groups, likewise · the host in the inventory · host_vars, likewise

A value replaces a weaker one completely; mappings are not merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.tree import ALL, Tree
from cmsdeploy.inventory.variable_files import VariableFolder
from cmsdeploy.inventory.words import SECRET_WORDS, misspelling_of
from cmsdeploy.template import is_template, names_in

__all__ = ["Layers", "misspelt", "plain_secrets", "secret_nodes"]

_ACTION = (
    "write \"{{ lookup('env', 'NAME') }}\", or lookup('file', …) of a file with mode 0600, "
    "or take it out and let -k ask"
)
_GROUP_WORD = "ansible_group_priority"


class Layers:
    """All that was written about variables, by group and by host."""

    def __init__(self, tree: Tree, beside: Sequence[Path], playbook: Path | None) -> None:
        self._tree = tree
        groups, hosts = list(tree.groups), list(tree.host_origins)
        plays = [] if playbook is None or playbook in beside else [playbook]
        folders = [list(dict.fromkeys(beside)), plays]
        self._group_files = [
            [VariableFolder(folder / "group_vars", groups) for folder in row] for row in folders
        ]
        self._host_files = [
            [VariableFolder(folder / "host_vars", hosts) for folder in row] for row in folders
        ]
        rows = [*self._group_files, *self._host_files]
        self._files = [file for row in rows for file in row]
        self.warnings = [warning for file in self._files for warning in file.warnings]

    def for_host(self, host: str) -> dict[str, Node]:
        """The winning values for ``host``."""
        groups = self._tree.groups_of(host)
        merged: dict[str, Node] = {}
        for name in (ALL, *groups):
            merged |= self._tree.groups[name].variables
        for names in ((ALL,), groups):
            for row in self._group_files:
                for file in row:
                    for name in names:
                        merged |= file.variables.get(name, {})
        merged |= self._tree.host_variables[host]
        for row in self._host_files:
            for file in row:
                merged |= file.variables.get(host, {})
        merged.pop(_GROUP_WORD, None)
        return merged

    def all_written(self) -> Iterator[tuple[str, Node]]:
        """Every variable of every layer, winners and losers."""
        for group in self._tree.groups.values():
            yield from group.variables.items()
        for variables in self._tree.host_variables.values():
            yield from variables.items()
        for file in self._files:
            for variables in file.variables.values():
                yield from variables.items()


def misspelt(written: Iterator[tuple[str, Node]]) -> Iterator[InputError]:
    """Words that look like ours and are none."""
    for name, node in written:
        trouble = misspelling_of(name)
        if trouble is not None:
            yield (node.key or node).problem(trouble.cause, trouble.action)


def secret_nodes(name: str, node: Node) -> Iterator[tuple[str, Node]]:
    """The parts of a variable that hold a secret, with the name to show."""
    if name in SECRET_WORDS:
        yield name, node
    elif name == "cms_webadmin" and "password" in node.entries:
        yield f"{name}.password", node.entries["password"]


def plain_secrets(
    written: Sequence[tuple[str, Node]], defined: Mapping[str, Sequence[Node]]
) -> Iterator[InputError]:
    """Secrets that stand in clear in a file; their line is not shown.

    A secret word that names an ordinary variable is followed to where that one is written.
    """
    seen: set[Origin] = set()
    for name, whole in written:
        for shown, node in secret_nodes(name, whole):
            for clear in _clear_texts(node, defined, set()):
                if clear.origin not in seen:
                    seen.add(clear.origin)
                    yield InputError(f"{shown} stands in clear in this file", _ACTION, clear.origin)


def _clear_texts(
    node: Node, defined: Mapping[str, Sequence[Node]], seen: set[str]
) -> Iterator[Node]:
    if node.kind is not Kind.SCALAR or node.value is None:
        return
    if not isinstance(node.value, str) or not is_template(node.value):
        yield node
        return
    try:
        names = names_in(node.value)
    except InputError:
        return  # said where it is evaluated
    if "lookup" in names:
        return
    if not names:
        yield node
    for name in names - seen:
        for other in defined.get(name, ()):
            yield from _clear_texts(other, defined, seen | {name})
