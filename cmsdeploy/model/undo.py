"""What takes a step back: a command, something of equal worth, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

__all__ = ["Former", "Undo", "Undoing"]

SpecT = TypeVar("SpecT")


class Undoing(Enum):
    """``COMPENSABLE``: afterwards it is as good as before and not the same, or a person does it."""

    REVERSIBLE = "reversible"
    COMPENSABLE = "compensable"
    NOT_REVERSIBLE = "not reversible"


@dataclass(frozen=True)
class Undo:
    """``text`` says what takes the step back; or why nothing does, and what a person can do."""

    mark: Undoing
    text: str


@dataclass(frozen=True)
class Former(Generic[SpecT]):
    """What to want so that hosts are as they were: by host, those alone for which that can be said.

    ``against`` says for a cluster why nothing of it is put back at all.
    """

    wanted: Mapping[str, SpecT] = field(default_factory=dict)
    against: Mapping[str, str] = field(default_factory=dict)
