"""A run that hangs is forced out by another person: over real SSH, with processes stopped."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.site import Site, site_of

_ID = re.compile(r"cmsdeploy force-unlock (\S+)")


@contextmanager
def _started(site: Site, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        site.command(*words),
        env=site.environment_of_process(),
        cwd=site.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def _forced_out(site: Site) -> str:
    """Be refused, and take the locks away with the id that the refusal tells."""
    refused = site.run("apply", site.playbook, "--yes")
    assert refused.returncode == 9, refused.stderr
    found = _ID.search(refused.stderr)
    assert found is not None, refused.stderr
    assert site.run("force-unlock", found[1][:-1], "--yes").returncode == 5
    done = site.run("force-unlock", found[1], "--yes")
    assert done.returncode == 0, done.stderr
    assert re.search(r"could still come late: .*\(kill -KILL \d+\)", done.stdout)
    return found[1]


def _hang(site: Site, text: str) -> None:
    for name in site.lab.boxes:
        site.lab.faults(name).hang_on(text)


def _go_on(site: Site) -> None:
    for name in site.lab.boxes:
        site.lab.faults(name).clear()


def _events(site: Site, run: str) -> list[dict[str, str]]:
    path = site.folder / "state" / "journal" / f"{run}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_run_that_hangs_is_forced_out(tmp_path: Path) -> None:
    """D9: the next run does all the work; the first one goes on, sends nothing more and ends with
    9. A drill says what to type for the server that it stopped, and `exec` stops between boxes."""
    with site_of(tmp_path / "site") as site:
        _hang(site, "xmpp domain")
        with _started(site, "apply", site.playbook, "--yes") as hanging:
            journals = site.folder / "state" / "journal"
            _until(lambda: any("xmpp domain" in p.read_text() for p in journals.glob("*.jsonl")))
            hanging.send_signal(signal.SIGSTOP)
            run = _forced_out(site)
            _go_on(site)
            again = site.run("apply", site.playbook, "--yes")
            assert again.returncode == 0, again.stdout + again.stderr
            writes = site.writes()
            hanging.send_signal(signal.SIGCONT)
            _, said = hanging.communicate(timeout=60)
        assert hanging.returncode == 9, said
        assert "nothing further is sent, the lock of" in said
        # It was stopped behind the announcement; that one line may still have been on its way.
        later = [
            line for name, lines in site.writes().items() for line in lines[len(writes[name]) :]
        ]
        assert all(line.startswith("xmpp domain ") for line in later), later
        *_, last = _events(site, run)
        assert last["event"] == "run-ended"
        assert "took it away with force-unlock" in last["text"]
        assert site.run("verify", site.playbook).returncode == 0
        _drill_forced_out(site)
        _command_forced_out(site)


def test_a_run_that_fails_after_its_lock_is_lost_says_so(tmp_path: Path) -> None:
    """It announces nothing more, so it does not notice by itself: asked at its end, it ends with 9,
    also for programs, and the failures that the loss has caused stand above."""
    with site_of(tmp_path / "site") as site:
        _hang(site, "xmpp domain")
        journals = site.folder / "state" / "journal"
        with _started(site, "apply", site.playbook, "--yes", "--json") as hanging:
            _until(
                lambda: (
                    sum(p.read_text().count('"xmpp domain') for p in journals.glob("*.jsonl"))
                    == len(site.lab.boxes)
                )
            )
            run = _forced_out(site)
            for name in site.lab.boxes:
                site.lab.power_off(name)
            printed, said = hanging.communicate(timeout=60)
        assert hanging.returncode == 9, said
        events = [json.loads(line) for line in printed.splitlines()]
        assert {"step-failed", "step-unknown"} & {event["event"] for event in events}
        assert "nothing further is sent, the lock of" in said
        assert (events[-1]["event"], events[-1]["exit_code"]) == ("result", 9)
        assert "nothing further is sent, the lock of" in events[-1]["lines"][0]
        *earlier, last = _events(site, run)
        assert "run-ended" not in {event["event"] for event in earlier}
        assert last["event"] == "run-ended"
        assert "took it away with force-unlock" in last["text"]


def _drill_forced_out(site: Site) -> None:
    with _started(site, "drill", site.playbook, "--yes-stop-the-leader", "-y") as drill:
        _until(lambda: [lines[-1:] for lines in site.writes().values()].count(["xmpp disable"]) > 0)
        drill.send_signal(signal.SIGSTOP)
        _forced_out(site)
        writes = site.writes()
        drill.send_signal(signal.SIGCONT)
        _, said = drill.communicate(timeout=120)
    assert drill.returncode == 9, said
    assert re.search(r"cb\d may be stopped: type there: xmpp enable", said)
    assert site.writes() == writes
    healed = site.run("apply", site.playbook, "--yes")
    assert healed.returncode == 0, healed.stderr


def _command_forced_out(site: Site) -> None:
    words = ("exec", "-f", "1", "--write", "xmpp_servers", "--", "xmpp", "enable")
    before = sum(map(len, site.writes().values()))
    _hang(site, "xmpp enable")
    with _started(site, *words) as hanging:
        own = f'"process": {hanging.pid},'
        locks = site.folder / "state" / "locks"
        _until(lambda: any(own in path.read_text() for path in locks.glob("*.lock")))
        time.sleep(0.5)  # until the first box hangs
        _forced_out(site)
        _go_on(site)
        said, errors = hanging.communicate(timeout=60)
    assert hanging.returncode == 9, said + errors
    assert said.count("nothing further is sent, the lock of") == 2
    assert sum(map(len, site.writes().values())) == before + 1
