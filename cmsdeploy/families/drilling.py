"""Who can rehearse a loss: the families with a file ``drill.py``. The folder is the registry.

``drills(desired, observed)`` gives the drill of each cluster; ``followers(desired, observed,
names)`` says by host what has to become true when the host of these names is stopped. A family has
one of them, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from cmsdeploy.model.drill import Drill
from cmsdeploy.model.step import Sentence

__all__ = ["drills_of", "followers_of"]

ByHost = Mapping[str, object]


def drills_of(family: str) -> Callable[[ByHost, ByHost], tuple[Drill, ...]] | None:
    """What makes the drills of ``family``, where it has some."""
    module = _module(family)
    found: Callable[[ByHost, ByHost], tuple[Drill, ...]] | None = getattr(module, "drills", None)
    return found


def followers_of(
    family: str,
) -> Callable[[ByHost, ByHost, frozenset[str]], Mapping[str, Sentence]] | None:
    """What says who of ``family`` has to follow, where anybody has to."""
    found: Callable[[ByHost, ByHost, frozenset[str]], Mapping[str, Sentence]] | None
    found = getattr(_module(family), "followers", None)
    return found


def _module(family: str) -> ModuleType | None:
    name = f"{__package__}.{family}.drill"
    return import_module(name) if find_spec(name) else None
