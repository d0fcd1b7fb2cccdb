"""Locks that a person takes away: who holds them, and that whoever lost one sends nothing more."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsdeploy.errors import CmsdeployError, LockHeldError, LockLostError, printable
from cmsdeploy.executor.apply import Result, walk
from cmsdeploy.executor.holder import Holder, holder_of, new_run, this_run
from cmsdeploy.executor.journal import new_journal
from cmsdeploy.executor.journal_reading import open_steps, read_journal
from cmsdeploy.executor.lock import Lock, gate, locked
from cmsdeploy.executor.unlocking import held_locks, take_away
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.host import Host
from tests.executor.boxes import Site, step

A, B = Host("a", "10.0.0.1"), Host("b", "10.0.0.2")
TAKER = this_run("force-unlock")


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.lock"))


def _take(folder: Path, lock: Lock) -> list[str]:
    return sorted(holder.box for holder in take_away(folder, lock.holder.run, TAKER))


def test_a_lock_tells_who_holds_it(tmp_path: Path) -> None:
    """One JSON line, 0600: run, user, machine, process, since when, what for, which box."""
    with locked([A], tmp_path, "apply site.yml") as lock, new_journal(tmp_path / "j", lock) as told:
        (file,) = _files(tmp_path)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        (line,) = file.read_text().splitlines()
        assert json.loads(line) == {
            "run": told.path.stem,
            "user": lock.holder.user,
            "machine": os.uname().nodename,
            "process": os.getpid(),
            "since": lock.holder.since,
            "work": "apply site.yml",
            "box": "a (10.0.0.1:22)",
        }


def test_whoever_is_kept_out_is_told_by_whom(tmp_path: Path) -> None:
    """The id, the person, the process, since when, and both ways on."""
    with locked([A], tmp_path, "apply site.yml") as lock:
        with pytest.raises(LockHeldError) as error, locked([B, A], tmp_path):
            pytest.fail("a was locked")
        holder = lock.holder
        said = str(error.value)
        assert (
            f"works on a (10.0.0.1:22): {holder.run} (apply site.yml), by {holder.user} on" in said
        )
        assert f"process {os.getpid()}, since {holder.since[:10]} {holder.since[11:19]} UTC" in said
        assert "next: wait for it to end; where it hangs" in said
        assert said.endswith(f"cmsdeploy force-unlock {holder.run}")


def test_what_is_taken_away_is_free_and_is_missed(tmp_path: Path) -> None:
    """All boxes of the run, and of no other; the loser is told by whom, and the next one is not."""
    third = Host("c", "10.0.0.3")
    with locked([A, B], tmp_path) as lock, locked([third], tmp_path) as other:
        run = lock.holder.run
        for part in ("", run[:-1], run[1:], run.lower(), f"{run} "):
            assert take_away(tmp_path, part, TAKER) == ()
        lock.check("a")
        assert _take(tmp_path, lock) == ["a (10.0.0.1:22)", "b (10.0.0.2:22)"]
        assert len(_files(tmp_path)) == 1
        with pytest.raises(LockLostError) as error:
            lock.check("b")
        assert f"the lock of b (10.0.0.2:22) is lost: {TAKER.who}, took it away" in str(error.value)
        with locked([A, B], tmp_path) as following:
            for host in ("a", "b", ""):
                following.check(host)
                with pytest.raises(LockLostError):
                    lock.check(host)
            other.check("c")
            assert _take(tmp_path, lock) == []
        following.check("a")  # its files stay, as always


def test_one_box_lost_is_all_lost(tmp_path: Path) -> None:
    """Whoever took one away by hand, or was killed in the middle of taking: no box is sent to."""
    with locked([A, B], tmp_path) as lock:
        paths = {held.holder.box[0]: held.path for held in held_locks(tmp_path) if held.holder}
        paths["a"].unlink()
        lock.check("b")
        with pytest.raises(LockLostError, match="its file is gone"):
            lock.check("")
        with pytest.raises(LockLostError):
            lock.check("b")


@pytest.mark.parametrize("how", ["taken", "renamed", "replaced", "linked", "folder"])
def test_every_way_to_lose_a_lock_is_noticed(tmp_path: Path, how: str) -> None:
    """The path has to lead to the very file that is held."""
    folder = tmp_path / "locks"
    with locked([A], folder) as lock:
        (path,) = _files(folder)
        if how == "taken":
            _take(folder, lock)
        elif how == "folder":
            folder.rename(tmp_path / "other")
        else:
            path.rename(tmp_path / "kept")
        if how == "replaced":
            path.write_bytes((tmp_path / "kept").read_bytes())
        elif how == "linked":
            path.symlink_to(tmp_path / "kept")
        with pytest.raises(LockLostError):
            lock.check("a")


def test_nothing_further_is_sent_and_the_journal_says_why(tmp_path: Path) -> None:
    """The command under way ends; the next one of that box, and of any other, is not sent. The last
    line of the journal tells it, and no step is left open."""
    with (
        locked([A, B], tmp_path / "locks") as lock,
        new_journal(tmp_path / "journal", lock) as journal,
    ):
        forced: list[str] = []
        site = Site("a", "b", one=lambda: forced.extend(_take(tmp_path / "locks", lock)))
        steps = [step("a/one"), step("a/two", "a/one"), step("b/three", "a/one", "other")]
        report = walk(steps, site.carrier(journal), journal, forks=1)
        with pytest.raises(LockLostError):
            journal(Event(EventKind.STEP_INTENDED, "b", "b/four", "four"))
    assert site.sent == ["one"]
    assert isinstance(report.fatal, LockLostError)
    assert report.results["a/one"] is Result.DONE
    read = read_journal(journal.path)
    assert read.damage == ""
    assert read.has_ended
    assert [record.event.kind.value for record in read.records] == [
        "step-intended", "step-done", "step-intended", "step-failed", "step-skipped",
        "step-intended", "step-failed", "run-ended",
    ]  # fmt: skip
    assert read.records[3].event.text.startswith("not sent: nothing further is sent, the lock of a")
    assert "took it away with force-unlock" in read.records[-1].event.text
    assert open_steps(read) == ()


def test_a_loss_that_is_found_before_any_step(tmp_path: Path) -> None:
    """Whoever said yes too late: the last line of the journal tells it all the same."""
    with locked([A], tmp_path) as lock, new_journal(tmp_path / "j", lock) as journal:
        journal.check_lock()
        _take(tmp_path, lock)
        with pytest.raises(LockLostError):
            journal.check_lock()
    (only,) = read_journal(journal.path).records
    assert only.event.kind is EventKind.RUN_ENDED
    assert "took it away with force-unlock" in only.event.text


def test_an_end_that_was_told_is_not_told_twice(tmp_path: Path) -> None:
    """Where the run itself comes to its end, its line says that it lost the lock."""
    with locked([A], tmp_path) as lock, new_journal(tmp_path / "j", lock) as journal:
        _take(tmp_path, lock)
        with pytest.raises(LockLostError):
            journal(Event(EventKind.STEP_INTENDED, "a", "a/one", "one"))
        journal(Event(EventKind.RUN_ENDED))
    ends = [
        r.event for r in read_journal(journal.path).records if r.event.kind.value == "run-ended"
    ]
    assert len(ends) == 1
    assert ends[0].text.startswith("nothing further is sent")


def test_a_run_that_has_ended_has_nothing_to_lose(tmp_path: Path) -> None:
    """Its file stays and tells of it; nobody holds it, so nobody is found and nothing is taken."""
    with locked([A], tmp_path) as lock:
        assert [held.holder for held in held_locks(tmp_path)] != [None]
    assert held_locks(tmp_path) == ()
    assert _take(tmp_path, lock) == []
    assert len(_files(tmp_path)) == 1
    assert held_locks(tmp_path / "nowhere") == ()
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "content", [b"process 123", b"", b"{", b"\xff\x00\x1b[2J", b"[1]\n{}", b"7"]
)
def test_a_lock_that_does_not_tell(tmp_path: Path, content: bytes) -> None:
    """Of an older version, or written at this moment: nobody gets in, and nobody takes it away,
    because such a run would not notice. Once it is let go, the next run takes it."""
    with locked([A], tmp_path):
        pass
    (path,) = _files(tmp_path)
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(LockHeldError) as error, locked([A], tmp_path):
        pytest.fail("a was locked")
    assert "another run works on a" in str(error.value)
    assert "\x1b" not in str(error.value)
    assert [held.holder for held in held_locks(tmp_path)] == [None]
    for run in ("123", "process 123", ""):
        assert take_away(tmp_path, run, TAKER) == ()
    os.close(descriptor)
    with locked([A], tmp_path) as lock:
        lock.check("a")
        assert holder_of(path.read_bytes()) is not None


def _spoil(path: Path, how: str) -> None:
    path.unlink()
    if how == "link":
        path.symlink_to(path.parent / "victim")
    elif how == "dangling":
        path.symlink_to(path.parent / "nothing")
    elif how == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)


@pytest.mark.parametrize("which", ["lock", "gate"])
@pytest.mark.parametrize("how", ["link", "dangling", "folder", "pipe"])
def test_what_is_no_plain_file_is_said(tmp_path: Path, how: str, which: str) -> None:
    """A declared error that names the path, for a run and for force-unlock; nothing is followed."""
    (tmp_path / "victim").write_text("precious")
    with locked([A], tmp_path):
        pass
    path = tmp_path / "gate" if which == "gate" else _files(tmp_path)[0]
    _spoil(path, how)
    with pytest.raises(CmsdeployError, match="cannot be used") as error, locked([A], tmp_path):
        pytest.fail("a was locked")
    assert str(path) in str(error.value)
    with pytest.raises(CmsdeployError, match="cannot be used"):
        held_locks(tmp_path)
    with pytest.raises(CmsdeployError, match="cannot be used"):
        take_away(tmp_path, new_run(), TAKER)
    assert (tmp_path / "victim").read_text() == "precious"


def test_somebody_who_stands_still_in_the_gate_is_named(tmp_path: Path) -> None:
    """Whoever was stopped in the very moment of taking a lock: not for ever, and in words."""
    with gate(tmp_path), pytest.raises(LockHeldError) as error, gate(tmp_path, seconds=0.05):
        pytest.fail("two are in the gate")
    assert f"process {os.getpid()} stands still" in str(error.value)
    with gate(tmp_path):
        pass


def test_nobody_takes_or_takes_away_but_in_the_gate(tmp_path: Path) -> None:
    """While one is in it the others wait; then each of them goes on."""

    def hold() -> None:
        with locked([B], tmp_path):
            done.append("held")

    done: list[str] = []
    with locked([A], tmp_path) as lock:
        acts = (
            hold,
            lambda: done.append(f"seen {len(held_locks(tmp_path)) > 0}"),
            lambda: done.extend(_take(tmp_path, lock)),
        )
        threads = [threading.Thread(target=act) for act in acts]
        with gate(tmp_path):
            for thread in threads:
                thread.start()
            time.sleep(0.1)
            assert done == []
            lock.check("a")  # whoever only looks does not wait
        for thread in threads:
            thread.join(10)
    assert {"held", "a (10.0.0.1:22)"} < set(done)
    assert len(done) == 3


def test_a_set_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    """Whoever is refused at the last box keeps none, and nobody else is told that it holds any."""
    hosts = [Host(f"h{number}", f"10.0.0.{number}") for number in range(1, 6)]
    with locked(hosts[4:], tmp_path) as lock:
        with pytest.raises(LockHeldError), locked(hosts, tmp_path):
            pytest.fail("the last one was locked")
        held = [one.holder for one in held_locks(tmp_path)]
        assert [one.run for one in held if one] == [lock.holder.run]


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    """Whatever happens: taken, refused, taken away, looked at."""
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        with locked([A], tmp_path) as lock:
            with ExitStack() as stack, pytest.raises(LockHeldError):
                stack.enter_context(locked([B, A], tmp_path))
            held_locks(tmp_path)
            _take(tmp_path, lock)
    assert os.listdir("/proc/self/fd") == before


_TEXTS = st.text(max_size=30)
_HOLDERS = st.builds(
    Holder, _TEXTS, _TEXTS, _TEXTS, st.integers(), _TEXTS, _TEXTS, _TEXTS
)  # fmt: skip


@given(_HOLDERS)
def test_what_is_written_is_read_back(holder: Holder) -> None:
    """Whatever a user or a machine is called: one line, and shown without control characters."""
    line = holder.at("box")
    assert line.count(b"\n") == 1
    found = holder_of(line)
    assert found is not None
    assert (found.run, found.user, found.process) == (holder.run, holder.user, holder.process)
    assert printable(found.who + found.moment) == found.who + found.moment


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["run", "user", "process", "x"]), inner, max_size=4),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_no_line_is_too_strange(line: bytes) -> None:
    """A lock file may hold anything; reading it never fails."""
    found = holder_of(line)
    assert found is None or isinstance(found.run, str)
