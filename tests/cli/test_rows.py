"""Rows of the table of bad inputs that concern the command line and saved plans as such."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cmsdeploy import __version__

PROJECT = Path(__file__).parent.parent.parent
EXAMPLES = PROJECT / "cmsdeploy" / "examples"
INVENTORY = str(EXAMPLES / "inventories" / "tac-213479")
PLAYBOOK = str(EXAMPLES / "playbooks" / "xmpp-resilience.yml")


def run_alone(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """cmsdeploy in a process and a folder of its own, with this environment and nothing else."""
    given = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "HOME": str(folder),
        "CMSDEPLOY_STATE": str(folder / "state"),
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-m", "cmsdeploy", *words],
        cwd=folder,
        env=given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("words", [("--version",), ("--help",), ("plan", "--help")])
def test_help_works_with_a_broken_site(tmp_path: Path, words: tuple[str, ...]) -> None:
    """iL8: a broken inventory in the way does not keep anybody from asking for help."""
    (tmp_path / "inventory.yml").write_text("all: [[[\n")
    answer = run_alone(tmp_path, *words, CMSDEPLOY_INVENTORY=str(tmp_path / "inventory.yml"))
    assert answer.returncode == 0
    assert __version__ in answer.stdout or "Usage: " in answer.stdout


def test_very_loud_is_as_loud_as_loud(tmp_path: Path) -> None:
    """iL9: -vvvvvvvv is -vvvv."""
    loud = run_alone(tmp_path, "render", PLAYBOOK, "-i", INVENTORY, "-vvvv")
    louder = run_alone(tmp_path, "render", PLAYBOOK, "-i", INVENTORY, "-vvvvvvvv")
    assert (loud.returncode, loud.stdout) == (0, louder.stdout)


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LANG": "tr_TR.UTF-8"},
        {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        {"NO_COLOR": "1", "FORCE_COLOR": "1", "COLUMNS": "1"},
        {"SSLKEYLOGFILE": "keys.log"},
        {"HTTPS_PROXY": "http://127.0.0.1:9"},
        {"TZ": "Pacific/Kiritimati"},
    ],
    ids=str,
)
def test_the_environment_changes_no_byte_of_a_plan(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """iE1, iE3, iE8: the same plan bytes whatever language, terminal or library variable is set."""
    words = ("render", PLAYBOOK, "-i", INVENTORY, "--format", "json")
    plain, other = run_alone(tmp_path, *words), run_alone(tmp_path, *words, **environment)
    assert (other.returncode, other.stdout) == (0, plain.stdout)
    assert not (tmp_path / "keys.log").exists()


def test_no_rollback_without_a_run(tmp_path: Path) -> None:
    """iP8: what was before is known from the journal of a run; without one nothing is guessed."""
    answer = run_alone(tmp_path, "rollback")
    assert answer.returncode == 3
    assert "there is no run in" in answer.stderr
    assert run_alone(tmp_path, "apply", "--rollback", PLAYBOOK, "-i", INVENTORY).returncode == 5


def test_a_plan_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    """iP4: written 0600; one of mode 0644 is used with a warning."""
    path = tmp_path / "night.plan"
    record = {
        "format": "cmsdeploy plan",
        "playbook": PLAYBOOK,
        "inventory": ["gone.yml"],
        "limit": None,
        "tags": [],
        "skip_tags": [],
        "extra_vars": [],
        "start_at_task": None,
        "plan": {"version": 1},
    }
    path.write_text(json.dumps(record))
    path.chmod(0o644)
    answer = run_alone(tmp_path, "apply", str(path))
    assert "can be read by others (mode 0644)" in answer.stderr
    assert answer.returncode == 3


def test_a_plan_of_another_version_is_refused(tmp_path: Path) -> None:
    """iP3: the shape of the plan is not the one that we know."""
    path = tmp_path / "old.plan"
    path.write_text(json.dumps({"format": "cmsdeploy plan", "plan": {"version": 0}}))
    path.chmod(0o600)
    answer = run_alone(tmp_path, "apply", str(path))
    assert answer.returncode == 3
    assert "no plan of this version" in answer.stderr


@pytest.mark.parametrize(
    "words",
    [("plan", "apply", "x.yml"), ("pla", "x.yml"), ("plan", "--inv", "x", "x.yml")],
)
def test_nothing_is_guessed_from_half_a_word(tmp_path: Path, words: tuple[str, ...]) -> None:
    """iL10: two commands, half a command, half an option: exit code 5."""
    answer = run_alone(tmp_path, *words)
    assert answer.returncode == 5, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
