"""``serial`` and ``max_fail_percentage``: numbers and shares, written or given by a template."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cmsdeploy.errors import InputError
from cmsdeploy.inventory.node import Kind, Node
from cmsdeploy.inventory.variables import HostVariables
from cmsdeploy.playbook.early import evaluated
from cmsdeploy.playbook.numbers import Size, percentage_of, size_of
from cmsdeploy.playbook.play import Play

__all__ = ["most_failed_of", "sizes_of"]

Known = Callable[[], HostVariables]


def sizes_of(play: Play, known: Known, hosts: int) -> Sequence[int]:
    """The sizes of the batches of ``hosts`` hosts; the last one repeats. Without ``serial``, one
    batch of all. Raises :class:`InputError`."""
    sizes = [size for node in _items(play.serial) for size in _sizes(node, known)]
    if play.serial is not None and not sizes:
        raise play.serial.problem("serial is empty", "write a number")
    return [size.of(hosts) for size in sizes] or [hosts]


def _items(node: Node | None) -> Sequence[Node]:
    if node is None:
        return ()
    return node.items if node.kind is Kind.LIST else (node,)


def _sizes(node: Node, known: Known) -> list[Size]:
    value = evaluated(node, known)
    sizes = [size_of(one) for one in (value if isinstance(value, list) else [value])]
    found = [size for size in sizes if size is not None]
    if len(found) < len(sizes):
        raise _wrong(node, "serial", 'a number above 0, a "30%", or a list of them')
    return found


def most_failed_of(play: Play, known: Known) -> float | None:
    """``max_fail_percentage``; None without one. Raises :class:`InputError`."""
    if play.most_failed is None:
        return None
    percent = percentage_of(evaluated(play.most_failed, known))
    if percent is None:
        raise _wrong(play.most_failed, "max_fail_percentage", "a number from 0 to 100")
    return percent


def _wrong(node: Node, word: str, what: str) -> InputError:
    return node.problem(f"{word} is {node.described}", f"write {what}")
