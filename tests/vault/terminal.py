"""The command line on a terminal of its own, where passwords are typed."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

__all__ = ["COMMAND", "environment_of", "run", "typed"]

PROJECT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "cmsdeploy"]


def environment_of(folder: Path, **more: str) -> dict[str, str]:
    """What a process sees: nothing of the person who runs the tests."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(PROJECT),
        "HOME": str(folder),
        "CMSDEPLOY_STATE": str(folder / "state"),
        "LC_ALL": "C.UTF-8",
        **more,
    }


def run(
    folder: Path, *words: str, given: str = "", command: Sequence[str] = COMMAND, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run in ``folder`` with no terminal; ``given`` is its standard input."""
    return subprocess.run(
        [*command, *words],
        cwd=folder,
        env=environment_of(folder, **more),
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
        check=False,
    )


def typed(folder: Path, answers: Sequence[str], *words: str) -> tuple[int, str]:
    """Run on a terminal and type the next answer after each question; code and screen."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve(COMMAND[0], [*COMMAND, *words], environment_of(folder))
    screen = b""
    waiting = list(answers)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and select.select([terminal], [], [], 30)[0]:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        screen += piece
        if waiting and screen.rstrip(b" ").endswith(b":"):
            os.write(terminal, waiting.pop(0).encode() + b"\n")
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), screen.decode("utf-8", "replace")
