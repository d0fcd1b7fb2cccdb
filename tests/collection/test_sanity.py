"""ansible-test itself: the checks by which collections are judged, and their unit tests.

It needs no container: every check has an environment of its own, made from the package registry.
Only its way to get pip there would need another host; Python brings one along.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.collection.ansible import COLLECTION, program
from tests.e2e.site import PROJECT

pytestmark = pytest.mark.long

_PIP = "import ensurepip\n\nensurepip.bootstrap(upgrade=True)\n"


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    folder = tmp_path / "ansible_collections" / "cmsdeploy" / "mmp"
    shutil.copytree(COLLECTION, folder)
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    return folder


def _asked(collection: Path, home: Path, *words: str) -> str:
    """What ansible-test says; the name of the pip that it wants is learned from its refusal."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(PROJECT),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
    }
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [program("ansible-test"), *words, "--local", "--python", python, "--color", "no"]
    said = ""
    for _ in range(2):
        done = subprocess.run(
            command,
            cwd=collection,
            env=environment,
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
        said = done.stdout + done.stderr
        wanted = re.search(r"saved to: (\S+)", said)
        if wanted is None:
            break
        Path(wanted[1]).parent.mkdir(parents=True, exist_ok=True)
        Path(wanted[1]).write_text(_PIP, encoding="utf-8")
    assert done.returncode == 0, f"ansible-core {version('ansible-core')}: {said[-6000:]}"
    return said


@pytest.mark.timeout(2400)
def test_sanity(collection: Path, tmp_path: Path) -> None:
    """Every check that this version has, but those of other Pythons."""
    said = _asked(collection, tmp_path, "sanity")
    assert said.count("Running sanity test") + said.count("Sanity check using") > 10


@pytest.mark.timeout(2400)
def test_sanity_can_fail(collection: Path, tmp_path: Path) -> None:
    """A planted fault: an import that every user would need is found by the check for imports."""
    module = collection / "plugins" / "modules" / "cluster.py"
    module.write_text(module.read_text(encoding="utf-8") + "\nimport cmsdeploy\n")
    with pytest.raises(AssertionError, match=r"plugins/modules/cluster.py:\d+"):
        _asked(collection, tmp_path, "sanity", "--test", "import")


@pytest.mark.timeout(2400)
def test_units(collection: Path, tmp_path: Path) -> None:
    """The unit tests of the collection, run by ansible-test."""
    assert "passed" in _asked(collection, tmp_path, "units", "--requirements")
