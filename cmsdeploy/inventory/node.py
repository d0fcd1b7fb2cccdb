"""One value of a document with the place where it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cmsdeploy.errors import InputError, Origin, printable

__all__ = ["Kind", "Node", "excerpt_of", "node_of"]

_LONGEST_EXCERPT = 160
_MAY_HOLD_SECRET = re.compile(r"pass|secret|token|credential", re.IGNORECASE)
_NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Kind:
    """What a node is."""

    SCALAR = "scalar"
    LIST = "list"
    MAPPING = "mapping"


def _nothing() -> Mapping[Any, Any]:
    return _NOTHING


@dataclass(eq=False, slots=True)
class Node:
    """One value and its place, never changed after it was made. ``value`` is plain Python data.

    ``written`` is the text of a scalar as it stands in the file, ``is_quoted`` whether quotes say
    that it is text. ``entries`` are the values of a mapping by key, ``keys`` its keys as nodes;
    ``items`` are those of a list. ``key`` is the key under which the value stands in its mapping.
    ``is_sensitive`` marks what stood in an encrypted file: it is read like any other, and neither
    shown nor quoted in a message. An inline ``!vault`` is a
    :class:`~cmsdeploy.inventory.keyring.Vaulted` as ``value``.
    """

    value: Any
    origin: Origin
    kind: str = Kind.SCALAR
    written: str = ""
    is_quoted: bool = False
    entries: Mapping[Any, Node] = field(default_factory=_nothing, repr=False)
    keys: Mapping[Any, Node] = field(default_factory=_nothing, repr=False)
    items: tuple[Node, ...] = field(default=(), repr=False)
    key: Node | None = field(default=None, repr=False)
    line: str = field(default="", repr=False)
    weight: int = field(default=1, repr=False)
    is_sensitive: bool = False
    # Not `frozen`: that makes it thrice as slow to build, and large inventories are made of it.

    def problem(self, cause: str, action: str = "") -> InputError:
        """An :class:`InputError` about this place; the line is shown unless it may be secret."""
        return InputError(cause, action, self.origin, excerpt_of(self.line))

    @property
    def is_text(self) -> bool:
        return isinstance(self.value, str)

    @property
    def described(self) -> str:
        """What the value is, for messages: "a boolean (NO)"."""
        if self.kind is not Kind.SCALAR:
            return f"a {self.kind}"
        names = {bool: "a boolean", int: "a number", float: "a number", str: "a text"}
        name = "empty" if self.value is None else names.get(type(self.value), "a date")
        return f"{name} ({printable(self.written, 40)})" if self.written else name


def excerpt_of(line: str) -> str:
    """``line`` as it may be shown: not where it may hold a secret, nor where it fills a screen."""
    return "" if _MAY_HOLD_SECRET.search(line) or len(line) > _LONGEST_EXCERPT else line


def node_of(value: Any, origin: Origin, *, is_sensitive: bool = False) -> Node:
    """Plain data without places of its own (``-e``, a list in INI) as nodes that all have one."""
    if isinstance(value, Node):
        return value

    def part(item: Any) -> Node:
        return node_of(item, origin, is_sensitive=is_sensitive)

    if isinstance(value, dict):
        entries = {key: part(item) for key, item in value.items()}
        keys = {key: Node(key, origin, written=str(key)) for key in value}
        kind = Kind.MAPPING
        return Node(value, origin, kind, entries=entries, keys=keys, is_sensitive=is_sensitive)
    if isinstance(value, list):
        items = tuple(part(item) for item in value)
        return Node(value, origin, Kind.LIST, items=items, is_sensitive=is_sensitive)
    is_shown = isinstance(value, (str, int)) and not is_sensitive
    return Node(value, origin, written=str(value) if is_shown else "", is_sensitive=is_sensitive)
