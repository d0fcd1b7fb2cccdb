"""The way back: what a family says of each of its rungs, and of hosts as they were.

A family has it in its file ``undo.py``; the folder is the registry. One that writes nothing has
none, and one whose hosts are not put back by us says so of each rung.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from cmsdeploy.model.undo import Former, Undo, Undoing

__all__ = [
    "Facts",
    "Row",
    "WayBack",
    "found_in",
    "names_in",
    "reversible",
    "text_in",
    "way_back",
    "with_old",
]

# What a plan rested on, of one host and one family: as `State.facts` gave it.
Facts = Mapping[str, object]

# The form of the rung's name, and what takes it back.
Row = tuple[str, Undo]

_AGAIN = re.compile(r"(-\d+)?(~\d+)?$")
_UNKNOWN = Undo(
    Undoing.NOT_REVERSIBLE,
    "nobody has said what takes this back; look at the box, and at its backup",
)


@dataclass(frozen=True)
class WayBack:
    """``undo`` takes the name of a rung and what the host was like before. ``former`` takes what is
    wanted, what was before, and the names of the rungs that were climbed, each by host; it is None
    where the family puts nothing back."""

    undo: Callable[[str, Facts], Undo]
    former: (
        Callable[
            [Mapping[str, object], Mapping[str, Facts], Mapping[str, frozenset[str]]],
            Former[object],
        ]
        | None
    )


def way_back(family: str) -> WayBack:
    """What ``family`` says; one without a file of it takes nothing back."""
    folder = f"{__package__}.{family}"
    is_known = family.isidentifier() and find_spec(folder) is not None
    if not is_known or find_spec(f"{folder}.undo") is None:
        return WayBack(lambda _name, _before: _UNKNOWN, None)
    module = import_module(f"{folder}.undo")
    return WayBack(module.undo, getattr(module, "former", None))


def reversible(text: str) -> Undo:
    """What the rollback does itself."""
    return Undo(Undoing.REVERSIBLE, text)


def found_in(table: Sequence[Row], name: str) -> Undo:
    """The row of a rung; a rung that was climbed twice, or by a second task, has a number."""
    for bare in (name, _AGAIN.sub("", name)):
        for form, undo in table:
            if re.fullmatch(form, bare):
                return undo
    return _UNKNOWN


def text_in(before: Facts, name: str, otherwise: str) -> str:
    """A fact that is a text; ``otherwise`` where the box did not show it, or showed none."""
    found = before.get(name)
    return found if isinstance(found, str) and found not in ("", "unknown") else otherwise


def names_in(before: Facts, name: str) -> tuple[str, ...] | None:
    """A fact that is a list of names; None where the box did not show it."""
    found = before.get(name)
    return tuple(map(str, found)) if isinstance(found, list) else None


def with_old(undo: Undo, old: object) -> Undo:
    """``undo`` with the value that was there, where the box showed it."""
    shown = ", ".join(map(str, old)) if isinstance(old, list) else str(old)
    if old is None or shown == "unknown":
        return undo
    return Undo(undo.mark, f"{undo.text} (it was {shown or 'empty'})")
