"""Killed after any step: a second apply reaches the same end, with no second secret."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.contract.sampling import sampled
from tests.e2e.site import Site, site_of
from tests.promises.numbers import counted

_STEPS = 57
_EVENTS = ("step-intended", "step-done")
# Over the wire nobody can choose the very byte: in memory each step is tried at three points
# (promises/test_killed_anywhere). Here the default run kills at every seventh step, the long one
# before or after every other one.
_FAST = [(number, "step-done") for number in range(1, _STEPS, 7)]
_LONG = sampled([(n, event) for n in range(1, _STEPS + 1) for event in _EVENTS], 30, "kills")


def _seen(site: Site, event: str) -> int:
    journals = site.journals()
    if not journals:
        return 0
    lines = journals[-1].read_text().splitlines()
    return sum(1 for line in lines if line.endswith("}") and json.loads(line)["event"] == event)


def _killed_at(site: Site, number: int, event: str) -> bool:
    """Start an apply and kill it when the journal tells of the event for the Nth time."""
    process = subprocess.Popen(
        site.command("apply", site.playbook, "--yes"),
        env=site.environment_of_process(),
        cwd=site.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        if _seen(site, event) >= number:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    return process.wait(60) == -signal.SIGKILL


def _check(folder: Path, number: int, event: str) -> None:
    with site_of(folder, latency_seconds=0.01) as site:
        was_killed = _killed_at(site, number, event)
        assert was_killed or number >= _STEPS - 2
        with site.lab.lock:
            kept = dict(site.lab.world.boxes["cb1"].xmpp.callbridges)
        again = site.run("apply", site.playbook, "--yes")
        assert again.returncode == 0, again.stdout + again.stderr
        assert "All is as promised." in again.stdout
        with site.lab.lock:
            bridges = dict(site.lab.world.boxes["cb1"].xmpp.callbridges)
        assert kept.items() <= bridges.items()
        for name in site.lab.boxes:
            added = [e.text for e in site.audit(name) if "callbridge add " in e.text]
            assert len(added) == len(set(added))
            assert not [e for e in site.audit(name) if e.text.startswith("xmpp reset")]
        assert len(site.secrets()) == 3
        assert site.run("plan", site.playbook, "--detailed-exitcode").returncode == 0
    counted("D1", "kills over the wire converge", 1 if was_killed else 0)


@pytest.mark.parametrize(("number", "event"), _FAST)
def test_killed_after_a_step_and_applied_again(tmp_path: Path, number: int, event: str) -> None:
    """The end state is that of an uncut run."""
    _check(tmp_path / "site", number, event)


@pytest.mark.long
@pytest.mark.parametrize(("number", "event"), _LONG)
def test_killed_before_or_after_a_step(tmp_path: Path, number: int, event: str) -> None:
    """The end state is that of an uncut run, wherever the cut was."""
    _check(tmp_path / "site", number, event)
