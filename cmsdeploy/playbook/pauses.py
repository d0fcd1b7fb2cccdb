"""``pause``: a stage that wants nothing of a box and holds all that comes after it."""

from __future__ import annotations

from cmsdeploy.inventory.node import Node
from cmsdeploy.inventory.variables import HostVariables, rendered
from cmsdeploy.model.action import Pause
from cmsdeploy.playbook.numbers import number_of
from cmsdeploy.playbook.play import Task
from cmsdeploy.playbook.texts import text_of

__all__ = ["PAUSE", "pause_of"]

PAUSE = "pause"
_SECONDS = {"minutes": 60, "seconds": 1}
_LONGEST = 7 * 24 * 3600


def pause_of(task: Task, scope: HostVariables) -> Pause:
    """What ``task`` says for the first host of its batch. Raises :class:`InputError`.

    The text of a task under ``no_log`` is left out: a plan shows it to everybody.
    """
    entries = task.parameters.entries
    prompt = entries.get("prompt")
    text = "" if prompt is None or task.is_hidden else text_of(prompt, scope)
    for word, factor in _SECONDS.items():
        if word in entries:
            return Pause(text, _seconds(entries[word], word, factor, scope))
    return Pause(text)


def _seconds(node: Node, word: str, factor: int, scope: HostVariables) -> int:
    number = number_of(rendered(node, scope, scope.lookup))
    if number is None:
        raise node.problem(f"{word} is no whole number", "write one, as in: seconds: 30")
    if number * factor > _LONGEST:
        raise node.problem("the pause is longer than a week", "cut the playbook in two there")
    # As in Ansible, the shortest pause is a second.
    return max(1, number * factor)
