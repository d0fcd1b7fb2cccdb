"""What takes each step of a run back, as a table for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cmsdeploy.errors import printable
from cmsdeploy.model.undo import Undo, Undoing
from cmsdeploy.planning.rollback import DoneStep

__all__ = ["undone_as_json", "undone_lines"]

Row = tuple[DoneStep, Undo]


def undone_lines(
    undone: Sequence[Row], against: Mapping[str, str], backups: Mapping[str, str]
) -> Iterator[str]:
    """Two lines for each kind of step, the last one first; then what is not put back, and why."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for step, undo in undone:
        maybe = "" if step.is_sure else " (nobody knows whether it was done)"
        line = f"{printable(step.line)}{maybe}"
        grouped.setdefault((undo.mark.value, line, printable(undo.text)), []).append(step.host)
    width = max((len(mark.value) for mark in Undoing), default=0)
    for (mark, line, text), hosts in grouped.items():
        yield f"{mark:<{width}}  {' '.join(dict.fromkeys(hosts))}  {line}"
        yield f"{'':<{width}}      {text}"
    counted = Counter(undo.mark for _, undo in undone)
    yield ", ".join(f"{counted[mark]} {mark.value}" for mark in Undoing)
    for cluster, why in against.items():
        yield f"refused cluster {printable(cluster)} is not put back: {printable(why)}"
    for host, path in backups.items():
        yield f"note    {host}: a backup from before this run: {printable(path)}"


def undone_as_json(undone: Sequence[Row]) -> list[dict[str, object]]:
    """The same for programs."""
    return [
        {
            "id": step.identity,
            "host": step.host,
            "line": step.line,
            "is_sure": step.is_sure,
            "mark": undo.mark.value,
            "text": undo.text,
        }
        for step, undo in undone
    ]
