"""The inventory as the rest of the house sees it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.addresses import is_ip
from cmsdeploy.inventory.boxes import box_of
from cmsdeploy.inventory.computed import by_cluster, cluster_of, computed_for
from cmsdeploy.inventory.host_map import HostMap
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.layers import Layers
from cmsdeploy.inventory.lookups import Lookups
from cmsdeploy.inventory.node import Node, node_of
from cmsdeploy.inventory.outside import outside_warnings
from cmsdeploy.inventory.ownership import me, shared_warning, writable_problem
from cmsdeploy.inventory.patterns import limited, selected
from cmsdeploy.inventory.rules import problems_of
from cmsdeploy.inventory.secret_words import misspelt, plain_secrets, secret_nodes
from cmsdeploy.inventory.source import is_host_list, read_source
from cmsdeploy.inventory.tree import Tree
from cmsdeploy.inventory.variable_files import load_variables
from cmsdeploy.inventory.variables import HostVariables
from cmsdeploy.model.collector import without_collector
from cmsdeploy.template import OMIT

if TYPE_CHECKING:
    from cmsdeploy.model.host import Host
    from cmsdeploy.model.secret import Secret

__all__ = ["Inventory", "load"]

_EXTRA = Origin("-e")
_NO_NODES: Mapping[str, Node] = {}


class Inventory:
    """What people wrote about hosts. Made by :func:`load`; it does not change afterwards.

    ``hosts`` are all names in inventory order, ``groups`` maps a group to its hosts,
    ``warnings`` is what should be seen and does not stop.
    """

    def __init__(
        self,
        tree: Tree,
        layers: Layers,
        extra: Mapping[str, Node],
        folders: Sequence[Path | None],
        keyring: Keyring,
    ) -> None:
        self.tree = tree
        self.layers = layers
        self.extra = extra
        self.keyring = keyring
        self._resolved_folders: dict[Path, str] = {}
        self.folders = tuple(folder for folder in folders if folder is not None)
        self.playbook_folder = folders[0] if folders else None
        self.hosts = tree.hosts_in("all")
        self.groups = {name: tree.hosts_in(name) for name in tree.groups}
        self.warnings: list[InputError] = [*tree.warnings, *layers.warnings]
        self._group_lists = {name: list(hosts) for name, hosts in self.groups.items()}
        self._nodes = {host: {**layers.for_host(host), **extra} for host in self.hosts}
        self._variables: dict[str, HostVariables] = {}
        self._members: dict[str, dict[str, tuple[str, ...]]] = {}

    def hosts_in(self, group: str) -> tuple[str, ...]:
        """The hosts of ``group`` in inventory order; none where there is no such group."""
        return self.groups.get(group, ())

    def members(self, group: str, cluster: str) -> tuple[str, ...]:
        """The hosts of ``group`` that belong to ``cluster``, in inventory order."""
        if group not in self._members:
            self._members[group] = by_cluster(self, group)
        return self._members[group].get(cluster, ())

    def select(self, pattern: str) -> tuple[str, ...]:
        """The hosts that a pattern means. Raises :class:`InputError` for an unknown name."""
        return selected(pattern, self.tree)

    def limit(self, text: str) -> frozenset[str]:
        """The hosts of ``--limit``: a pattern, or ``@FILE`` with one in each line.

        Raises :class:`InputError` for an unknown name, and where no host is left.
        """
        return frozenset(limited(text, self.tree))

    def variables_file(self, path: Path) -> dict[str, Node]:
        """The variables of a file beside the inventory's own (``vars_files``), with their places.

        Vaults are opened with the passwords of this run. Raises :class:`InputError`.
        """
        return load_variables(path, self.keyring)

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
        return HostVariables(
            nodes, computed, own_magic, partial(Lookups, self._places(host), self.keyring)
        )

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
            "inventory_hostname_short": host if is_ip(host) else host.partition(".")[0],
            "group_names": sorted(self.tree.groups_of(host)),
            "groups": self._group_lists,
            "omit": OMIT,
            "inventory_file": self.tree.host_origins[host].file,
            "hostvars": HostMap(self),
            "inventory_dir": self._resolved(self.folder_of(host)),
        }
        if self.playbook_folder is not None:
            magic["playbook_dir"] = self._resolved(self.playbook_folder)
        return magic

    def _resolved(self, folder: Path) -> str:
        """Asked for each host, and most inventories have one folder."""
        known = self._resolved_folders
        return known.get(folder) or known.setdefault(folder, str(folder.resolve()))

    def origin(self, host: str, name: str) -> Origin:
        """Where the variable was written; where it is computed, the place of the host."""
        written = self._nodes_of(host).get(name)
        return written.origin if written else self.tree.host_origins[host]

    def nodes(self, host: str) -> Mapping[str, Node]:
        """All that was written for ``host``: the strongest of each name."""
        return self._nodes_of(host)

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


@without_collector()
def load(
    sources: Sequence[Path],
    *,
    extra: Mapping[str, Any] | None = None,
    playbook_folder: Path | None = None,
    allow_plain_secrets: bool = False,
    allow_open_files: bool = False,
    keyring: Keyring | None = None,
) -> Inventory:
    """Read inventories (files, folders, ``host1,host2``; later ones win) and the files beside them.

    ``extra`` are the variables of ``-e``, plain or as nodes with places. ``allow_plain_secrets``
    turns the refusal of a secret in clear into a warning, ``allow_open_files`` that of a file into
    which anybody may write; ``keyring`` holds the vault passwords.
    Raises :class:`InputError`, all problems of a pass at once.
    """
    paths = [Path(source) for source in sources]
    if not paths:
        raise InputError("no inventory is named", "name one with -i")
    inventory = _read(paths, extra or {}, playbook_folder, keyring or Keyring())
    _refuse_words(inventory, allow_plain_secrets)
    _refuse_open_files(inventory, allow_open_files)
    inventory.warnings += outside_warnings(inventory.tree, inventory.layers)
    return inventory


def _read(
    paths: list[Path], extra: Mapping[str, Any], playbook_folder: Path | None, keyring: Keyring
) -> Inventory:
    tree = Tree()
    for path in paths:
        read_source(path, tree, keyring)
    tree.settle()
    if not tree.host_origins:
        raise InputError(
            "the inventory has no host", "write one below hosts:", Origin(str(paths[0]))
        )
    files = [path for path in paths if not is_host_list(path)]
    beside = [path if os.path.isdir(path) else path.parent for path in files]
    layers = Layers(tree, beside, playbook_folder, keyring)
    nodes = {name: node_of(value, _EXTRA) for name, value in extra.items()}
    return Inventory(tree, layers, nodes, [playbook_folder, *beside], keyring)


def _refuse_words(inventory: Inventory, allow_plain_secrets: bool) -> None:
    extra = inventory.extra.items()
    written = [*inventory.layers.all_written(), *extra]
    problems = list(misspelt(written))
    for name, node in extra:
        for shown, part in secret_nodes(name, node):
            if part.origin == _EXTRA:
                problems.append(
                    InputError(f"{shown} may not be given by -e", _beside_extra(name), _EXTRA)
                )
    clear = [one for one in plain_secrets(written) if one.origin != _EXTRA]
    (inventory.warnings if allow_plain_secrets else problems).extend(clear)
    if problems:
        raise InputError.of(sorted(problems, key=lambda one: one.origin or _EXTRA))


def _beside_extra(name: str) -> str:
    """How a secret comes in that may not come by ``-e``: `-k` is for the password of the boxes."""
    if name == "ansible_password":
        return "others see it: use -k"
    return (
        "others see it: write it into a vault (cmsdeploy vault encrypt-string), or take it from"
        " lookup('env', …)"
    )


def _refuse_open_files(inventory: Inventory, is_allowed: bool) -> None:
    origins = [node.origin for _, node in inventory.layers.all_written()]
    names = dict.fromkeys(one.file for one in (*origins, *inventory.tree.host_origins.values()))
    who, files = me(), [Path(name) for name in names]
    problems = [problem for file in files if (problem := writable_problem(file, who))]
    inventory.warnings += problems if is_allowed else []
    inventory.warnings += [one for file in files if (one := shared_warning(file, who))]
    if problems and not is_allowed:
        raise InputError.of(problems)
