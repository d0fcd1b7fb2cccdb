"""A family reads the parameters of a task; what it refuses gets the place where it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cmsdeploy.errors import InputError, RefusedError
from cmsdeploy.families.contract import Site
from cmsdeploy.inventory.node import Node
from cmsdeploy.inventory.variables import HostVariables, rendered
from cmsdeploy.playbook.play import Task
from cmsdeploy.playbook.registry import AnyFamily
from cmsdeploy.template import names_in

__all__ = ["spec_of"]


def spec_of(family: AnyFamily, task: Task, scope: HostVariables, site: Site) -> object:
    """What ``task`` wants of the host of ``site``."""
    parameters = rendered(task.parameters, scope, scope.lookup) or {}
    try:
        return family.spec(parameters, site)
    except InputError as error:
        found = [error, *error.others]
        error.others = ()
        raise InputError.of(
            [_located(one, task, site.host, scope, parameters) for one in found]
        ) from None
    except RefusedError as error:
        located = InputError(error.cause, error.action)
        raise _located(located, task, site.host, scope, parameters) from None


def _located(
    error: InputError, task: Task, host: str, scope: HostVariables, parameters: Mapping[str, object]
) -> InputError:
    """``error`` of a spec, with the place of what is wrong: the variable's, or the parameter's."""
    if error.origin is not None and error.origin.line:
        return error
    name = _meant(error.cause, parameters)
    node = task.parameters.entries.get(name) if name else None
    cause = f"{host}: {error.cause}"
    if node is None:
        return InputError(cause, error.action, task.parameters.origin)
    return _part(_written(node, scope) or node, error.cause).problem(cause, error.action)


def _part(node: Node, cause: str) -> Node:
    """The innermost value of ``node`` that ``cause`` quotes; else ``node`` itself."""
    for inner in (*node.entries.values(), *node.items):
        found = _part(inner, cause)
        if found is not inner:
            return found
        if isinstance(inner.value, str) and re.search(
            rf"(?<!\S){re.escape(inner.value)}(?!\S)", cause
        ):
            return inner
    return node


def _meant(cause: str, parameters: Mapping[str, object]) -> str | None:
    """The parameter that ``cause`` talks about: by name, else by value, else the only one."""
    # A key of YAML may be a number, too.
    named = [name for name in parameters if re.search(rf"\b{re.escape(str(name))}\b", cause)]
    valued = [
        name
        for name, value in parameters.items()
        if isinstance(value, (str, int)) and str(value) and str(value) in cause
    ]
    inner = [
        name
        for name, value in parameters.items()
        if isinstance(value, (list, dict)) and any(text in cause for text in _texts(value))
    ]
    found = [*named, *valued, *inner, *(parameters if len(parameters) == 1 else [])]
    return found[0] if found else None


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) and value else []


def _written(node: Node, scope: HostVariables) -> Node | None:
    """Where the one inventory variable that a template names was written."""
    if not isinstance(node.value, str):
        return None
    names = [name for name in names_in(node.value) if scope.node(name) is not None]
    return scope.node(names[0]) if len(names) == 1 else None
