"""D5, D6, D9, D13: boxes that restart or lie, several runs at once, a disk that is full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.executor.journal_reading import read_journal
from cmsdeploy.lab import Fault
from cmsdeploy.model.event import EventKind
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, blank_world
from tests.e2e.site import PROJECT, Site, site_of
from tests.faults.through import Ground, ground
from tests.promises.devices import Failing, Watcher
from tests.promises.numbers import reached

_LONG = pytest.mark.long


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("steps") / "site") as made:
        yield made


@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=_LONG)])
def test_a_box_that_restarts_at_a_step(place: Ground, stride: int) -> None:
    """D5: before and after the effect of a command; one more run reaches the same end."""
    with place.run() as run:
        assert run.apply().code == 0
        whole = run.digest()
        commands = [e.text for e in run.lab.audit("cb1") if e.is_write and e.kind == "command"]
    lines, wrong, runs = list(dict.fromkeys(commands)), [], 0
    for number, line in enumerate(lines):
        for kind in ("reboot-before", "reboot-after"):
            runs += 1
            if runs % stride:
                continue
            with place.run() as run:
                run.lab.faults("cb1").add(Fault(kind, line))
                first = run.apply()
                second = run.apply() if first.code else first
                if second.code or run.digest() != whole:
                    wrong.append(f"{number} {line} {kind}: {second.code} {second.err[-300:]}")
    assert wrong == []
    reached("D5", f"{runs // stride} of {runs // stride} restarts converge")


def _lied_at(number: int) -> tuple[bool, bool, str]:
    """Lie at one write: whether it came to that, whether it was found, and what was said."""
    wanted = Deployment()
    watcher = Watcher(blank_world(wanted), wanted, ("pki", "xmpp", "callbridge"))
    watcher.failing = Failing(number, "lies", str)
    outcome = watcher.run()
    again = Engineer(watcher.world, wanted, watcher.families).plan().plan
    errors = outcome.report.errors if outcome.report else {}
    said = " ".join(str(error) for error in errors.values())
    return watcher.failing.writes >= number, bool(errors) or not again.is_empty, said


@pytest.mark.parametrize("stride", [5, pytest.param(1, marks=_LONG)])
def test_a_box_that_says_yes_and_does_nothing(stride: int) -> None:
    """D6: found at the next proof or at the last look, never taken for success."""
    missed, runs, number = [], 0, 1
    while True:
        came, is_found, said = _lied_at(number)
        if not came:
            break
        missed += [] if is_found else [f"{number}: {said}"]
        runs += 1
        number += stride
    assert missed == []
    assert runs >= 30 // stride
    reached("D6", f"{runs} of {runs} lies found")


_RACER = """
import sys, time
from pathlib import Path
from cmsdeploy.errors import LockHeldError
from cmsdeploy.executor.lock import locked
from cmsdeploy.model.host import Host
hosts = [Host(f"cb{n}", f"127.0.0.{n}") for n in (1, 2, 3)]
for line in sys.stdin:
    folder = Path(line.strip())
    try:
        with locked(hosts, folder):
            print("won", flush=True)
            sys.stdin.readline()
        print("free", flush=True)
    except LockHeldError as error:
        print(error.exit_code, flush=True)
        sys.stdin.readline()
        print("free", flush=True)
"""


def _racers(count: int) -> list[subprocess.Popen[str]]:
    return [
        subprocess.Popen(
            [sys.executable, "-c", _RACER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            text=True,
        )
        for _ in range(count)
    ]


def _told(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_one_of_eight_wins(tmp_path: Path) -> None:
    """D9: a hundred rounds: one winner, seven times exit code 9; a killed winner leaves nothing."""
    racers = _racers(8)
    try:
        for number in range(100):
            for racer in racers:
                _told(racer, str(tmp_path / str(number)))
            assert sorted(_heard(racer) for racer in racers) == ["9"] * 7 + ["won"]
            for racer in racers:
                _told(racer, "go on")
            assert {_heard(racer) for racer in racers} == {"free"}
        _told(racers[0], str(tmp_path / "0"))
        assert _heard(racers[0]) == "won"
        racers[0].send_signal(signal.SIGKILL)
        racers[0].wait(10)
        _told(racers[1], str(tmp_path / "0"))
        assert _heard(racers[1]) == "won"
    finally:
        for racer in racers:
            racer.kill()
            racer.communicate()
    reached("D9", "1 winner and 7 times exit 9 in 100 of 100 rounds; freed by a kill")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_of(tmp_path_factory.mktemp("disk") / "site") as made:
        yield made


def _unannounced(site: Site) -> list[str]:
    """Changes that a box has seen, and no journal has announced before."""
    announced: set[tuple[str, str]] = set()
    for path in site.journals():
        for record in read_journal(path).records:
            if record.event.kind is EventKind.STEP_INTENDED:
                announced.add((record.event.host, record.event.text.partition(" ")[0]))
                announced.add((record.event.host, record.event.text))
    return [
        f"{name}: {entry.text}"
        for name in site.lab.boxes
        for entry in site.audit(name)
        if entry.is_write and entry.kind == "command" and (name, entry.text) not in announced
    ]


SIZES = (300, 1_500, 4_000, 9_000)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("sizes", [SIZES[1:2], pytest.param(range(100, 14_000, 450), marks=_LONG)])
def test_no_change_without_its_line(shared: Site, sizes: range | tuple[int, ...]) -> None:
    """D13: the disk takes so many bytes of the journal; nothing is sent that was not announced."""
    stopped = 0
    for size in sizes:
        done = subprocess.run(
            ["prlimit", f"--fsize={size}", *shared.command("apply", shared.playbook, "--yes")],
            # Or the limit would tear the modules that the interpreter compiles, for everybody.
            env={**shared.environment_of_process(), "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=shared.folder, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        assert done.returncode in (0, 1), done.stderr
        stopped += done.returncode == 1
        assert _unannounced(shared) == []
        newest = read_journal(shared.journals()[-1])
        assert not newest.damage or "is torn" in newest.damage
    reached("D13", f"0 changes without a line before them; {stopped} of {len(sizes)} runs stopped")


def test_the_search_for_unannounced_changes_can_fail(shared: Site) -> None:
    """Somebody types at the box: that is in no journal."""
    with shared.lab.lock:
        shared.lab.world.boxes["cb1"].execute("ntp server add 10.9.9.9")
    assert _unannounced(shared) == ["cb1: ntp server add 10.9.9.9"]
