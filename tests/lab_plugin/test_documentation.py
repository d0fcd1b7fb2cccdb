"""The example of docs/lab.md works as it is printed; its tables are complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.lab.dns import FAULTS

from .project import ROOT, example_files, pytest_in


def test_the_complete_example_runs_as_printed(tmp_path: Path) -> None:
    """A user's own inventory, playbook and tests, with faults of a box and of DNS."""
    files = example_files()
    assert set(files) == {"inventory.yml", "change.yml", "test_change.py"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = pytest_in(tmp_path, "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_dns_is_in_the_document(fault: str) -> None:
    """The table of faults names each."""
    assert f"`{fault}`" in (ROOT / "docs" / "lab.md").read_text(encoding="utf-8")
