"""How a playbook speaks with the person who runs it. ``cli`` fills it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmsdeploy.playbook.prompts import Question

__all__ = ["Person"]


def _nobody(text: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Person:
    """``say`` is given the texts of ``debug``; ``ask`` is None where there is no terminal.

    ``step`` is asked before each task of each batch (``--step``) whether to take it; None takes
    all.
    """

    say: Callable[[str], None] = _nobody
    ask: Callable[[Question], str] | None = None
    step: Callable[[str], bool] | None = None
    verbosity: int = 0
