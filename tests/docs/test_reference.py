"""The reference is what the program knows of itself, today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cmsdeploy import errors
from cmsdeploy.families import families

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "docs" / "reference"


def test_every_page_is_current() -> None:
    """python docs/make_reference.py"""
    done = subprocess.run(
        [sys.executable, "docs/make_reference.py", "--check"],
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_is_left_out() -> None:
    """Every family, every rule, every class of error that has a code."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    for name, family in families().items():
        assert f"\n## {name}\n" in pages["families.md"]
        for rule in family.explanations:
            assert f"\n## {rule}\n" in pages["rules.md"]
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.CmsdeployError)}
    for code in codes:
        assert f"\n| {code} | " in pages["exit-codes.md"]
