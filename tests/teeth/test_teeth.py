"""H8: the tests fail where they have to. A copy of the package gets one mistake at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.promises.numbers import FILE, counted
from tests.teeth.defects import DEFECTS, Defect

PROJECT = Path(__file__).parents[2]
LONG = pytest.mark.long


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and its tests, apart from the ones that people work with."""
    folder = tmp_path_factory.mktemp("teeth") / "copy"
    unwanted = shutil.ignore_patterns("__pycache__", "*.pyc")
    folder.mkdir()
    for name in ("cmsdeploy", "tests"):
        shutil.copytree(PROJECT / name, folder / name, ignore=unwanted)
    for name in ("setup.cfg", "pyproject.toml"):
        shutil.copy(PROJECT / name, folder)
    return folder


def _tried(copy: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run ``tests`` in the copy. The exit code is 0 where all pass and 1 where one fails; where
    one cannot even be collected, it is another."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not long",
         *(f"tests/{test}" for test in tests)],
        cwd=copy,
        # What passes in a copy that was spoilt is no number of ours.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(copy), FILE: ""},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


def test_each_mistake_can_be_made() -> None:
    """Twelve of each kind, and what they change stands in its file once: none has gone stale."""
    assert Counter(defect.kind for defect in DEFECTS) == {"leak": 12, "hole": 12, "crash": 12}
    assert len({defect.name for defect in DEFECTS}) == 36
    for defect in DEFECTS:
        text = (PROJECT / "cmsdeploy" / defect.place).read_text()
        assert text.count(defect.before) == 1, defect.name
        place, _, name = defect.test.partition("::")
        assert f"def {name}(" in (PROJECT / "tests" / place).read_text(), defect.name


@LONG
def test_without_a_mistake_all_of_them_pass(copy: Path) -> None:
    """Green first: tests that fail anyway would catch everything."""
    done = _tried(copy, *dict.fromkeys(defect.test for defect in DEFECTS))
    assert done.returncode == 0, done.stdout


@LONG
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_caught(copy: Path, defect: Defect) -> None:
    """The one test that is named fails, and fails as a test."""
    path = copy / "cmsdeploy" / defect.place
    text = path.read_text()
    path.write_text(text.replace(defect.before, defect.after))
    try:
        done = _tried(copy, defect.test)
    finally:
        path.write_text(text)
    assert done.returncode == 1, done.stdout[-3000:]
    assert f"::{defect.test.partition('::')[2]}" in done.stdout
    assert "1 failed" in done.stdout
    counted("H8", f"of {len(DEFECTS)} planted defects caught")
