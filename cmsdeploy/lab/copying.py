"""How data of a world is copied: worlds are copied thousands of times in a test run.

Frozen data is shared; plain data is copied field by field, without the detour that `copy` takes.
"""

from __future__ import annotations

import copy
from typing import TypeVar

_Self = TypeVar("_Self")
_SHARED = (str, int, float, bytes, tuple, type(None))


class Frozen:
    """Data that nobody changes: a copy is the thing itself."""

    __slots__ = ()

    def __deepcopy__(self: _Self, _memo: object) -> _Self:
        """Share."""
        return self


class Plain:
    """Data whose tuples hold nothing that changes."""

    def __deepcopy__(self: _Self, memo: dict[int, object]) -> _Self:
        """Copy field by field."""
        fresh = object.__new__(type(self))
        memo[id(self)] = fresh
        fields = vars(fresh)
        for name, value in vars(self).items():
            fields[name] = value if isinstance(value, _SHARED) else copy.deepcopy(value, memo)
        return fresh
