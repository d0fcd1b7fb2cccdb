"""One value of a document with the place where it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cmsdeploy.errors import InputError, Origin, printable

__all__ = ["Kind", "Node", "excerpt_of", "node_of"]

_LONGEST_EXCERPT = 160
_MAY_HOLD_SECRET = re.compile(r"pass|secret|token|credential", re.IGNORECASE)


class Kind:
    """What a node is."""

    SCALAR = "scalar"
    LIST = "list"
    MAPPING = "mapping"


@dataclass(frozen=True)
class Node:
    """One value and its place. ``value`` is plain Python data.

    ``written`` is the text of a scalar as it stands in the file, ``is_quoted`` whether quotes say
    that it is text. ``entries`` are the values of a mapping by key, ``keys`` its keys as nodes;
    ``items`` are those of a list. ``key`` is the key under which the value stands in its mapping.
    """

    value: Any
    origin: Origin
    kind: str = Kind.SCALAR
    written: str = ""
    is_quoted: bool = False
    entries: Mapping[Any, Node] = field(default_factory=dict, repr=False)
    keys: Mapping[Any, Node] = field(default_factory=dict, repr=False)
    items: tuple[Node, ...] = field(default=(), repr=False)
    key: Node | None = field(default=None, repr=False)
    line: str = field(default="", repr=False)
    weight: int = field(default=1, repr=False)

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


def node_of(value: Any, origin: Origin) -> Node:
    """Plain data that was not written in a file (``-e``) as nodes that all have one place."""
    if isinstance(value, dict):
        entries = {key: node_of(item, origin) for key, item in value.items()}
        keys = {key: Node(key, origin, written=str(key)) for key in value}
        return Node(value, origin, Kind.MAPPING, entries=entries, keys=keys)
    if isinstance(value, list):
        items = tuple(node_of(item, origin) for item in value)
        return Node(value, origin, Kind.LIST, items=items)
    return Node(value, origin, written=str(value) if isinstance(value, (str, int)) else "")
