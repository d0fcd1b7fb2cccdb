"""``force-unlock ID``: with the whole id, and a yes, the locks of a run are taken away."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.cli import main
from cmsdeploy.cli.backups import back_up_all, error_lines
from cmsdeploy.errors import DeviceError, LockLostError
from cmsdeploy.executor.backup import Order
from cmsdeploy.executor.journal import new_journal
from cmsdeploy.executor.lock import Lock, locked
from cmsdeploy.executor.unlocking import take_away
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.host import Host
from tests.executor.boxes import Obedient
from tests.transport.environment import environment

HOSTS = [Host("cb1", "10.0.0.1"), Host("cb2", "10.0.0.2")]
Said = pytest.CaptureFixture[str]


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Lock]:
    with (
        environment(CMSDEPLOY_STATE=str(tmp_path)),
        locked(HOSTS, tmp_path / "locks", "apply site.yml") as lock,
    ):
        yield lock


def test_the_whole_id_is_needed(held: Lock, capsys: Said) -> None:
    """Without it, with a part of it or with another one: 5, and who does hold locks."""
    run = held.holder.run
    for words in ([], [run[:-1]], [run.lower()], ["cb1"], [str(os.getpid())], [""]):
        assert main(["force-unlock", *words, "--yes"]) == 5
        said = capsys.readouterr().err
        assert f"locks are held by {run} ({held.holder.who})" in said
    held.check()
    assert main(["force-unlock"]) == 5
    assert "the whole id of a run is needed" in capsys.readouterr().err


def test_nobody_holds_any(tmp_path: Path, capsys: Said) -> None:
    """5, with the place where it was looked; nothing is made there."""
    with environment(CMSDEPLOY_STATE=str(tmp_path / "state")):
        assert main(["force-unlock", "20200101T000000.000000Z-1", "-y"]) == 5
    said = capsys.readouterr().err
    assert f"holds a lock in {tmp_path}/state/locks" in said
    assert "CMSDEPLOY_STATE" in said
    assert list(tmp_path.iterdir()) == []


def test_somebody_has_to_say_yes(held: Lock, capsys: Said) -> None:
    """Without a terminal and without --yes: 3, after it was told who holds what."""
    run = held.holder.run
    assert main(["force-unlock", run]) == 3
    said = capsys.readouterr().err
    assert f"run {run}: apply site.yml" in said
    since = re.escape(f"by {held.holder.who}, since {held.holder.moment}")
    assert re.search(since + r" \(\d+ s\)\n", said)
    assert "holds cb1 (10.0.0.1:22), cb2 (10.0.0.2:22)" in said
    held.check()


def test_it_is_taken_away(held: Lock, tmp_path: Path, capsys: Said) -> None:
    """Then the next run gets it, the first one sends nothing more, and a second time there is
    nothing left to take. The journal is shown as one that goes on, and then by its loss."""
    run = held.holder.run
    with new_journal(tmp_path / "journal", held) as journal:
        journal(Event(EventKind.RUN_STARTED))
        assert main(["journal", "show"]) == 0
        said = capsys.readouterr().out
        assert f"the run goes on: {held.holder.who}" in said
        assert f"next: wait; where it hangs: cmsdeploy force-unlock {run}" in said
        assert main(["force-unlock", run, "--yes"]) == 0
        told = capsys.readouterr()
        assert f"taken away from {run}: cb1 (10.0.0.1:22), cb2 (10.0.0.2:22)" in told.out
        look = re.escape(f": cmsdeploy journal show {journal.path}\n")
        assert re.search(r"its journal has said nothing for \d+ s" + look, told.err)
        with locked(HOSTS, tmp_path / "locks"):
            assert main(["force-unlock", run, "--yes"]) == 5
        with pytest.raises(LockLostError):
            journal(Event(EventKind.STEP_INTENDED, "cb1", "cb1/xmpp/enable", "xmpp enable"))
    capsys.readouterr()
    assert main(["journal", "show"]) == 0
    *_, failed, ended = capsys.readouterr().out.splitlines()
    assert (
        "step-failed      cb1/xmpp/enable not sent: nothing further is sent, the lock of cb1"
        in failed
    )
    assert (
        "run-ended        nothing further is sent, the lock of cb1 (10.0.0.1:22) is lost: " in ended
    )


def test_a_process_that_is_stopped_is_told(tmp_path: Path, capsys: Said) -> None:
    """Ctrl-Z is the first thing that a tired person did; and a name of a run leads to no file."""
    text = (
        "import os, signal; from pathlib import Path; from cmsdeploy.model.host import Host\n"
        "from cmsdeploy.executor.lock import locked\n"
        f"with locked([Host('cb1', '10.0.0.1')], Path({str(tmp_path / 'locks')!r})) as lock:\n"
        "    print(lock.holder.run, flush=True); os.kill(os.getpid(), signal.SIGSTOP)"
    )
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            run = child.stdout.readline().strip()
            assert os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT) is not None
            with environment(CMSDEPLOY_STATE=str(tmp_path)):
                assert main(["force-unlock", run, "--yes"]) == 0
        finally:
            child.kill()
    said = capsys.readouterr().err
    assert f"its process is stopped (Ctrl-Z?); this lets it go on: kill -CONT {child.pid}" in said


def test_a_backup_that_lost_its_lock_ends_with_its_code(tmp_path: Path) -> None:
    """No command is sent to a box, and 9 stands above what else was wrong."""
    session = Obedient({})
    with (
        locked(HOSTS, tmp_path / "locks") as lock,
        new_journal(tmp_path / "journal", lock) as journal,
    ):
        take_away(tmp_path / "locks", lock.holder.run, lock.holder)
        made = back_up_all({"cb1": session}, Order(tmp_path / "kept", "name"), journal, 1)
    assert session.sent == []
    code, lines = error_lines({**made, "cb2": DeviceError("it said no", host="cb2")})
    assert code == 9
    assert lines[0].startswith("cb1: nothing further is sent, the lock of cb1")
