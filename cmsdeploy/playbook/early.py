"""What is known before a play has hosts: the groups, ``-e``, and the play's own variables.

The names of imports and of hosts and the sizes of batches are decided by it. As in Ansible, what
the inventory says of a host or of a group is not among it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from cmsdeploy.errors import InputError
from cmsdeploy.inventory import Inventory
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.lookups import Lookups
from cmsdeploy.inventory.node import Node
from cmsdeploy.inventory.variable_files import load_variables
from cmsdeploy.inventory.variables import HostVariables, rendered
from cmsdeploy.playbook.play import Files, Play, Variables
from cmsdeploy.playbook.variable_files import PlayFiles
from cmsdeploy.template import OMIT, UndefinedVariableError, is_template

__all__ = ["Early", "evaluated"]

_KNOWN = "set it in vars: or vars_files: of the play, or by -e: no host is known here"


class Early:
    """Makes such variables. ``root`` is the folder of the site; without an ``inventory`` there are
    no groups and no ``-e`` but ``extra``."""

    def __init__(self, root: Path, inventory: Inventory | None, extra: Variables) -> None:
        self._keyring = inventory.keyring if inventory else Keyring()
        self._extra = {**extra, **(inventory.extra if inventory else {})}
        self._files = PlayFiles(root, lambda path: load_variables(path, self._keyring))
        groups = inventory.groups if inventory else {}
        self._magic: Mapping[str, object] = {
            "groups": {name: list(hosts) for name, hosts in groups.items()},
            "playbook_dir": str(root),
            "omit": OMIT,
        }
        self._folders = [root / "files", root]

    def of_play(self, play: Play) -> HostVariables:
        """For the keywords of a play."""
        return self.of(play.variables, play.files, play.folder)

    def named(self, play: Play) -> Play:
        """``play`` with its name and its patterns as people read them; what cannot be evaluated
        that early stays as it is written."""
        known = partial(self.of_play, play)
        hosts = tuple(replace(node, value=_legible(node, known)) for node in play.hosts)
        name = str(_legible(Node(play.name, play.origin), known))
        return replace(play, name=name, hosts=hosts)

    def of(
        self, layers: Sequence[Variables], files: Files = (), folder: Path = Path()
    ) -> HostVariables:
        """The weakest of ``layers`` comes first; ``files`` are the ``vars_files`` of a play in
        ``folder``. A file whose name depends on a host is left out, as in Ansible.
        """
        known = self._scope(layers)
        for entry in files:
            try:
                read = self._files.variables(folder, entry, partial(_rendered, known))
            except UndefinedVariableError:
                continue
            layers = (*layers, read)
            known = self._scope(layers)
        return known

    def _scope(self, layers: Sequence[Variables]) -> HostVariables:
        nodes: dict[str, Node] = {}
        for layer in (*layers, self._extra):
            nodes |= layer
        lookup = partial(Lookups, self._folders, self._keyring)
        return HostVariables(nodes, {}, self._magic, lookup)


def _legible(node: Node, known: Callable[[], HostVariables]) -> object:
    try:
        return evaluated(node, known)
    except InputError:
        return node.value


def _rendered(known: HostVariables, node: Node) -> object:
    return rendered(node, known, known.lookup)


def evaluated(node: Node, known: Callable[[], HostVariables]) -> object:
    """What ``node`` gives; ``known`` is called only where it holds a template.

    Raises :class:`InputError`, which says where a variable can come from that early.
    """
    parts = (*node.items, *node.entries.values())
    is_open = isinstance(node.value, str) and is_template(node.value)
    if not parts and not is_open:
        return node.value
    scope = known()
    try:
        return _rendered(scope, node)
    except UndefinedVariableError as error:
        action = error.action if error.action.startswith("did you mean") else _KNOWN
        raise InputError(error.cause, action, error.origin, error.excerpt) from None
