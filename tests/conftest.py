"""Where the numbers of a run are kept, the tests that passed are kept beside them."""

from __future__ import annotations

import pytest

from tests.promises.numbers import passed


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test that ran to its end and passed; a skipped one is none."""
    if report.when == "call" and report.passed:
        passed(report.nodeid)
