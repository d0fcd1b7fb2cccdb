"""The entries of one mapping while it is read: keys stand once, ``<<`` gives what is missing."""

from __future__ import annotations

from typing import Any

from cmsdeploy.errors import InputError, printable
from cmsdeploy.inventory.node import Kind, Node

__all__ = ["Entries"]

_FROM_JSON = frozenset({"__ansible_vault", "__ansible_unsafe"})


class Entries:
    """Keys and values in order; what is wrong goes to ``problems``."""

    def __init__(self, problems: list[InputError], *, is_json: bool) -> None:
        self.keys: dict[Any, Node] = {}
        self.values: dict[Any, Node] = {}
        self._merged: list[Node] = []
        self._problems = problems
        self._is_json = is_json

    def add(self, key: Node, value: Node) -> None:
        """Take one entry."""
        if key.value == "<<" and not key.is_quoted:
            self._merge(value)
        elif key.kind is not Kind.SCALAR:
            self._problems.append(key.problem("a key cannot be a collection", "use a text"))
        elif key.value in self.keys:
            self._problems.append(_duplicate(key, self.keys[key.value]))
        elif self._is_json and key.value in _FROM_JSON:
            cause = f"{key.value} is Ansible's own form of a value in JSON"
            self._problems.append(key.problem(cause, "write it as YAML: !vault or !unsafe"))
        else:
            self.keys[key.value], self.values[key.value] = key, value

    def _merge(self, value: Node) -> None:
        for source in value.items if value.kind is Kind.LIST else (value,):
            if source.kind is Kind.MAPPING:
                self._merged.append(source)
            else:
                self._problems.append(source.problem("<< merges mappings only", "name a mapping"))

    def finish(self) -> None:
        """Fill in what the merged mappings have and this one has not."""
        for source in self._merged:
            for name in source.entries:
                self.keys.setdefault(name, source.keys[name])
                self.values.setdefault(name, source.entries[name])


def _duplicate(key: Node, first: Node) -> InputError:
    return key.problem(
        f"the key {printable(key.written or str(key.value), 60)!r} stands twice in one mapping: "
        f"here and in line {first.origin.line}",
        "keep one of the two",
    )
