"""Where the time of one of our processes goes, for the page: taken where a goal is missed."""

from __future__ import annotations

import io
import pstats
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.processes import run

__all__ = ["where_time_goes"]

_MOST = 12


def where_time_goes(words: Sequence[str], folder: Path, *, is_import: bool = False) -> str:
    """The functions, or with ``is_import`` the modules, that take most; ``words`` are ours.

    The profile of functions is that of the main thread: the others wait for the network or for it.
    """
    rest = list(words[1:])
    if is_import:
        spent = run([sys.executable, "-X", "importtime", "-m", "cmsdeploy", *rest], folder)
        return _imports(spent.errors)
    place = folder / "profile"
    run([sys.executable, "-m", "cProfile", "-o", str(place), "-m", "cmsdeploy", *rest], folder)
    if not place.exists():
        return "no profile could be taken"
    text = io.StringIO()
    statistics = pstats.Stats(str(place), stream=text)
    statistics.strip_dirs().sort_stats("tottime").print_stats(_MOST)
    lines = text.getvalue().splitlines()
    start = next((n for n, line in enumerate(lines) if line.lstrip().startswith("ncalls")), 0)
    return "\n".join(line.rstrip() for line in lines[start:] if line.strip())


def _imports(told: str) -> str:
    rows = []
    for line in told.splitlines():
        own, _, rest = line.partition(":")[2].partition("|")
        total, _, name = rest.partition("|")
        if own.strip().isdigit() and total.strip().isdigit():
            rows.append((int(total), name))
    top = sorted(rows, reverse=True)[: _MOST + 4]
    return "\n".join(f"{total / 1000:8.1f} ms  {name.strip()}" for total, name in top)
