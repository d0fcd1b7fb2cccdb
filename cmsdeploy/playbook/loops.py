"""Loops: the items of one, and what is shown of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cmsdeploy.errors import printable
from cmsdeploy.inventory.node import Node
from cmsdeploy.inventory.variables import HostVariables, rendered
from cmsdeploy.playbook.play import LoopKind

__all__ = ["Loop", "items_of", "label_of", "names_of"]

_WRITE = {
    LoopKind.LOOP: 'give a list; of a mapping: loop: "{{ mapping | dict2items }}"',
    LoopKind.DICT: "give a mapping; with_items takes a list",
}


@dataclass(frozen=True)
class Loop:
    """``node`` gives the items; ``variable`` is what each of them is called."""

    kind: LoopKind
    node: Node
    variable: str = "item"
    index: str | None = None
    label: Node | None = None


def items_of(loop: Loop, scope: HostVariables) -> list[object]:
    """The items for one host. Raises :class:`InputError` with the place of the loop."""
    value = rendered(loop.node, scope, scope.lookup)
    if loop.kind is LoopKind.ITEMS:
        return _unfolded(value)
    if loop.kind is LoopKind.DICT:
        mappings = value if isinstance(value, list) else [value]
        if all(isinstance(one, Mapping) for one in mappings):
            return [{"key": key, "value": one[key]} for one in mappings for key in one]
    elif isinstance(value, list):
        return value
    raise loop.node.problem(
        f"{loop.kind.value} gives {type(value).__name__}, not a "
        + ("mapping" if loop.kind is LoopKind.DICT else "list"),
        _WRITE[loop.kind],
    )


def _unfolded(value: object) -> list[object]:
    items = value if isinstance(value, list) else [value]
    parts = (item if isinstance(item, list) else [item] for item in items)
    return [item for part in parts for item in part]


def names_of(loop: Loop, index: int, item: object) -> dict[str, object]:
    """What a template sees in one turn; nothing is stronger, ``-e`` neither."""
    names = {loop.variable: item, "ansible_loop_var": loop.variable}
    if loop.index is not None:
        names |= {loop.index: index, "ansible_index_var": loop.index}
    return names


def label_of(loop: Loop, index: int, scope: HostVariables) -> str:
    """What is shown of the item: ``label``, a short text, or else its number."""
    if loop.label is not None:
        return printable(str(rendered(loop.label, scope, scope.lookup)), 60)
    item = scope[loop.variable]
    return printable(str(item), 60) if isinstance(item, str | int | float) else str(index + 1)
