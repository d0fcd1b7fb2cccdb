"""Families of commands: one folder each. The folders are the registry.

Law. A family knows the words of its commands and of their replies, and nothing of files, places,
threads, time or the wire. All of it is pure. It imports ``model`` and ``errors`` and its own
folder; ``planning``, ``playbook`` and ``executor`` call it through ``contract``, and none of them
names a family.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from cmsdeploy.families.contract import Family

__all__ = ["families"]


@lru_cache(maxsize=1)
def families() -> Mapping[str, Family[Any, Any]]:
    """Every family found, by name. A folder here that has no ``family`` is a mistake and raises."""
    folders = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)
    found = (importlib.import_module(f"{__name__}.{folder}").family for folder in folders)
    return MappingProxyType({family.name: family for family in found})
