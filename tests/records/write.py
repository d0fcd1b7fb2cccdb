"""``python -m tests.records.write``: every record as it is now."""

from __future__ import annotations

from pathlib import Path

from tests.records.scenes import SCENES

__all__ = ["CASES", "place_of"]

CASES = Path(__file__).with_name("cases")


def place_of(scene: str) -> Path:
    """The file of a scene."""
    return CASES / f"{scene.replace(', ', '-').replace(' ', '-')}.txt"


if __name__ == "__main__":
    for old in CASES.glob("*.txt"):
        old.unlink()
    for name, scene in SCENES.items():
        place_of(name).write_text("".join(f"{line}\n" for line in scene()), encoding="utf-8")
