"""Numbers that may only fall. After a number has fallen, the file is brought down to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from tests.laws.ratchets import LONGEST_FILE, LONGEST_FUNCTION, counts, lengths
from tests.laws.rooms import law_faults
from tests.laws.source import Module, everything, product

FILE = Path(__file__).with_name("ratchets.json")


def _standing() -> Mapping[str, Mapping[str, int]]:
    return cast("Mapping[str, Mapping[str, int]]", json.loads(FILE.read_text()))


@cache
def _now() -> dict[str, dict[str, int]]:
    tests = [module for module in everything() if module.path.startswith("tests/")]
    return {
        "product": counts(product()),
        "tests": counts(tests),
        "too long": lengths(product()),
        "rooms without a law": {m.path: 1 for m in product() if list(law_faults(m))},
    }


@pytest.mark.parametrize("part", ["product", "tests", "too long", "rooms without a law"])
def test_no_number_has_risen(part: str) -> None:
    """What we want less of does not become more; `python -m tests.laws.test_ratchets` lowers it."""
    standing = _standing()[part]
    risen = {name: n for name, n in _now()[part].items() if n > standing.get(name, 0)}
    assert risen == {}


def test_comments_are_counted_and_texts_are_not() -> None:
    """A planted exception is counted once, the same words in a string never."""
    text = (
        "from unittest.mock import Mock  # noqa: F401\n"
        "x: Any = 1  # type: ignore[misc]\n"
        "if x:  # pragma: no cover\n"
        "    y = 'no # noqa here'\n"
        "def test(monkeypatch):\n    monkeypatch.setattr(x, 'y', Any)\n"
    )
    assert counts([Module("cmsdeploy/x.py", text)]) == {
        "type: ignore": 1,
        "noqa": 1,
        "no cover": 1,
        "Any": 2,
        "mock words": 2,
    }


def test_long_files_and_functions_are_found() -> None:
    """One line too many is one too many."""
    body = "    x = 1\n" * LONGEST_FUNCTION
    assert lengths([Module("cmsdeploy/x.py", f"def f():\n{body}")]) == {
        "cmsdeploy/x.py:f": LONGEST_FUNCTION + 1
    }
    assert lengths([Module("cmsdeploy/x.py", "x = 1\n" * LONGEST_FILE)]) == {}
    assert lengths([Module("cmsdeploy/x.py", "x = 1\n" * (LONGEST_FILE + 1))]) == {
        "cmsdeploy/x.py": LONGEST_FILE + 1
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(_now(), indent=2, sort_keys=True) + "\n")
