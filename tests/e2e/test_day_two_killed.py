"""Playbooks of day two, killed over real SSH in the middle and applied again: the same end."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.site import Site, site_of

_SEED = 217062


@dataclass(frozen=True)
class _Change:
    """``words`` are written for single hosts before; ``steps`` is how many there are at least."""

    playbook: str
    steps: int
    words: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


_CHANGES = (
    _Change("remove-callbridge", 3, {"cb3": "callbridge_state: absent"}),
    _Change("add-callbridge", 4),
    _Change("rotate-secrets", 12, options=("-e", "xmpp_rotate=all")),
    _Change("remove-server", 7, {"cb2": "xmpp_state: absent", "cb3": "xmpp_state: absent"}),
    _Change("add-server", 14),
    _Change("decommission", 12),
)


def _write(site: Site, words: Mapping[str, str]) -> None:
    folder = site.inventory.parent / "host_vars"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for host, text in words.items():
        (folder / f"{host}.yml").write_text(f"{text}\n")


def _allow_one_server(site: Site) -> None:
    path = site.folder / "playbooks" / "remove-server.yml"
    text = path.read_text().replace(
        "[disruptive, destructive]", "[disruptive, destructive, undersized]"
    )
    path.write_text(text)


def _done(path: Path) -> int:
    lines = path.read_text().splitlines()
    return sum(
        1 for line in lines if line.endswith("}") and json.loads(line)["event"] == "step-done"
    )


def _killed(site: Site, words: tuple[str, ...], number: int) -> bool:
    """Start an apply, and kill it when the journal has told of so many steps."""
    before = set(site.journals())
    process = subprocess.Popen(
        site.command(*words),
        env=site.environment_of_process(),
        cwd=site.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        if any(_done(path) >= number for path in set(site.journals()) - before):
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    return process.wait(60) == -signal.SIGKILL


def _cut_and_ended(site: Site, change: _Change, number: int) -> None:
    _write(site, change.words)
    path = str(site.folder / "playbooks" / f"{change.playbook}.yml")
    words = ("apply", path, "--yes", *change.options)
    assert _killed(site, words, number), (change.playbook, number)
    again = site.run(*words)
    assert again.returncode == 0, (change.playbook, number, again.stdout + again.stderr)
    left = site.run("plan", path, "--detailed-exitcode")
    assert left.returncode == 0, (change.playbook, number, left.stdout + left.stderr)


def _check_peers(site: Site) -> None:
    with site.lab.lock:
        for cluster in site.lab.world.clusters.values():
            addresses = [peer.address for peer in cluster.peers]
            assert len(addresses) == len(set(addresses))
            assert not any(peer.is_ghost for peer in cluster.peers)


def _night(folder: Path, changes: tuple[_Change, ...], seed: int) -> None:
    lot = random.Random(seed)
    with site_of(folder, latency_seconds=0.01) as site:
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        _allow_one_server(site)
        for change in changes:
            _cut_and_ended(site, change, lot.randint(1, change.steps - 1))
            _check_peers(site)


@pytest.mark.timeout(300)
def test_a_playbook_that_is_killed_and_applied_again(tmp_path: Path) -> None:
    """A call bridge goes: killed after a step, the second run ends it."""
    _night(tmp_path / "site", _CHANGES[:1], _SEED)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(4))
def test_one_after_the_other_each_is_killed(tmp_path: Path, seed: int) -> None:
    """From a call bridge that goes to a cluster that is given up; each at another step."""
    _night(tmp_path / "site", _CHANGES, _SEED + seed)
