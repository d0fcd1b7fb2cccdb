"""Goal 7: planning alone, in memory: time and memory for each host, from 10 to 1,000 clusters."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers_here import Peers
from benchmarks.processes import ROOT, run, say
from benchmarks.profiles import where_time_goes
from benchmarks.rows import Finding, Row, told

__all__ = ["measure"]

# Clusters. All sizes take turns, the small ones more often: what else the machine does is longer
# than they are.
_SIZES = (10, 30, 100, 300, 1000)
_MOST_TURNS = 9


def measure(folder: Path, peers: Peers, is_quick: bool) -> Finding:
    """A process for each size: what one leaves behind is not the next one's."""
    rows: list[Row] = []
    unit: tuple[float, float] | None = None
    for clusters, spent in _in_turns(folder, _SIZES[:4] if is_quick else _SIZES).items():
        seconds = min(each["seconds"] for each in spent) / spent[0]["hosts"]
        kib = min(each["kib"] for each in spent) / spent[0]["hosts"]
        name = f"{clusters:,} clusters, {spent[0]['hosts']:,} hosts, {spent[0]['steps']:,} steps"
        if unit is None:
            unit = seconds, kib
            rows.append(told(name, f"{1000 * seconds:.2f} ms, {kib:.0f} KiB a host"))
            continue
        slower, larger = seconds / unit[0], kib / unit[1]
        rows.append(
            Row(
                name, "10 clusters", f"{1000 * unit[0]:.2f} ms, {unit[1]:.0f} KiB a host",
                f"{1000 * seconds:.2f} ms, {kib:.0f} KiB a host",
                f"{slower:.2f} x, {larger:.2f} x", "≤ 1.2 x", slower <= 1.2 and larger <= 1.2,
            )
        )  # fmt: skip
    notes = [
        "Three servers and two more call bridges a cluster: five call bridges. Processor time from "
        "tasks to stages to an ordered plan with its proofs; memory is what all of it takes.",
        "A test counts operations: tests/planning/test_operations.py.",
    ]
    profile = ""
    if any(row.is_met is False for row in rows):
        notes.append(
            "Why a host of many takes longer: the operations for each are the same, to 0.5 %, and "
            "so are the calls of each function. What grows is the memory that they walk through, "
            "beyond what the caches of a processor hold. The profile is that of a rendering of "
            "300 clusters."
        )
        words = ["cmsdeploy", "render", str(folder / "book.yml")]
        profile = where_time_goes([*words, "-i", str(folder / "hosts-300.yml")], folder)
    return Finding(rows, notes, profile)


def _in_turns(folder: Path, sizes: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {clusters: [] for clusters in sizes}
    for turn in range(_MOST_TURNS):
        for clusters, spent in found.items():
            if turn < (3 if clusters > 300 else 5 if clusters > 30 else _MOST_TURNS):
                say(f"planning: {clusters} clusters")
                words = [sys.executable, "-m", "benchmarks.planning_alone", str(clusters)]
                output = run([*words, str(folder)], folder, {"PYTHONPATH": str(ROOT)}).check()
                spent.append(json.loads(output.output))
    return found
