"""The ids of rules that the product says: of refusals and of problems, by the code alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from tests.laws.source import Module

__all__ = ["said_rules"]

_ID = re.compile(r"[a-z]+/[a-z][a-z0-9-]*")
_ROOMS = ("families", "planning")
# These tell of rules, they do not find anything.
_TELLING = re.compile(r"/(explanations|explained_\w+)\.py$")


def said_rules(modules: Iterable[Module]) -> frozenset[str]:
    """Every rule id in a family or in planning: strings of the form ``room/rule``, and whatever is
    the second word of a ``Refusal`` or a ``Problem``."""
    chosen = [m for m in modules if m.room in _ROOMS and not _TELLING.search(m.path)]
    return frozenset(rule for module in chosen for rule in _of(module))


def _of(module: Module) -> Iterator[str]:
    named = _constants(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("Refusal", "Problem") and len(node.args) > 1:
                yield from _text(node.args[1], named)
        elif isinstance(node, ast.Constant) and _ID.fullmatch(str(node.value)):
            yield str(node.value)


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _text(node: ast.expr, named: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.Name) and node.id in named:
        yield named[node.id]
