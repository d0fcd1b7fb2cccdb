"""A raw command: who wrote it knows what takes it back."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.undo import Undo, Undoing

__all__ = ["undo"]


def undo(_name: str, _before: Mapping[str, object]) -> Undo:
    """Nothing that we know."""
    return Undo(
        Undoing.NOT_REVERSIBLE,
        "a raw command of the playbook: write a task with the command that takes it back",
    )
