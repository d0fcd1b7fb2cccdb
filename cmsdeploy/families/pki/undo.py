"""Files are not taken back: they stay, and nothing names them."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.families.undoing import Row, found_in, names_in
from cmsdeploy.model.undo import Undo, Undoing

__all__ = ["undo"]

_STAYS = Undo(
    Undoing.COMPENSABLE, "the file stays on the box, and nothing names it; remove it by SFTP"
)
_REPLACED = Undo(
    Undoing.NOT_REVERSIBLE,
    "it took the place of another file of that name, which is in a backup and nowhere else: upload"
    " the old one again",
)
_TABLE: tuple[Row, ...] = (
    ("request-.*|answer-.*|fetched-.*", _STAYS),
    ("file-.*", _STAYS),
    (".*", Undo(Undoing.REVERSIBLE, "a look")),
)


def undo(name: str, before: Mapping[str, object]) -> Undo:
    """What takes the rung ``name`` back on a box that had the files of ``before``."""
    had = {*(names_in(before, "files") or ()), *(names_in(before, "readable") or ())}
    bare = name.removeprefix("file-").partition("~")[0]
    return _REPLACED if name.startswith("file-") and bare in had else found_in(_TABLE, name)
