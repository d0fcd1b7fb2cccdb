"""All 145 rows of the table of bad inputs have their tests; and those of an environment that has
nothing in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.playbook import test_rows as others
from tests.promises.bad_inputs import ROWS, SECTIONS
from tests.promises.processes import PROJECT

EXAMPLES = PROJECT / "cmsdeploy" / "examples"
_ALL = {**others.SECTIONS, **SECTIONS}


@pytest.fixture(scope="module")
def names() -> list[str]:
    """Every test of the files that are named, as pytest collects it."""
    # From above: a folder of ours is called as a library is.
    files = {"tests/" + name.partition("::")[0] for tests in ROWS.values() for name in tests}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files],
        cwd=PROJECT, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    found = [line.removeprefix("tests/") for line in done.stdout.splitlines() if "::" in line]
    assert len(found) > 500, done.stdout[-2000:] + done.stderr[-2000:]
    return found


def _undecided(rows: Mapping[str, tuple[str, ...]], names: list[str]) -> list[str]:
    return [
        f"{row}: there is no {one}"
        for row, tests in rows.items()
        for one in tests
        if not any(name.startswith(one) for name in names)
    ]


def test_every_row_stands_in_an_audit() -> None:
    """One hundred and forty-five rows, each in one of the two audits."""
    wanted = {f"{section}{n + 1}" for section, last in _ALL.items() for n in range(last)}
    assert len(wanted) == 145
    assert wanted == ROWS.keys() | others.ROWS.keys()
    assert not ROWS.keys() & others.ROWS.keys()


def test_every_row_has_its_tests(names: list[str]) -> None:
    """What is named is there; a test that is renamed has to be renamed in the table."""
    assert _undecided(ROWS, names) == []
    assert all(ROWS.values())


def test_a_row_without_its_test_is_found(names: list[str]) -> None:
    """Planted: a test that is not there."""
    row = {"iC1": ("certificates/test_promises.py::test_nothing_of_the_kind",)}
    assert len(_undecided(row, names)) == 1


HOMES: dict[str, dict[str, str]] = {
    "none at all": {},
    "not there": {"HOME": "/nonexistent"},
    "not to be written": {"HOME": "/proc"},
    "empty": {"HOME": ""},
}


@pytest.mark.parametrize("name", HOMES)
def test_homes_that_are_none(tmp_path: Path, name: str) -> None:
    """iE4, iE9: as a timer or a service starts a program: no home, no terminal, a short path."""
    (tmp_path / "known").mkdir()
    words = ("render", str(EXAMPLES / "playbooks" / "xmpp-resilience.yml"))
    done = subprocess.run(
        [sys.executable, "-m", "cmsdeploy", *words, "-i", str(EXAMPLES / "inventories/tac-213479")],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT), **HOMES[name]},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "xmpp enable" in done.stdout
    assert sorted(os.listdir(tmp_path)) == ["known"]
