"""A playbook as data: plays and tasks with their places, nothing evaluated yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.errors import Origin
from cmsdeploy.inventory.node import Node
from cmsdeploy.planning.stage import Permission

__all__ = ["Play", "Playbook", "Size", "Task", "Variables"]

Variables = Mapping[str, Node]


@dataclass(frozen=True)
class Size:
    """How many hosts a batch has: a number, or a share of the play's hosts in percent."""

    number: int
    is_percent: bool = False

    def of(self, total: int) -> int:
        """The size for ``total`` hosts, at least one."""
        return max(1, total * self.number // 100) if self.is_percent else self.number


@dataclass(frozen=True)
class Task:
    """One action on the hosts of its play. ``tags``, ``conditions`` and ``is_check`` hold what
    the play and its imports say, too."""

    title: str
    action: str
    parameters: Node
    variables: Variables
    conditions: tuple[Node, ...]
    tags: frozenset[str]
    is_check: bool
    origin: Origin


@dataclass(frozen=True)
class Play:
    """``hosts`` are patterns that count together. ``variables`` are layers, the weakest first."""

    name: str
    hosts: tuple[Node, ...]
    variables: tuple[Variables, ...]
    tasks: tuple[Task, ...]
    batches: tuple[Size, ...]
    permission: Permission
    origin: Origin


@dataclass(frozen=True)
class Playbook:
    """All plays in order, imports unfolded. ``path`` is the file that was named."""

    path: Path
    plays: tuple[Play, ...]

    def permission_names(self) -> frozenset[str]:
        """Every exception that any play allows (``undersized``), for ``Inventory.check``."""
        return frozenset(name for play in self.plays for name in play.permission.exceptions)

    def tag_names(self) -> frozenset[str]:
        """Every tag of every task."""
        return frozenset(tag for play in self.plays for task in play.tasks for tag in task.tags)

    @property
    def site_root(self) -> Path:
        """The folder that has ``files/`` and ``templates/``: above ``playbooks/``, if so."""
        folder = self.path.absolute().parent
        return folder.parent if folder.name == "playbooks" else folder
