"""The inventory as the rest of the house sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.boxes import box_of
from cmsdeploy.inventory.computed import cluster_of, computed_for
from cmsdeploy.inventory.layers import Layers, misspelt, plain_secrets, secret_nodes
from cmsdeploy.inventory.lookups import Lookups
from cmsdeploy.inventory.node import Node, node_of
from cmsdeploy.inventory.patterns import selected
from cmsdeploy.inventory.rules import problems_of
from cmsdeploy.inventory.source import read_source
from cmsdeploy.inventory.tree import Tree
from cmsdeploy.inventory.variables import HostVariables
from cmsdeploy.model.host import Host
from cmsdeploy.model.secret import Secret

__all__ = ["Inventory", "load"]

_EXTRA = Origin("-e")
_NO_NODES: Mapping[str, Node] = {}


class _HostMap(Mapping[str, HostVariables]):
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


class Inventory:
    """What people wrote about hosts. Made by :func:`load`; it does not change afterwards.

    ``hosts`` are all names in inventory order, ``groups`` maps a group to its hosts,
    ``warnings`` is what should be seen and does not stop.
    """

    def __init__(
        self, tree: Tree, layers: Layers, extra: Mapping[str, Node], folders: Sequence[Path | None]
    ) -> None:
        self.tree = tree
        self.layers = layers
        self.extra = extra
        self.folders = tuple(folder for folder in folders if folder is not None)
        self.playbook_folder = folders[0] if folders else None
        self.hosts = tree.hosts_in("all")
        self.groups = {name: tree.hosts_in(name) for name in tree.groups}
        self.warnings: list[InputError] = list(layers.warnings)
        self._nodes = {host: {**layers.for_host(host), **extra} for host in self.hosts}
        self._variables: dict[str, HostVariables] = {}

    def hosts_in(self, group: str) -> tuple[str, ...]:
        """The hosts of ``group`` in inventory order; none where there is no such group."""
        return self.groups.get(group, ())

    def select(self, pattern: str) -> tuple[str, ...]:
        """The hosts that a pattern means. Raises :class:`InputError` for an unknown name."""
        return selected(pattern, self.tree)

    def cluster(self, host: str) -> str:
        """The XMPP cluster of ``host``."""
        return cluster_of(self, host)

    def variables(self, host: str) -> HostVariables:
        """The variables of ``host``, evaluated one by one when they are asked for."""
        if host not in self._variables:
            self._variables[host] = self.scope(host)
        return self._variables[host]

    def scope(
        self,
        host: str,
        overlays: Sequence[Mapping[str, Node]] = (),
        magic: Mapping[str, Any] | None = None,
    ) -> HostVariables:
        """The variables of ``host`` under those of a play and a task; ``-e`` stays on top."""
        nodes = dict(self._nodes_of(host))
        for overlay in overlays:
            nodes |= overlay
        nodes |= self.extra
        own_magic = {**self._magic(host), **(magic or {})}
        computed = computed_for(self, host)
        return HostVariables(nodes, computed, own_magic, partial(_lookups, self._places(host)))

    def _nodes_of(self, host: str) -> Mapping[str, Node]:
        if host not in self._nodes:
            selected(host, self.tree)  # says that there is no such host, with a suggestion
            raise InputError(f"{host} is a group, not a host", "name a host")
        return self._nodes[host]

    def _places(self, host: str) -> list[Path]:
        places = [self.folder_of(host), *self.folders]
        return [place for folder in places for place in (folder / "files", folder)]

    def folder_of(self, host: str) -> Path:
        """The folder of the file in which ``host`` is mentioned first."""
        return Path(self.tree.host_origins[host].file).parent

    def _magic(self, host: str) -> dict[str, Any]:
        magic: dict[str, Any] = {
            "inventory_hostname": host,
            "inventory_hostname_short": host.partition(".")[0],
            "group_names": sorted(self.tree.groups_of(host)),
            "groups": {name: list(hosts) for name, hosts in self.groups.items()},
            "hostvars": _HostMap(self),
            "inventory_dir": str(self.folder_of(host).resolve()),
        }
        if self.playbook_folder is not None:
            magic["playbook_dir"] = str(self.playbook_folder.resolve())
        return magic

    def origin(self, host: str, name: str) -> Origin:
        """Where the variable was written; where it is computed, the place of the host."""
        written = self._nodes_of(host).get(name)
        return written.origin if written else self.tree.host_origins[host]

    def node(self, host: str, name: str) -> Node | None:
        """What was written for the variable, or None where it is computed or unknown."""
        return self._nodes_of(host).get(name)

    def box(
        self,
        name: str,
        *,
        password: Secret | None = None,
        passphrase: Secret | None = None,
        user: str | None = None,
    ) -> Host:
        """The host as the transport wants it. The arguments hold where the inventory is silent,
        as Ansible's ``-k`` and ``-u`` do. Raises :class:`InputError` with the variable's place."""
        return box_of(self, name, password=password, passphrase=passphrase, user=user)

    def check(self, *, exceptions: frozenset[str] = frozenset()) -> None:
        """Refuse an inventory from which no cluster could be built, all problems at once.

        ``exceptions`` are granted by the plays (``undersized``).
        """
        problems = problems_of(self, exceptions)
        if problems:
            raise InputError.of(problems)


def _lookups(folders: Sequence[Path], is_secret: Callable[[], bool]) -> Lookups:
    return Lookups(folders, is_secret)


def load(
    sources: Sequence[Path],
    *,
    extra: Mapping[str, Any] | None = None,
    playbook_folder: Path | None = None,
    allow_plain_secrets: bool = False,
) -> Inventory:
    """Read inventories (files or folders, later ones win) and the variable files beside them.

    ``extra`` are the variables of ``-e``. ``allow_plain_secrets`` turns the refusal of a secret in
    clear into a warning. Raises :class:`InputError`, all problems of a pass at once.
    """
    tree = Tree()
    paths = [Path(source) for source in sources]
    if not paths:
        raise InputError("no inventory is named", "name one with -i")
    for path in paths:
        read_source(path, tree)
    tree.settle()
    if not tree.host_origins:
        raise InputError(
            "the inventory has no host", "write one below hosts:", Origin(str(paths[0]))
        )
    beside = [path if path.is_dir() else path.parent for path in paths]
    layers = Layers(tree, beside, playbook_folder)
    nodes = {name: node_of(value, _EXTRA) for name, value in (extra or {}).items()}
    inventory = Inventory(tree, layers, nodes, [playbook_folder, *beside])
    _refuse_words(inventory, allow_plain_secrets)
    return inventory


def _refuse_words(inventory: Inventory, allow_plain_secrets: bool) -> None:
    written = list(inventory.layers.all_written())
    problems = [*misspelt(iter(written)), *misspelt(iter(inventory.extra.items()))]
    for name, node in inventory.extra.items():
        for shown, _ in secret_nodes(name, node):
            problems.append(
                InputError(f"{shown} may not be given by -e", "others see it: use -k", _EXTRA)
            )
    defined: dict[str, list[Node]] = {}
    for name, node in written:
        defined.setdefault(name, []).append(node)
    clear = list(plain_secrets(written, defined))
    (inventory.warnings if allow_plain_secrets else problems).extend(clear)
    if problems:
        raise InputError.of(sorted(problems, key=lambda one: one.origin or _EXTRA))
