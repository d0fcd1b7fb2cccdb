"""Records are put back by whoever keeps the zone: others may have built on them since."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.undo import Undo, Undoing

__all__ = ["undo"]


def undo(name: str, before: Mapping[str, object]) -> Undo:
    """What takes an update back; ``before`` are the sets by server, name and type."""
    bare = name.partition("~")[0]
    kind, _, record = bare.partition("-")
    if bare == "seen-everywhere":
        return Undo(Undoing.REVERSIBLE, "a look")
    was = next(
        (shown for asked, shown in before.items() if asked.endswith(f" {record}. {kind}")),
        "unknown",
    )
    there = "there was none" if was == "none" else f"there was: {was}"
    return Undo(Undoing.COMPENSABLE, f"by a person, with nsupdate or in the zone; {there}")
