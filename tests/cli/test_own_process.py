"""What a run asks of the system for itself."""

from __future__ import annotations

import subprocess
import sys

_ASK = (
    "import resource;"
    "files = resource.RLIMIT_NOFILE;"
    "resource.setrlimit(files, (64, resource.getrlimit(files)[1]));"
    "from cmsdeploy.cli import main; main(['explain', 'no/such-rule']);"
    "print(*resource.getrlimit(files))"
)


def test_a_fleet_may_have_more_files_open_than_the_usual_limit() -> None:
    """Each box takes a connection and a lock; the soft limit is raised to the hard one."""
    answer = subprocess.run(
        [sys.executable, "-c", _ASK], capture_output=True, text=True, check=True
    )
    soft, hard = answer.stdout.split()[-2:]
    assert soft == hard
