"""Families of commands: one folder each. The folders are the registry.

Law. A family knows the words of its commands and of their replies, and nothing of files, places,
threads, time or the wire. All of it is pure. It imports ``model`` and ``errors`` and its own
folder; ``planning``, ``playbook`` and ``executor`` call it through ``contract``, and none of them
names a family.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from cmsdeploy.families.contract import Family

__all__ = ["families"]

# Each has facts and wishes of its own; whoever takes one by its name sees neither.
AnyFamily = Family[Any, Any]


@lru_cache(maxsize=1)
def families() -> Mapping[str, AnyFamily]:
    """Every family found, by name, which is the name of its folder. Each is loaded when it is first
    asked for: most runs need one or two."""
    return _Found(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg))


class _Found(Mapping[str, AnyFamily]):
    """Read-only. A folder that has no ``family``, or one of another name, is a mistake and raises
    when it is asked for; a test asks for all."""

    def __init__(self, names: list[str]) -> None:
        self._names = dict.fromkeys(names)

    def __getitem__(self, name: str) -> AnyFamily:
        if name not in self._names:
            raise KeyError(name)
        family: AnyFamily = importlib.import_module(f"{__name__}.{name}").family
        if family.name != name:
            raise ImportError(f"the folder {name} holds the family {family.name}")
        return family

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
