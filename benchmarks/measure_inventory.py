"""Goal 8: ten thousand hosts, beside ``ansible-inventory --list``."""

from __future__ import annotations

from pathlib import Path

from benchmarks import inventory_list
from benchmarks.peers_here import Peers
from benchmarks.rows import Finding, Row, at_least, missing

__all__ = ["measure"]


def measure(folder: Path, peers: Peers, is_quick: bool) -> Finding:
    """As INI and as YAML; both programs have to print the same."""
    count = 2_000 if is_quick else 10_000
    rows: list[Row] = []
    for form in ("ini", "yml"):
        name = f"inventory --list, {count:,} hosts, {form}"
        if not peers.has("ansible-core"):
            rows.append(missing(name, "ansible-inventory --list", "not installed", "≥ 10 x faster"))
            continue
        found = inventory_list.measure(count, form, peers.program("ansible-inventory"))
        row = at_least(name, "ansible-inventory --list", found.theirs, found.ours, 10)
        rows.append(row)
        if not found.is_same:
            raise RuntimeError(f"{form}: the two programs do not print the same")
    return Finding(rows, ["Processor time; what both print was compared and is the same."])
