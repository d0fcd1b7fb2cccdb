"""``+``, ``~`` or ``-``: whether a step adds something, changes it or takes it away.

Judged by the verb that people read in the line, for their eyes alone: nothing is decided by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cmsdeploy.model.action import Action, Call, Command, Local, Manual, Pause, Upload, Wait
from cmsdeploy.model.step import Step

__all__ = ["ADDS", "CHANGES", "REMOVES", "sign_of", "signs_sentence"]

ADDS, CHANGES, REMOVES = "+", "~", "-"
_ADDING = frozenset({"add", "add-secret", "create", "csr", "selfsigned", "POST"})
_REMOVING = frozenset({"del", "delete", "remove", "rm", "reset", "none", "DELETE"})


def sign_of(action: Action) -> str:
    """The sign of ``action``; "" where nothing is changed: a wait, a pause, a person's work."""
    if isinstance(action, Upload | Local):
        return ADDS
    if isinstance(action, Call):
        return _by_verb((action.method,))
    if isinstance(action, Command):
        return _by_verb(action.words[1:])
    # What is left is an update of DNS records; to name it here would load all words about them.
    return "" if isinstance(action, Wait | Manual | Pause) else CHANGES


def _by_verb(words: Sequence[str]) -> str:
    for word in words:
        if word in _ADDING or word in _REMOVING:
            return ADDS if word in _ADDING else REMOVES
    return CHANGES


def signs_sentence(steps: Sequence[Step]) -> str:
    """How many of each, as Terraform says it."""
    found = Counter(sign_of(step.action) for step in steps)
    return f"{found[ADDS]} to add, {found[CHANGES]} to change, {found[REMOVES]} to remove"
