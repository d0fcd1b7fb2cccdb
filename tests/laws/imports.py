"""Imports go down only, and no room names a family (design, section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.laws.source import PACKAGE, Module

__all__ = ["ROWS", "family_names", "import_faults"]

ROWS: dict[str, int] = {
    "errors": 0,
    "model": 1,
    "families": 2,
    "certificates": 2,
    "transport": 2,
    "template": 2,
    "planning": 3,
    "session": 3,
    "inventory": 3,
    "executor": 4,
    "playbook": 4,
    "report": 4,
    "cli": 5,
    "embedding": 5,
}
LAB = "lab"


def import_faults(module: Module, families: frozenset[str]) -> Iterator[str]:
    """Say what is wrong with what ``module`` imports. ``families`` are the folders of families."""
    for name in module.imports():
        parts = name.split(".")
        if parts[0] == PACKAGE and len(parts) > 1:
            yield from _fault(module, name, _room(parts[1]))
    yield from _families_named(module, families)


def _room(part: str) -> str:
    return "template" if part.startswith("template") else part


def _fault(module: Module, name: str, room: str) -> Iterator[str]:
    own = module.room
    if room == own or room.startswith("__"):
        return
    if room == LAB:
        if own != "cli":
            yield f"{module.path}: {name}: only cli starts the lab"
    elif own == LAB:
        yield f"{module.path}: {name}: the lab shares nothing with the product"
    elif room not in ROWS or own not in ROWS:
        yield f"{module.path}: {name}: this room has no row in the law"
    elif ROWS[room] == ROWS[own]:
        yield f"{module.path}: {name}: a room never imports its own row"
    elif ROWS[room] > ROWS[own]:
        yield f"{module.path}: {name}: imports go down only"


def family_names(modules: list[Module]) -> frozenset[str]:
    """The folders of families, from the paths of ``modules``."""
    found = (re.match(rf"{PACKAGE}/families/(\w+)/", module.path) for module in modules)
    return frozenset(match[1] for match in found if match)


def _families_named(module: Module, families: frozenset[str]) -> Iterator[str]:
    own = re.match(rf"{PACKAGE}/families/(\w+)/", module.path)
    others = families - ({own[1]} if own else set())
    form = re.compile(rf"\b{PACKAGE}\.families\.({'|'.join(sorted(others))})\b")
    texts = [*module.imports(), *(text for _, text in module.words())]
    for text in dict.fromkeys(texts):
        found = form.search(text)
        if found:
            yield f"{module.path}: names the family {found[1]}"
