"""A text that a person shall read. A secret has none."""

from __future__ import annotations

from cmsdeploy.inventory.node import Node
from cmsdeploy.inventory.variables import HostVariables, rendered

__all__ = ["shown", "text_of"]


def text_of(node: Node, scope: HostVariables) -> str:
    """What ``node`` says on a host. Raises :class:`InputError`, for a secret too."""
    return shown(rendered(node, scope, scope.lookup), node)


def shown(value: object, node: Node) -> str:
    """``value`` as text."""
    try:
        return str(value)
    except TypeError:
        raise node.problem("the text would show a secret", "name it, do not print it") from None
