"""Case files: device text as it came, and what stands beside it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["case", "reply_in"]

FOLDER = Path(__file__).with_name("cases")


def case(name: str) -> str:
    """The text of a case file."""
    return (FOLDER / name).read_text(encoding="utf-8")


def reply_in(name: str) -> str:
    """The reply alone: what stands between the command line and the next prompt."""
    lines = case(name).splitlines(keepends=True)
    prompt = lines[0].partition("> ")[0] + ">"
    return "".join(line for line in lines[1:] if line.rstrip() != prompt)
