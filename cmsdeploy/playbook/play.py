"""A playbook as data: plays and tasks with their places, nothing evaluated yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.errors import Origin
from cmsdeploy.inventory.node import Node
from cmsdeploy.planning.stage import Permission

# Most tasks have no loop, and most plays ask nothing.
if TYPE_CHECKING:
    from cmsdeploy.playbook.loops import Loop
    from cmsdeploy.playbook.prompts import Prompt

__all__ = [
    "Files",
    "LoopKind",
    "Play",
    "Playbook",
    "Task",
    "Variables",
    "site_root_of",
]

Variables = Mapping[str, Node]
Files = tuple[tuple[Node, ...], ...]


class LoopKind(Enum):
    """Which word made the loop; they differ in what they take for a list."""

    LOOP = "loop"
    ITEMS = "with_items"
    DICT = "with_dict"


@dataclass(frozen=True)
class Task:
    """One action on the hosts of its play. ``conditions``, ``tags`` and the flags hold what blocks,
    the play and its imports say, too. ``variables`` are layers, the weakest first: those of the
    outer block before those of the inner one, the task's own last."""

    title: str
    action: str
    parameters: Node
    variables: tuple[Variables, ...] = ()
    conditions: tuple[Node, ...] = ()
    tags: frozenset[str] = frozenset()
    loop: Loop | None = None
    is_check: bool = False
    is_once: bool = False
    is_hidden: bool = False
    are_errors_fatal: bool = False
    origin: Origin = field(default_factory=lambda: Origin(""))


@dataclass(frozen=True)
class Play:
    """``hosts`` are patterns that count together. ``variables`` are layers, the weakest first.

    Each of ``files`` is one entry of ``vars_files``: paths, of which the first that exists is
    read. ``folder`` is that of the playbook file in which the play stands. ``serial`` and
    ``most_failed`` (``max_fail_percentage``) may be templates.
    """

    name: str
    hosts: tuple[Node, ...]
    variables: tuple[Variables, ...]
    tasks: tuple[Task, ...]
    serial: Node | None
    permission: Permission
    origin: Origin
    tags: frozenset[str] = frozenset()
    prompts: tuple[Prompt, ...] = ()
    files: Files = ()
    folder: Path = Path()
    most_failed: Node | None = None


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
        return site_root_of(self.path)


def site_root_of(path: Path) -> Path:
    """The folder of the site to which the playbook ``path`` belongs."""
    folder = path.absolute().parent
    return folder.parent if folder.name == "playbooks" else folder
