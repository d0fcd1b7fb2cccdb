"""Which tasks of which plays run: ``--tags``, ``--skip-tags``, ``--start-at-task``."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from fnmatch import fnmatchcase

from cmsdeploy.errors import InputError, printable
from cmsdeploy.playbook.play import Playbook, Task
from cmsdeploy.playbook.tags import check_tags, is_selected

__all__ = ["selected_tasks"]


def selected_tasks(
    playbook: Playbook,
    tags: Collection[str] = (),
    skip_tags: Collection[str] = (),
    start_at: str | None = None,
) -> tuple[tuple[Task, ...], ...]:
    """For each play its tasks that run. Raises :class:`InputError` for a tag or a name of a task
    that does not exist; Ansible would run nothing, or everything."""
    check_tags(playbook, [*tags, *skip_tags])
    wanted, skipped = frozenset(tags), frozenset(skip_tags)
    plays = tuple(
        tuple(task for task in play.tasks if is_selected(task.tags, wanted, skipped))
        for play in playbook.plays
    )
    return plays if start_at is None else _from(plays, start_at)


def _from(plays: tuple[tuple[Task, ...], ...], name: str) -> tuple[tuple[Task, ...], ...]:
    for number, tasks in enumerate(plays):
        for index, task in enumerate(tasks):
            if task.title == name or fnmatchcase(task.title, name):
                return (*([()] * number), tasks[index:], *plays[number + 1 :])
    titles = list(dict.fromkeys(task.title for tasks in plays for task in tasks))
    near = difflib.get_close_matches(name, titles, n=1)
    raise InputError(
        f"no task that would run is called {printable(name, 60)!r}",
        f"did you mean {near[0]!r}?" if near else "--list-tasks shows their names",
    )
