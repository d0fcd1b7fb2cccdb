"""The paragraph of ``docs/promises.md`` that says what the last run with mutants has reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["DECIDES", "paragraph", "told", "with_paragraph"]

# The line of the page above which the paragraph stands.
DECIDES = "What decides each row:"
_REACHED = Path(__file__).parent / "reached.txt"
_PAGE = Path(__file__).parents[2] / "docs" / "promises.md"
_BEGINNING = "Mutants of `model`, `planning`, `families` and `session` (`./scripts/test --mutants`)"


def paragraph() -> Iterator[str]:
    """The line and an empty one; nothing where no run has told anything."""
    if _REACHED.is_file():
        yield f"{_BEGINNING}, asked under 5 % unexplained: {_REACHED.read_text().strip()}."
        yield ""


def with_paragraph(lines: Sequence[str], own: Sequence[str]) -> Iterator[str]:
    """The page of ``lines`` with ``own`` in the place of the paragraph that it has, if any."""
    is_old = False
    for line in lines:
        is_old = line.startswith(_BEGINNING) or (is_old and not line)
        if line == DECIDES:
            yield from own
        if not is_old:
            yield line


def told(reached: str) -> None:
    """Keep what a run has reached, for the page as it is and for every one to come."""
    _REACHED.write_text(reached + "\n")
    page = with_paragraph(_PAGE.read_text().splitlines(), list(paragraph()))
    _PAGE.write_text("\n".join(page) + "\n")
