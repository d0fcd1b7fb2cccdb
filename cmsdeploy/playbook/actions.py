"""The actions that are no family: ``assert``, ``fail``, ``debug``, ``set_fact``.

They are done while the plan is made: what they say is said, and what they refuse is refused,
before anything is sent.
"""

from __future__ import annotations

from cmsdeploy.errors import InputError, printable
from cmsdeploy.inventory.node import Node, node_of
from cmsdeploy.inventory.variables import HostVariables, condition, rendered
from cmsdeploy.playbook.person import Person
from cmsdeploy.playbook.play import Task
from cmsdeploy.playbook.texts import shown, text_of
from cmsdeploy.template import Verbatim, evaluate, is_template

__all__ = ["act"]


def act(task: Task, host: str, scope: HostVariables, person: Person) -> dict[str, Node]:
    """Do ``task`` for ``host``; give the variables that it sets. Raises :class:`InputError`."""
    if task.action == "set_fact":
        return _facts(task, scope)
    if task.action == "assert":
        _assert(task, host, scope, person)
    elif task.action == "fail":
        node = task.parameters.entries.get("msg")
        text = "Failed as requested from task" if node is None else text_of(node, scope)
        cause = f"{host}: {task.title}: {printable(text)}"
        raise (node or task.parameters).problem(cause, "it stands in the playbook: see its when")
    else:
        _debug(task, host, scope, person)
    return {}


def _facts(task: Task, scope: HostVariables) -> dict[str, Node]:
    return {
        str(name): node_of(_finished(rendered(node, scope, scope.lookup)), node.origin)
        for name, node in task.parameters.entries.items()
        if name != "cacheable"
    }


def _finished(value: object) -> object:
    """What was evaluated once is never read as a template again."""
    if isinstance(value, dict):
        return {key: _finished(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finished(item) for item in value]
    return Verbatim(value) if isinstance(value, str) and is_template(value) else value


def _debug(task: Task, host: str, scope: HostVariables, person: Person) -> None:
    entries = task.parameters.entries
    if "verbosity" in entries and int(entries["verbosity"].value) > person.verbosity:
        return
    if task.is_hidden:
        person.say(f"{host}: no_log hides what {printable(task.title, 80)} says")
    elif "var" in entries:
        node = entries["var"]
        name = str(rendered(node, scope, scope.lookup))
        person.say(f"{host}: {printable(name, 80)}: {printable(_value(name, node, scope))}")
    else:
        person.say(f"{host}: {printable(text_of(entries['msg'], scope))}")


def _value(expression: str, node: Node, scope: HostVariables) -> str:
    try:
        return shown(evaluate(expression, scope, scope.lookup), node)
    except InputError as error:
        raise node.problem(error.cause, error.action) from None


def _assert(task: Task, host: str, scope: HostVariables, person: Person) -> None:
    entries = task.parameters.entries
    that = entries["that"]
    for node in that.items or (that,):
        if not condition(node, scope, scope.lookup):
            message = entries.get("fail_msg") or entries.get("msg")
            text = printable(text_of(message, scope)) if message else "correct the inventory"
            written = printable(str(node.value), 120)
            raise node.problem(f"{host}: the assertion does not hold: {written}", text)
    said = entries.get("success_msg")
    if said is not None and not task.is_hidden:
        person.say(f"{host}: {printable(text_of(said, scope))}")
