"""A text that a person shall read. A secret has none."""

from __future__ import annotations

from cmsdeploy.errors import InputError
from cmsdeploy.inventory.node import Node
from cmsdeploy.inventory.variables import HostVariables, rendered
from cmsdeploy.playbook.play import Task
from cmsdeploy.template import is_template, render_value

__all__ = ["shown", "text_of", "title_of"]


def text_of(node: Node, scope: HostVariables) -> str:
    """What ``node`` says on a host. Raises :class:`InputError`, for a secret too."""
    return shown(rendered(node, scope, scope.lookup), node)


def shown(value: object, node: Node) -> str:
    """``value`` as text."""
    try:
        return str(value)
    except TypeError:
        raise node.problem("the text would show a secret", "name it, do not print it") from None


def title_of(task: Task, scope: HostVariables) -> str:
    """The name of a task for the first host that does it; as it is written where that does not
    work, because nobody should be kept from his work by a name, or where nothing may be shown."""
    if task.is_hidden or not is_template(task.title):
        return task.title
    try:
        return str(render_value(task.title, scope, scope.lookup))
    except (InputError, TypeError):
        return task.title
