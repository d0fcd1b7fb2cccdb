"""What a reviewer asks first: which plays, which tasks, which hosts, which tags."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cmsdeploy.inventory import Inventory
from cmsdeploy.playbook.early import Early
from cmsdeploy.playbook.play import Playbook, Task
from cmsdeploy.playbook.selection import selected_tasks
from cmsdeploy.playbook.stages import hosts_of

__all__ = ["as_listed", "list_hosts", "list_tags", "list_tasks"]


def as_listed(playbook: Playbook, inventory: Inventory) -> Playbook:
    """``playbook`` with the names and patterns of its plays evaluated."""
    early = Early(playbook.site_root, inventory, {})
    return replace(playbook, plays=tuple(early.named(play) for play in playbook.plays))


def list_tasks(
    playbook: Playbook,
    *,
    tags: Collection[str] = (),
    skip_tags: Collection[str] = (),
    start_at: str | None = None,
) -> tuple[tuple[str, tuple[Task, ...]], ...]:
    """The name of each play, and those of its tasks that would run."""
    chosen = selected_tasks(playbook, tags, skip_tags, start_at)
    return tuple((play.name, tasks) for play, tasks in zip(playbook.plays, chosen, strict=True))


def list_hosts(playbook: Playbook, inventory: Inventory) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The name of each play, and its hosts."""
    early = Early(playbook.site_root, inventory, {})
    return tuple((play.name, hosts_of(play, inventory, early)) for play in playbook.plays)


def list_tags(playbook: Playbook) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The name of each play, and the tags of its tasks, sorted."""
    return tuple(
        (play.name, tuple(sorted({tag for task in play.tasks for tag in task.tags})))
        for play in playbook.plays
    )
