"""Tables for a terminal: aligned, within its width, with ``!`` before what is not as wanted.

The mark is a character and no colour, so that it is there in a log, in a pipe and for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cmsdeploy.errors import printable
from cmsdeploy.planning.tables import Table

__all__ = ["MARK", "table_as_json", "table_lines"]

MARK = "!"
_GAP = "  "
_LONGEST = 28


def table_lines(tables: Sequence[Table], width: int) -> Iterator[str]:
    """The lines of all tables, at most ``width`` wide. Columns that do not fit go below, beside the
    first column once more."""
    for number, table in enumerate(tables):
        if number:
            yield ""
        yield f"{table.name} of the cluster {printable(table.cluster, 60)}"
        for part, columns in enumerate(_fitting(table, width)):
            if part:
                yield ""
            yield from _block(table, columns)


def _block(table: Table, columns: Sequence[str]) -> Iterator[str]:
    heads = ("box" if table.is_by_box else "", *columns)
    rows = [(row, *(_text(table, row, column) for column in columns)) for row in table.rows]
    texts = [tuple(_cut(text) for text in row) for row in (heads, *rows)]
    widths = [max(len(row[place]) for row in texts) for place in range(len(heads))]
    for row in texts:
        cells = (text.ljust(size) for text, size in zip(row, widths, strict=True))
        yield (_GAP + _GAP.join(cells)).rstrip()


def _fitting(table: Table, width: int) -> Iterator[list[str]]:
    """The columns in groups that fit; a column that is too wide alone gets a line of its own."""
    first = max(len(_cut(row)) for row in (*table.rows, "box"))
    taken: list[str] = []
    used = len(_GAP) + first
    for column in table.columns:
        texts = (column, *(_text(table, row, column) for row in table.rows))
        size = len(_GAP) + max(len(_cut(text)) for text in texts)
        if taken and used + size > width:
            yield taken
            taken, used = [], len(_GAP) + first
        taken.append(column)
        used += size
    if taken:
        yield taken


def _text(table: Table, row: str, column: str) -> str:
    cell = table.cells.get((row, column))
    if cell is None:
        return "-"
    return f"{MARK}{cell.text}" if cell.is_wrong else cell.text


def _cut(text: str) -> str:
    shown = printable(text, 200)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def table_as_json(table: Table) -> dict[str, object]:
    """A table in the published shape; secrets are not in it, only whether they differ."""
    return {
        "name": table.name,
        "cluster": table.cluster,
        "columns": list(table.columns),
        "rows": [
            {
                "name": row,
                "cells": {
                    column: {"text": cell.text, "wrong": cell.is_wrong, "host": cell.host}
                    for column in table.columns
                    if (cell := table.cells.get((row, column))) is not None
                },
            }
            for row in table.rows
        ],
    }
