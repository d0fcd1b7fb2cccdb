"""The collector of circles, at rest while large things are made that have none.

Inventories and plans are read and made in one go, by the million objects, and no circle is among
them: the collector would look at all of it again and again, for a seventh of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["without_collector"]


@contextmanager
def without_collector() -> Iterator[None]:
    """Around a function, or as its decorator. What was the rule before is the rule afterwards."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
