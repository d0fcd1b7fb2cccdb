"""The real ansible-playbook, run where no configuration of a person is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["ansible_playbook"]

_REFEREE = Path(sys.executable).parent / "ansible-playbook"


def ansible_playbook(folder: Path, *arguments: str | Path, code: int = 0) -> str:
    """What it prints in ``folder``, one host at a time. Fails where it ends otherwise."""
    assert _REFEREE.exists(), "ansible-core is missing: pip install the extra `test`"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_LOCAL_TEMP": str(folder / "t"),
        "ANSIBLE_FORKS": "1",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
    }
    command: Sequence[str] = [str(_REFEREE), "-c", "local", *map(str, arguments)]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
