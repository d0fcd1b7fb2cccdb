"""Tables on a terminal, and as JSON."""

from __future__ import annotations

import re

import pytest

from cmsdeploy.model.cell import BOXES, Cell
from cmsdeploy.model.secret import Secret
from cmsdeploy.planning.tables import Table, tables_of
from cmsdeploy.report.tables import table_as_json, table_lines


def _cell(row: str, column: str, text: str, *, wrong: bool = False, table: str = BOXES) -> Cell:
    return Cell(table, "paris", row, column, text, row, wrong)


def _fleet(boxes: int, columns: int) -> tuple[Table, ...]:
    names = [f"paris-cms{number:02}" for number in range(boxes)]
    return tables_of(
        _cell(name, f"column {n}", f"text {n}") for name in names for n in range(columns)
    )


def test_columns_are_aligned_and_what_is_wrong_is_marked() -> None:
    """By a character, so that it is there without colour."""
    tables = tables_of(
        [
            _cell("cb1", "version", "2.9.5"),
            _cell("cb2", "version", "2.9.5"),
            _cell("cb1", "state", "LEADER"),
            _cell("cb2", "state", "stopped", wrong=True),
            _cell("cb1", "login", "logged in"),
        ]
    )
    assert list(table_lines(tables, 100)) == [
        "boxes of the cluster paris",
        "  box  version  state     login",
        "  cb1  2.9.5    LEADER    logged in",
        "  cb2  2.9.5    !stopped  -",
    ]


@pytest.mark.parametrize("width", [40, 80, 100, 120, 300])
@pytest.mark.parametrize("boxes", [1, 3, 30])
def test_no_line_is_wider_than_the_terminal(width: int, boxes: int) -> None:
    """What does not fit goes below, beside the names of the boxes; nothing is lost."""
    lines = list(table_lines(_fleet(boxes, 12), width))
    assert max(map(len, lines)) <= width
    heads = [line for line in lines if line.startswith("  box")]
    assert re.findall(r"column \d+", " ".join(heads)) == [f"column {n}" for n in range(12)]
    assert sum("paris-cms00" in line for line in lines) == len(heads)


def test_text_of_a_box_cannot_draw() -> None:
    """Control characters are shown, long texts are cut."""
    tables = tables_of([_cell("cb1", "leader", "\x1b[2J\n" + "x" * 100)])
    lines = list(table_lines(tables, 80))
    assert len(lines) == 3
    assert "\x1b" not in "".join(lines)
    assert lines[-1].endswith("…")


def test_secrets_that_differ_within_a_row_are_marked() -> None:
    """From what most have; the first counts among equals; rows do not concern each other."""
    one, other, third = Secret("one"), Secret("other"), Secret("third")

    def held(row: str, column: str, secret: Secret | None) -> Cell:
        return Cell("call bridges", "paris", row, column, "set", column, secret=secret)

    (table,) = tables_of(
        [
            held("cb1", "a", other), held("cb1", "b", one), held("cb1", "c", one),
            held("cb2", "a", third), held("cb2", "b", None), held("cb2", "c", third),
            held("cb3", "a", one), held("cb3", "b", other), held("cb3", "c", None),
        ]
    )  # fmt: skip
    wrong = {place for place, cell in table.cells.items() if cell.is_wrong}
    assert wrong == {("cb1", "a"), ("cb3", "b")}
    text = repr(table) + str(table_as_json(table)) + "".join(table_lines([table], 80))
    assert not [each for each in ("one'", "other'", "third'") if each in text]


def test_the_table_by_box_comes_first_and_clusters_keep_their_order() -> None:
    """Whatever family speaks first; the later of two cells counts, and a wrong one stays wrong."""
    tables = tables_of(
        [
            Cell("matrix", "b", "r", "c", "1", "h"),
            Cell(BOXES, "a", "h", "c", "1", "h", True),
            Cell(BOXES, "b", "h", "c", "2", "h"),
            Cell(BOXES, "a", "h", "c", "3", "h"),
        ]
    )
    assert [(t.cluster, t.name) for t in tables] == [("b", BOXES), ("b", "matrix"), ("a", BOXES)]
    cell = tables[2].cells[("h", "c")]
    assert (cell.text, cell.is_wrong) == ("3", True)
