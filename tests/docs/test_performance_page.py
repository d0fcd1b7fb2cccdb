"""The page of performance: what is measured again stands in its place, and the sum is of all."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.page import update_page
from benchmarks.rows import Finding, at_most, missing, told

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def test_a_section_is_replaced_and_the_sum_follows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two goals met, one missed, one not measured: in the place of what stood there."""
    page = tmp_path / "performance.md"
    page.write_text(PAGE.read_text())
    rows = [
        at_most("one", "peer", 1.0, 1.0, 1.2),
        at_most("two", "peer", 1.0, 1.1, 1.2),
        at_most("three", "peer", 1.0, 2.0, 1.2),
        at_most("no goal", "peer", 1.0, 2.0, None),
        told("told", "9"),
        missing("four", "peer", "not installed", "≤ 1 x"),
    ]
    names = ("start", "connection", "path", "job", "fleet", "planning", "inventory")
    update_page({name: Finding([]) for name in names}, page)
    update_page({"job": Finding(rows, ["a note"])}, page)
    text = page.read_text()
    assert "**2 of 4 goals are met**, 1 could not be measured." in text
    titles = [line for line in text.splitlines() if line.startswith("## ")]
    assert titles == [line for line in PAGE.read_text().splitlines() if line.startswith("## ")]
    assert text.count("Measured again, alone: ") == len(names)
    assert "- a note" in capsys.readouterr().out


def test_the_sum_of_the_page_is_that_of_its_tables() -> None:
    """Nobody has written in it by hand."""
    lines = PAGE.read_text().splitlines()
    ends = [line.rstrip(" |").rsplit("| ", 1)[-1] for line in lines if line.startswith("| ")]
    met, missed, without = (ends.count(word) for word in ("met", "**missed**", "not measured"))
    total = met + missed + without
    assert total > 20
    assert f"**{met} of {total} goals are met**, {without} could not be measured." in lines
