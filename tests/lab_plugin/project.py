"""A user's project in a folder of its own, and programs that run in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FILE = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```\n", re.DOTALL)


def example_files() -> dict[str, str]:
    """The files of the complete example of docs/lab.md."""
    text = (ROOT / "docs" / "lab.md").read_text(encoding="utf-8")
    return dict(_FILE.findall(text))


def environment(folder: Path) -> dict[str, str]:
    """As a user has it: nothing of the tests around this one."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "CMSDEPLOY_STATE": str(folder / "state"),
        "LC_ALL": "C.UTF-8",
    }


def run(
    folder: Path, words: list[str], more: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program in the project."""
    return subprocess.run(
        words, cwd=folder, env={**environment(folder), **(more or {})}, text=True,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=280, check=False,
    )  # fmt: skip


def pytest_in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the project's tests with the plug-in, as docs/lab.md says."""
    return run(folder, [sys.executable, "-m", "pytest", "-p", "cmsdeploy.lab.pytest", *words])
