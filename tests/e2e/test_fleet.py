"""A hundred boxes on one machine: up, deployed, verified, and nothing left to do."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.e2e.site import PROJECT


@pytest.mark.parametrize("clusters", [4, pytest.param(33, marks=pytest.mark.long)])
def test_a_fleet_is_deployed_and_verified(clusters: int) -> None:
    """The benchmark ends well: it stops at the first command that does not."""
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.fleet", "--clusters", str(clusters)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.startswith(f"{3 * clusters} boxes in {clusters} clusters")
