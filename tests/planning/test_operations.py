"""Planning for many clusters costs each of them the same: operations are counted, never seconds."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from benchmarks.planning_alone import planning

if TYPE_CHECKING:
    from _typeshed import TraceFunction

# Beside the true growth: names that hash differently, and what is done once for all.
_ALLOWED = 0.005


def _operations(folder: Path, clusters: int) -> int:
    """How many lines of our own code are run to plan; a turn of a loop or comprehension is one."""
    plan = planning(folder, clusters)
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> TraceFunction | None:
        nonlocal count
        if event == "line":
            count += 1
        return trace if "cmsdeploy" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        plan()
    finally:
        sys.settrace(before)
    return count


def test_no_step_of_planning_grows_faster_than_the_clusters(tmp_path: Path) -> None:
    """Twice as many more clusters take twice as many more operations: anything that asks every host
    about every other would take four times as many."""
    few, some, many = (_operations(tmp_path, clusters) for clusters in (10, 20, 40))
    assert many - some <= 2 * (some - few) * (1 + _ALLOWED), (few, some, many)
    assert many - some >= 2 * (some - few) * (1 - _ALLOWED), (few, some, many)
