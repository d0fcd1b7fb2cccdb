"""The number that a test reached, told where the page of promises can find it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["FILE", "counted", "passed", "reached"]

# Named by whoever wants to keep the numbers, as ``./scripts/test --long`` does.
FILE = "CMSDEPLOY_NUMBERS"


def reached(row: str, number: str) -> None:
    """Say that ``row`` stands at ``number``: printed, and kept in a file where one is named."""
    print(f"{row}: {number}")
    test = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0]
    _keep({"row": row, "number": number, "test": test})


def counted(row: str, what: str, count: int = 1) -> None:
    """Say that ``count`` more of ``what`` are as ``row`` promises: the page adds them up, for a
    campaign of which each part is a test of its own."""
    print(f"{row}: {count} {what}")
    _keep({"row": row, "what": what, "count": count})


def passed(test: str) -> None:
    """Keep that ``test`` passed, for rows whose tests tell no number."""
    _keep({"passed": test})


def _keep(record: Mapping[str, str | int]) -> None:
    place = os.environ.get(FILE)
    # Workers report to the one that started them, which would keep each test twice.
    if not place or ("passed" in record and "PYTEST_XDIST_WORKER" in os.environ):
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    descriptor = os.open(Path(place), flags, 0o600)
    try:
        # One write each: several processes may tell at once.
        os.write(descriptor, (json.dumps(record) + "\n").encode())
    finally:
        os.close(descriptor)
