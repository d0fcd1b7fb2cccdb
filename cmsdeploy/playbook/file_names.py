"""The names of files that an import names: texts, or templates of what is known that early."""

from __future__ import annotations

from collections.abc import Callable

from cmsdeploy.errors import InputError
from cmsdeploy.inventory.node import Node
from cmsdeploy.inventory.variables import HostVariables, placed
from cmsdeploy.playbook.early import evaluated
from cmsdeploy.playbook.parts import Parts

__all__ = ["name_of_file"]


def name_of_file(parts: Parts, node: Node, word: str, known: Callable[[], HostVariables]) -> str:
    """The name, or "" where it is wrong: then ``parts`` has noted why."""
    if not parts.text(node, word):
        return ""
    try:
        name = evaluated(node, known)
    except InputError as error:
        parts.problems.append(placed(error, node))
        return ""
    if isinstance(name, str) and name:
        return name
    parts.say(node, f"{word} gives {type(name).__name__}, not the name of a file", "name a file")
    return ""
