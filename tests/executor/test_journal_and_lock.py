"""What stands on the disk before a change, and who may work on a box."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cmsdeploy.errors import CmsdeployError, LockHeldError
from cmsdeploy.executor.apply import walk
from cmsdeploy.executor.journal import Journal, new_journal
from cmsdeploy.executor.lock import locked
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.host import Host
from tests.executor.boxes import Site, step

INTENDED = Event(EventKind.STEP_INTENDED, "cb1", "cb1/xmpp/domain", "xmpp domain a.com")


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def test_a_journal_is_born_private(tmp_path: Path) -> None:
    """0600 in a folder of 0700, whatever the umask is; there is no moment in between."""
    with _umask(0), new_journal(tmp_path / "state") as journal:
        assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


def test_a_journal_never_follows_or_reuses_what_is_there(tmp_path: Path) -> None:
    """A link or a file of that name may be a trap."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "link").symlink_to(victim)
    for name in ("victim", "link"):
        with pytest.raises(CmsdeployError, match="cannot be written"):
            Journal(tmp_path / name)
    assert victim.read_text() == "precious"


def test_a_line_is_one_json_object(tmp_path: Path) -> None:
    """Text of a box cannot forge a second line."""
    with Journal(tmp_path / "j") as journal:
        journal(INTENDED)
        journal(
            Event(EventKind.WARNING, "cb1", text='a\n{"event": "run-ended"}\u2028é', seconds=0.5)
        )
        records = [json.loads(line) for line in journal.path.read_text().splitlines()]
    assert [record["event"] for record in records] == ["step-intended", "warning"]
    assert list(records[0]) == ["at", "event", "host", "step", "text", "seconds", "sum"]
    assert records[1]["seconds"] == 0.5


def test_the_line_is_on_the_disk_before_the_change(tmp_path: Path) -> None:
    """While the box works, a reader of the file finds what was intended."""
    journal = Journal(tmp_path / "j")
    seen: list[str] = []
    site = Site("a", go=lambda: seen.append(journal.path.read_text()))
    with journal:
        walk([step("a/go")], site.carrier(journal), journal)
    assert json.loads(seen[0].splitlines()[-1])["event"] == "step-intended"


def test_the_disk_is_asked_to_hold_what_announces_a_change(tmp_path: Path) -> None:
    """The announcement is flushed after it is written; what tells of the past need not be."""
    path = tmp_path / "j.jsonl"
    flushed: list[str] = []

    def flush(descriptor: int) -> None:
        flushed.append(json.loads(path.read_text().splitlines()[-1])["event"])

    with Journal(path, flush) as journal:
        for kind in EventKind:
            journal(Event(kind, "cb1", "cb1/x/y"))
    assert flushed == ["run-started", "run-ended", "step-intended"]


def test_a_disk_that_does_not_hold_is_an_error(tmp_path: Path) -> None:
    """EIO at the flush: the change that was announced must not be sent."""

    def flush(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with (
        Journal(tmp_path / "j.jsonl", flush) as journal,
        pytest.raises(CmsdeployError, match="Input/output error"),
    ):
        journal(Event(EventKind.STEP_INTENDED, "cb1", "cb1/x/y"))


def test_hosts_side_by_side_ask_the_disk_together(tmp_path: Path) -> None:
    """While one asks, the others write; then one of them asks for all. Nobody goes on earlier."""
    path = tmp_path / "j.jsonl"
    are_written, asked = threading.Event(), []

    def flush(descriptor: int) -> None:
        asked.append(path.read_text().count("\n"))
        are_written.wait(10)

    with Journal(path, flush) as journal:
        event = Event(EventKind.STEP_INTENDED, "cb1", "cb1/x/y")
        threads = [threading.Thread(target=journal, args=[event]) for _ in range(20)]
        for thread in threads:
            thread.start()
        while path.read_text().count("\n") < 20:
            assert all(thread.is_alive() for thread in threads)
        are_written.set()
        for thread in threads:
            thread.join()
    assert len(asked) <= 2
    assert asked[-1] == 20


def test_a_line_that_the_disk_lost_is_lost_for_all_who_waited(tmp_path: Path) -> None:
    """The system says so once: who waited for the same line must not be told that it is held."""
    answers = iter([OSError(5, "Input/output error")])

    def flush(descriptor: int) -> None:
        for error in answers:
            raise error

    with Journal(tmp_path / "j.jsonl", flush) as journal:
        for _ in range(2):
            with pytest.raises(CmsdeployError, match="Input/output error"):
                journal(INTENDED)


def test_several_threads_write_whole_lines(tmp_path: Path) -> None:
    """Hosts side by side do not mix their lines."""
    with Journal(tmp_path / "j") as journal:
        event = Event(EventKind.WAITING, "h", text="x" * 5000)

        def tell() -> None:
            for _ in range(50):
                journal(event)

        threads = [threading.Thread(target=tell) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lines = journal.path.read_text().splitlines()
    assert len(lines) == 200
    assert {json.loads(line)["text"] for line in lines} == {"x" * 5000}


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """The kernel refuses to let any file of this process grow beyond ``size`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_line_that_fits_in_part_is_an_error(tmp_path: Path) -> None:
    """A disk that is nearly full takes a piece of the line: nothing further is sent."""
    site = Site("a")
    with Journal(tmp_path / "j") as journal:
        journal(INTENDED)
        size = journal.path.stat().st_size
        with _largest_file(size + 20):
            report = walk([step("a/one")], site.carrier(journal), lambda _: None)
    assert "cannot be written" in str(report.fatal)
    assert site.sent == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """The error names the path and the variable that moves it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(CmsdeployError, match="CMSDEPLOY_STATE"):
        new_journal(tmp_path / "file" / "state")


CB1 = Host("cb1", "10.0.0.1")
HOLD = """
import sys, time
from pathlib import Path
from cmsdeploy.executor.lock import locked
from cmsdeploy.model.host import Host
with locked([Host("other name", "10.0.0.1")], Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def _held_by_another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(folder)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_a_second_process_is_kept_out_and_told_by_whom(tmp_path: Path) -> None:
    """The lock goes by address: another inventory with another name for the box is no way in."""
    with _held_by_another_process(tmp_path) as process:
        with pytest.raises(LockHeldError) as error, locked([CB1], tmp_path):
            pytest.fail("the box was locked")
        assert f"process {process.pid}" in str(error.value)
        with locked([Host("cb2", "10.0.0.2"), Host("cb1", "10.0.0.1", port=2222)], tmp_path):
            pass


def test_a_lock_does_not_outlive_its_process(tmp_path: Path) -> None:
    """After kill -9 the next run gets it at once."""
    with _held_by_another_process(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        with locked([CB1], tmp_path):
            pass


def test_a_lock_is_free_again_and_leaves_no_half_of_a_set(tmp_path: Path) -> None:
    """Where one box of several is taken, the others are let go."""
    others = [Host("cb0", "10.0.0.0"), CB1]
    with locked([CB1], tmp_path):
        with pytest.raises(LockHeldError), locked(others, tmp_path):
            pytest.fail("cb1 was locked")
        with locked(others[:1], tmp_path):
            pass
    with locked(others, tmp_path):
        pass


def test_lock_files_are_private(tmp_path: Path) -> None:
    """Nobody else can hold us up by holding our lock."""
    with _umask(0), locked([CB1], tmp_path / "locks"):
        files = list((tmp_path / "locks").iterdir())
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE((tmp_path / "locks").stat().st_mode) == 0o700
