"""The backup of a whole box: its command, its reply, its files (mmp.md section 8).

``backup snapshot NAME`` says ``ready for download`` (CODE: a working program waits for it) and
makes ``NAME.bak`` and ``NAME.json`` in the flat root (DOC TAC 215421). How long it takes and how
large the files are is in no source.
"""

from __future__ import annotations

from cmsdeploy.model.action import Command

__all__ = ["BACKUP", "DESCRIPTION", "is_ready", "snapshot"]

# The endings of the two files. Whether every release makes the second is not known.
BACKUP, DESCRIPTION = ".bak", ".json"


def snapshot(name: str, seconds: float) -> Command:
    """Make a backup called ``name`` on the box; the others on it stay."""
    return Command(("backup", "snapshot", name), deadline=seconds)


def is_ready(text: str) -> bool:
    """Whether the reply says that the backup is there."""
    return "ready for download" in " ".join(text.split()).lower()
