"""The lab as a user brings it up: in the background, around a command, as a demonstration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.site import PROJECT

EXAMPLES = PROJECT / "cmsdeploy" / "examples"


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "HOME": str(folder),
        "CMSDEPLOY_STATE": str(folder / "state"),
        "LC_ALL": "C.UTF-8",
    }
    return subprocess.run(
        [sys.executable, "-m", "cmsdeploy", *words],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_lab_comes_up_works_and_goes_down(tmp_path: Path) -> None:
    """`lab up --background`, an apply against it, its audit log, `lab down`."""
    inventory = str(EXAMPLES / "inventories" / "tac-213479")
    playbook = str(EXAMPLES / "playbooks" / "site.yml")
    up = _run(tmp_path, "lab", "up", "--background", "-i", inventory)
    try:
        assert up.returncode == 0, up.stderr
        assert "cb1" in up.stdout
        second = _run(tmp_path, "lab", "up", "-i", inventory)
        assert second.returncode == 1
        assert "runs already" in second.stderr
        applied = _run(tmp_path, "apply", playbook, "-i", "lab-inventory.yml", "--yes")
        assert applied.returncode == 0, applied.stdout + applied.stderr
    finally:
        down = _run(tmp_path, "lab", "down")
    assert down.returncode == 0, down.stderr
    log = (tmp_path / ".cmsdeploy" / "lab" / "audit.jsonl").read_text().splitlines()
    lines = [json.loads(line) for line in log]
    assert {line["host"] for line in lines} == {"cb1", "cb2", "cb3"}
    assert any(line["line"] == "xmpp cluster initialize" and line["is_write"] for line in lines)
    gone = _run(tmp_path, "lab", "down")
    assert gone.returncode == 1
    assert "no lab runs" in gone.stderr


def test_a_command_runs_inside_a_lab(tmp_path: Path) -> None:
    """`lab run` sets the inventory, and gives the exit code of the command."""
    inventory = str(EXAMPLES / "inventories" / "lab")
    answer = _run(
        tmp_path, "lab", "run", "-i", inventory, "--",
        sys.executable, "-m", "cmsdeploy", "exec", "cb2", "--", "version",
    )  # fmt: skip
    assert (answer.returncode, answer.stdout) == (0, "cb2:\n  2.9.5\n"), answer.stderr
    code = _run(tmp_path, "lab", "run", "-i", inventory, "--", "sh", "-c", "exit 7").returncode
    assert code == 7


def test_an_unknown_switch_is_refused(tmp_path: Path) -> None:
    """A switch that does not exist is a bad option, with a pointer to the list."""
    inventory = str(EXAMPLES / "inventories" / "lab")
    answer = _run(tmp_path, "lab", "run", "-i", inventory, "--switch", "nosuch=yes", "--", "true")
    assert answer.returncode == 5
    assert "lab switches" in answer.stderr


def test_the_demonstration_ends_well(tmp_path: Path) -> None:
    """The document's example from nothing to three logged-in call bridges."""
    answer = _run(tmp_path, "demo", "--keep", "site", "--latency-ms", "0")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "All is as promised." in answer.stdout
    assert "No changes." in answer.stdout
    assert answer.stdout.count("registered") == 3


def test_a_wheel_outside_a_checkout_makes_a_working_site(tmp_path: Path) -> None:
    """The examples are in the wheel; `init` and `render` need nothing of the checkout."""
    build = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", str(tmp_path / "wheels"), str(PROJECT)],
        capture_output=True, text=True, timeout=180, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert build.returncode == 0, build.stderr
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    environment = {**os.environ, "PYTHONPATH": str(wheel), "CMSDEPLOY_PASSWORD": "from a vault"}
    unpacked = tmp_path / "unpacked"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(unpacked)], check=True)
    environment["PYTHONPATH"] = str(unpacked)
    for words in (
        ("init", "site"),
        ("render", "site/playbooks/site.yml", "-i", "site/inventories/three-clusters"),
    ):
        answer = subprocess.run(
            [sys.executable, "-P", "-m", "cmsdeploy", *words] if sys.version_info >= (3, 11)
            else [sys.executable, "-m", "cmsdeploy", *words],
            env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
    assert "14 boxes in 3 clusters" in answer.stdout
    assert (tmp_path / "site" / "templates" / "runbook.md.j2").exists()
