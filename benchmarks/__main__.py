"""Everything that ``docs/performance.md`` tells, measured in one run.

    ./scripts/benchmark [--quick] [--again] [NAME ...]

Each measure is a module with one function: given a folder of its own, the peers and whether to be
quick, it gives its findings. All figures of a comparison come from runs that take turns.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from pathlib import Path

from benchmarks.page import update_page, write_page
from benchmarks.peers_here import Peers
from benchmarks.processes import ROOT, say
from benchmarks.rows import Finding

# In the order of the goals.
MEASURES = {
    "start": "measure_start",
    "connection": "measure_connection",
    "path": "measure_path",
    "job": "measure_job",
    "fleet": "measure_fleet",
    "planning": "measure_planning",
    "inventory": "measure_inventory",
}


def main() -> int:
    """Measure, tell, write the page. 1 where a measure could not be made."""
    parser = argparse.ArgumentParser(prog="./scripts/benchmark", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASURES))
    parser.add_argument("--quick", action="store_true", help="fewer turns and smaller fleets")
    parser.add_argument("--again", action="store_true", help="put these into the page as it is")
    parser.add_argument("--out", type=Path, help="docs/performance.md after a whole run")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in MEASURES]
    if unknown:
        parser.error(f"no measure is called {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    named = os.environ.get("CMSDEPLOY_PEERS")
    peers = Peers.found(Path(named).absolute() if named else None)
    begin = time.monotonic()
    found = {name: _measured(name, peers, given.quick) for name in given.names or MEASURES}
    if given.again:
        update_page(found, given.out or ROOT / "docs" / "performance.md")
        return _code(found)
    is_whole = not given.names and not given.quick
    out = given.out or (ROOT / "docs" / "performance.md" if is_whole else None)
    how = "quick: fewer turns, smaller fleets" if given.quick else "all turns, all sizes"
    write_page(found, peers, time.monotonic() - begin, out, how)
    return _code(found)


def _code(found: Mapping[str, Finding]) -> int:
    return 1 if any(finding.is_broken for finding in found.values()) else 0


def _measured(name: str, peers: Peers, is_quick: bool) -> Finding:
    say(f"{name} …")
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cmsdeploy-benchmark-") as folder:
        try:
            module = importlib.import_module(f"benchmarks.{MEASURES[name]}")
            finding: Finding = module.measure(Path(folder), peers, is_quick)
        except Exception as error:
            # One measure that breaks must not take the others with it; the page says so.
            traceback.print_exc(limit=-3)
            reason = f"This measure broke off: {' '.join(str(error).split())[:300]}"
            return Finding([], [reason], is_broken=True)
    say(f"{name}: {time.monotonic() - begin:.0f} s")
    return finding


if __name__ == "__main__":
    sys.exit(main())
