"""The table of promises: no row without a test, no test that is not there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tests.promises.page import lines_of
from tests.promises.table import ROWS, Row

TESTS = Path(__file__).parents[1]
ASKED = [
    *(f"A{n}" for n in range(1, 17)),
    *(f"B{n}" for n in range(1, 13)),
    *(f"C{n}" for n in range(1, 10)),
    *(f"D{n}" for n in range(1, 15)),
    *(f"H{n}" for n in range(8, 11)),
    "fuzz",
]
# May only fall: rows of which a part is open.
_MOST_OPEN = 8


@cache
def _functions(path: Path) -> frozenset[str]:
    """The names of the tests of a file that are run: a skipped one decides nothing."""
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text())
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not any(re.search(r"skip|xfail", ast.dump(each)) for each in node.decorator_list)
    )


def _faults(rows: Iterable[Row]) -> list[str]:
    """What is wrong with a table."""
    rows = list(rows)
    names = [row.name for row in rows]
    found = [f"{name} is not in the table" for name in ASKED if name not in names]
    found += [f"{name} is there twice" for name in set(names) if names.count(name) > 1]
    found += [f"{row.name} has no test" for row in rows if not row.tests]
    found += [f"{row.name} asks for no number" for row in rows if not row.asked]
    for row in rows:
        for test in row.tests:
            place, _, name = test.partition("::")
            there = _functions(TESTS / f"{place}.py")
            if not there or (name != "*" and name not in there):
                found.append(f"{row.name}: there is no {test}")
    return found


def test_every_row_is_decided() -> None:
    """Fifty-five rows, each with tests that are there and run."""
    assert len(ROWS) == len(ASKED) == 55
    assert _faults(ROWS) == []


def test_open_parts_become_fewer() -> None:
    """What is not decided is written down, and does not grow."""
    still_open = [row.name for row in ROWS if row.lacking]
    assert len(still_open) <= _MOST_OPEN, still_open


def test_the_threat_model_names_every_row() -> None:
    """A promise that is made against nobody is one too many; one that is not there is a lie."""
    text = (TESTS.parent / "docs" / "threats.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b[ABCDH]\d{1,2}\b", text))
    assert named == {*ASKED} - {"fuzz"}


def test_a_table_with_a_hole_is_found() -> None:
    """Planted: a row that is gone, twice, without a test, with one that is not there."""
    rows = list(ROWS)
    empty = Row("A1", "x", "0", ())
    gone = Row("A1", "x", "0", ("promises/test_table::test_nothing_of_the_kind",))
    assert _faults(rows[1:]) == ["A1 is not in the table"]
    assert "A1 is there twice" in _faults([*rows, rows[0]])
    assert _faults([empty, *rows[1:]]) == ["A1 has no test"]
    assert "there is no" in _faults([gone, *rows[1:]])[0]


def test_the_page_has_every_row() -> None:
    """With its number where a run has told one, and with what is open."""
    numbers = [{"row": "A2", "number": "0 hits in 4 runs"}, {"row": "A2", "number": "0 in 9"}]
    numbers += [{"passed": f"tests/transport/test_libraries.py::test_x[{n}]"} for n in range(16)]
    numbers += [{"passed": "tests/promises/test_failing_runs.py::test_no_failure_shows_a_canary"}]
    kills: list[dict[str, str | int]] = [
        {"row": "D1", "what": "kills over the wire converge", "count": n} for n in (1, 2)
    ]
    text = "\n".join(lines_of([*numbers, *kills], "today"))
    assert "| 3 kills over the wire converge |" in text
    for name in ASKED:
        assert f"| {name} |" in text
    assert "0 hits in 4 runs; 0 in 9" in text
    assert "| 16 tests passed |" in text
    assert "| 1 tests passed |" not in text
    assert "not told by this run" in text
