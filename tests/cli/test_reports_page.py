"""What ``docs/reports-and-pictures.md`` shows can be typed as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from cmsdeploy.cli.commands.init_command import make_site

PROJECT = Path(__file__).parent.parent.parent
PAGE = PROJECT / "docs" / "reports-and-pictures.md"


def test_every_command_of_the_page_runs(tmp_path: Path) -> None:
    """In a new site, without boxes; each ends with 0 and says something, or makes its file."""
    make_site(tmp_path / "site")
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(lines) > 10
    for line in lines:
        own = line.replace("cmsdeploy", f"{sys.executable} -m cmsdeploy", 1)
        done = subprocess.run(
            ["bash", "-c", own],
            cwd=tmp_path / "site",
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (line, done.stderr)
    made = {path.name for path in (tmp_path / "site").iterdir()}
    assert {"runbook.html", "mode-operatoire.html", "steps.svg", "clusters.svg"} <= made
