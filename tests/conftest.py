"""Where the numbers of a run are kept, the tests that passed are kept beside them; campaigns have
time; Ctrl-C is heard by everything that a test starts."""

from __future__ import annotations

import signal

import pytest

from tests.promises.numbers import passed

# A campaign has hours where it names no other limit: a busy machine is no failure of ours.
_LONGEST_SECONDS = 4 * 3600


def pytest_configure() -> None:
    """A shell lets its jobs in the background ignore Ctrl-C, and so would all that they start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Campaigns without a limit of their own do not end at the one of ordinary tests."""
    for item in items:
        if item.get_closest_marker("long") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(_LONGEST_SECONDS))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test that ran to its end and passed; a skipped one is none."""
    if report.when == "call" and report.passed:
        passed(report.nodeid)
