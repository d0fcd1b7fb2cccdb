"""What people want done: plays, tasks, conditions, permissions.

Law. A playbook is policy: it chooses hosts, maps variables to the parameters of families, orders,
gates and permits. This room reads it and asks families for their specs; it must never know what a
family does, a device command, or what a box answered: conditions see the inventory only. ``cli``
calls :func:`load` and :func:`stages`; ``planning`` is given the stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.families import families
from cmsdeploy.inventory import Inventory
from cmsdeploy.inventory.node import node_of
from cmsdeploy.playbook.early import Early
from cmsdeploy.playbook.listing import as_listed, list_hosts, list_tags, list_tasks
from cmsdeploy.playbook.person import Person
from cmsdeploy.playbook.play import Play, Playbook, Task, site_root_of
from cmsdeploy.playbook.reading import Reader
from cmsdeploy.playbook.registry import Registry
from cmsdeploy.playbook.stages import hosts_of, stages
from cmsdeploy.playbook.variable_files import file_problems

__all__ = [
    "Person",
    "Play",
    "Playbook",
    "Task",
    "as_listed",
    "list_hosts",
    "list_tags",
    "list_tasks",
    "load",
    "stages",
]


def load(
    path: Path,
    inventory: Inventory | None = None,
    *,
    registry: Registry | None = None,
    extra: Mapping[str, object] | None = None,
) -> Playbook:
    """Read a playbook and all that it imports, and check everything that needs no run.

    With an ``inventory`` the patterns of hosts are checked too; without one, ``extra`` are the
    variables of ``-e`` that names of imports may name. Raises :class:`InputError`, all
    problems at once.
    """
    names = frozenset(families() if registry is None else registry)
    nodes = {name: node_of(value, Origin("-e")) for name, value in (extra or {}).items()}
    early = Early(site_root_of(Path(path)), inventory, nodes)
    reader = Reader(names, Path(path), early, inventory.keyring if inventory else None)
    reader.read(Path(path))
    problems = list(reader.problems)
    root = site_root_of(Path(path))
    problems += [problem for play in reader.plays for problem in file_problems(play, root)]
    for play in reader.plays if inventory is not None else ():
        try:
            if inventory is not None and play.hosts:
                hosts_of(play, inventory, early)
        except InputError as error:
            problems.append(error)
    if problems:
        raise InputError.of(problems)
    return Playbook(Path(path), tuple(reader.plays))
