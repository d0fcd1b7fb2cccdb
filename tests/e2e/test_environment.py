"""What goes wrong around us: no room, closed outputs, no state folder, another key."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.site import Site, site_of


def _shell(site: Site, redirection: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = " ".join([*site.command(*words), redirection])
    return subprocess.run(
        ["sh", "-c", command],
        env=site.environment_of_process(),
        cwd=site.folder,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("redirection", "code"), [(">/dev/full", 1), (">&-", 0), ("| head -1 >/dev/null", 0)]
)
def test_an_output_that_takes_nothing(site: Site, redirection: str, code: int) -> None:
    """A full disk is said and is exit code 1; a closed output changes nothing; never a bug."""
    answer = _shell(site, redirection, "plan", site.playbook)
    assert answer.returncode == code, answer.stderr
    assert "bug" not in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "Exception" not in answer.stderr


def test_a_state_folder_that_cannot_be_is_said(site: Site) -> None:
    """No journal and no lock, so no change: exit code 1, with what to do."""
    site.environment["CMSDEPLOY_STATE"] = "/proc/nope/state"
    answer = site.run("apply", site.playbook, "--yes")
    assert answer.returncode == 1, answer.stderr
    assert "CMSDEPLOY_STATE" in answer.stderr
    assert site.writes() == {"cb1": [], "cb2": [], "cb3": []}


def test_what_a_run_leaves_is_private_under_any_umask(site: Site) -> None:
    """Folders 0700 and files 0600, also those above the state folder that it had to make."""
    site.environment["CMSDEPLOY_STATE"] = str(site.folder / "a" / "b" / "state")
    before = os.umask(0)
    try:
        assert site.run("apply", site.playbook, "--yes").returncode == 0
    finally:
        os.umask(before)
    made = [site.folder / "a", *(site.folder / "a").rglob("*")]
    assert len(made) > 5
    for path in made:
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_journal_says_what_was_sent_and_seen(site: Site) -> None:
    """The reply of a step is there, and none that holds a secret."""
    assert site.run("apply", site.playbook, "--yes").returncode == 0
    (journal,) = site.journals()
    records = [json.loads(line) for line in journal.read_text().splitlines()]
    said = {r["step"]: r["text"] for r in records if r["event"] == "step-done"}
    assert "SUCCESS: XMPP server enabled" in said["cb1/xmpp/enable"]
    assert "read back and compared" in said["cb1/pki/file-abhiall.key"]
    assert said["cb1/xmpp/callbridge-cb1"] == ""


def test_a_refusal_is_seen_by_programs_too(tmp_path: Path) -> None:
    """`apply --json` ends with how it ended, also where nothing was done."""
    with site_of(tmp_path / "site", version="3.1") as site:
        answer = site.run("apply", site.playbook, "--yes", "--json")
        assert answer.returncode == 7
        events = [json.loads(line) for line in answer.stdout.splitlines()]
        (plan,) = [event["plan"] for event in events if event["event"] == "plan"]
        assert {refusal["rule"] for refusal in plan["refusals"]} == {"version/outside"}
        assert (events[-1]["event"], events[-1]["exit_code"]) == ("result", 7)


def test_another_known_key_is_not_written_beside(site: Site) -> None:
    """`hosts trust` says that the key changed, and how to forget the old one."""
    text = site.inventory.read_text()
    site.inventory.write_text(re.sub(r'\s*"cms_host_key": "[^"]*",', "", text))
    assert site.run("hosts", "trust", "--yes", "cb1").returncode == 0
    known = site.folder / ".ssh" / "known_hosts"
    before = known.read_text()
    site.lab.faults("cb1").change_host_key()
    answer = site.run("hosts", "trust", "--yes", "cb1")
    assert answer.returncode == 4
    assert "ssh-keygen -R" in answer.stderr
    assert known.read_text() == before


def test_an_open_question_is_shown_when_the_time_is_up(site: Site) -> None:
    """A command that waits for an answer on a plain channel: the question is in the message."""
    answer = site.run("exec", "cb1", "--write", "--", "reboot")
    assert answer.returncode == 2
    assert "Are you sure" in answer.stdout


def test_a_command_that_asks_for_a_secret_is_not_sent_by_exec(site: Site) -> None:
    """Nobody answers there: it is refused at once, and no box hears of it."""
    answer = site.run("exec", "all", "--write", "--", "xmpp callbridge add-secret z")
    assert answer.returncode == 7
    assert "asks for a secret" in answer.stderr
    assert not any("add-secret" in line for lines in site.writes().values() for line in lines)


def test_a_broken_cluster_is_a_problem_that_verify_found(site: Site) -> None:
    """A peer that is listed twice: verify ends with 2 and names it; plan refuses with 7."""
    assert site.run("apply", site.playbook, "--yes").returncode == 0
    with site.lab.lock:
        box, first = site.lab.world.boxes["cb3"], site.lab.boxes["cb1"].address
        for line in (
            "xmpp disable", "xmpp reset", "xmpp domain tptac9.com", "xmpp listen a",
            "xmpp certs abhiall.key abhiall.cer certall.cer", "xmpp cluster trust abhiall.cer",
            "xmpp cluster enable", "xmpp enable", f"xmpp cluster join {first}",
        ):  # fmt: skip
            box.execute(line)
    verified = site.run("verify", site.playbook)
    assert verified.returncode == 2, verified.stdout + verified.stderr
    assert "duplicate-peer" in verified.stdout
    assert "xmpp cluster remove 127.0.1.3" in verified.stdout
    assert site.run("plan", site.playbook).returncode == 7


def test_a_limit_that_leaves_nobody_is_refused(site: Site) -> None:
    """An empty selection is a mistake, not a way to do nothing."""
    answer = site.run("plan", "-l", "all:!all", site.playbook)
    assert answer.returncode == 3, answer.stdout
