"""``python -m tests.promises.page NUMBERS``: the page of promises, from the numbers of a run.

NUMBERS is the file that ``CMSDEPLOY_NUMBERS`` named while the tests ran.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path

from tests.mutation.page import DECIDES, paragraph
from tests.promises.table import ROWS, Row

__all__ = ["lines_of"]

PAGE = Path(__file__).parents[2] / "docs" / "promises.md"
_LIBRARIES = ("paramiko", "cryptography", "dnspython", "jinja2", "pyyaml", "urllib3", "asyncssh")
_HEAD = """\
# The promises, row by row

Each row is a fault or an attack, the number that was asked for, and the number that a run of the
tests has reached. The table of rows and tests is `tests/promises/table.py`; a row without a test
makes the suite fail. This page is written by `python -m tests.promises.page` from the numbers of a
run with `CMSDEPLOY_NUMBERS=FILE`.
"""


def lines_of(numbers: Iterable[Mapping[str, str | int]], when: str) -> Iterator[str]:
    """The page. ``numbers`` are records with ``row`` and ``number``, or ``row``, ``what`` and
    ``count``, in the order of the run, or with the test that ``passed``."""
    told: dict[str, dict[str, None]] = {}
    passed: dict[str, None] = {}
    sums: Counter[tuple[str, str]] = Counter()
    for record in numbers:
        if "passed" in record:
            passed[str(record["passed"])] = None
        elif "count" in record:
            sums[str(record["row"]), str(record["what"])] += int(record["count"])
        else:
            told.setdefault(str(record["row"]), {})[str(record["number"])] = None
    for (name, what), count in sums.items():
        told.setdefault(name, {})[f"{count} {what}"] = None
    yield from _HEAD.splitlines()
    yield ""
    yield when
    yield ""
    yield "| row | fault | asked | reached | open |"
    yield "| --- | --- | --- | --- | --- |"
    for row in ROWS:
        reached = "; ".join(told.get(row.name, {})) or _counted(row, passed)
        yield f"| {row.name} | {row.fault} | {row.asked} | {_cell(reached)} | {row.lacking} |"
    yield ""
    yield from paragraph()
    yield DECIDES
    yield ""
    for row in ROWS:
        yield f"- {row.name}: " + ", ".join(f"`{test}`" for test in row.tests)


def _counted(row: Row, passed: Iterable[str]) -> str:
    """How many of its tests passed, for a row whose tests tell no number."""
    own = 0
    for test in passed:
        place, _, name = test.removeprefix("tests/").partition(".py::")
        plain = name.partition("[")[0]
        own += bool({f"{place}::{plain}", f"{place}::*"} & set(row.tests))
    return f"{own} tests passed" if own else "not told by this run: see its tests"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _when() -> str:
    openssh = subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=False).stderr
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    python = f"Python {platform.python_version()}"
    return f"{date.today():%Y-%m-%d}; {python}, {libraries}, {openssh.split(',')[0].strip()}."


def _main(path: str) -> None:
    numbers = [json.loads(line) for line in Path(path).read_text().splitlines()]
    PAGE.write_text("\n".join(lines_of(numbers, _when())) + "\n")


if __name__ == "__main__":
    _main(sys.argv[1])
