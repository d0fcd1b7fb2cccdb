"""What nobody knows of a real box's wire: in every position the job ends right, or in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.lab import SWITCHES
from tests.e2e.site import site_of

POSITIONS = [
    (switch.name, position)
    for switch in SWITCHES.values()
    for position in switch.positions
    if switch.part == "wire" and position != switch.default
]
# These cannot end well by themselves; the message has to say what a person can do.
IN_WORDS = {
    ("first-login", "asks-new-password"): "log in by hand",
    ("shell-pages", "yes"): "look at the box by hand",
    ("ssh-algorithms", "legacy"): "paramiko<5",
    # A change is never repeated on a 503: the box may have made it (only reads are).
    ("api-busy", "every-third"): "run again later",
}


@pytest.mark.parametrize(
    ("switch", "position"),
    [pytest.param(*pair, marks=() if pair in IN_WORDS else pytest.mark.long) for pair in POSITIONS],
)
def test_the_main_job_in_each_position(tmp_path: Path, switch: str, position: str) -> None:
    """Exit code 0, a second plan that is empty; or the remedy, and never a bug of ours."""
    with site_of(tmp_path / "site", switches={switch: position}) as site:
        answer = site.run("apply", site.playbook, "--yes")
        said = answer.stdout + answer.stderr
        assert "bug" not in said
        if answer.returncode:
            assert IN_WORDS.get((switch, position), "never") in said, said[-1500:]
            return
        again = site.run("plan", site.playbook, "--detailed-exitcode")
        assert (again.returncode, again.stdout.strip()) == (0, "No changes.")
