"""The paragraph of ``docs/promises.md`` that says what the last run with mutants has reached."""

from __future__ import annotations

from pathlib import Path

__all__ = ["paragraph", "told"]

_REACHED = Path(__file__).parent / "reached.txt"
_PAGE = Path(__file__).parents[2] / "docs" / "promises.md"
_BEGINNING = "Mutants of `model`, `planning`, `families` and `session`"


def paragraph() -> str:
    """One line, or an empty one where no run has told anything."""
    if not _REACHED.is_file():
        return ""
    reached = _REACHED.read_text().strip()
    return f"{_BEGINNING} (`./scripts/test --mutants`, asked: under 5 %): {reached}."


def told(reached: str) -> None:
    """Keep what a run has reached, for the page as it is and for every one to come."""
    _REACHED.write_text(reached + "\n")
    lines = _PAGE.read_text().splitlines()
    page = [paragraph() if line.startswith(_BEGINNING) else line for line in lines]
    _PAGE.write_text("\n".join(page) + "\n")
