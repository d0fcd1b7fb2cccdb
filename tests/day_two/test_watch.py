"""Drift is found by whoever looks: `watch`, and each recipe that the documentation has."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml

from cmsdeploy.cli.expiry import RULE, expiring
from cmsdeploy.cli.job import Job
from cmsdeploy.executor.box import Box
from cmsdeploy.executor.observe import Observation
from cmsdeploy.model.action import Handshake, Reply
from tests.e2e.site import PROJECT, Site, site_of

CI = PROJECT / "docs" / "ci"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)


def _seen(until: str) -> Observation:
    reply = Reply(text=f"Fingerprint : {'a' * 64}\nValid until : {until}\n-----BEGIN x\n")
    box = object.__new__(Box)
    box.replies = {Handshake("10.0.0.1", 5222, "example.com"): reply}
    return Observation({}, {"cb1": box})


# valid until, days that it has to last, what is said
EXPIRIES = [
    ("2026-12-23 02:00:00 UTC", 30, None),
    ("2026-12-23 01:59:59 UTC", 30, "29 whole days"),
    ("2026-11-23 12:00:00 UTC", 1, "0 whole days"),
    ("2026-11-23 01:59:00 UTC", 1, "it is over"),
    ("never", 3650, None),
]


@pytest.mark.parametrize(("until", "days", "said"), EXPIRIES)
def test_a_certificate_has_to_last(until: str, days: int, said: str | None) -> None:
    """To the second; what nobody can read is no finding."""
    job = object.__new__(Job)
    object.__setattr__(job, "stages", ())
    found = expiring(job, _seen(until), days, NOW)
    assert [(said or "") in one.text for one in found] == ([True] if said else [])
    assert all(one.rule == RULE for one in found)


def _recipe(site: Site, *words: str, days: int = 30) -> subprocess.CompletedProcess[str]:
    """Run the words of a recipe as its machine would: with `cmsdeploy` on the path."""
    programs = site.folder / "bin"
    programs.mkdir(exist_ok=True)
    program = programs / "cmsdeploy"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cmsdeploy "$@"\n')
    program.chmod(0o755)
    shutil.copy(CI / "drift.sh", site.folder)
    environment = {
        **site.environment_of_process(),
        "PATH": f"{programs}:/usr/bin:/bin",
        "CMSDEPLOY_SITE": str(site.folder),
        "CMSDEPLOY_INVENTORY": str(site.inventory),
        "CMSDEPLOY_DAYS": str(days),
    }
    return subprocess.run(
        words,
        env=environment,
        cwd=site.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _commands() -> dict[str, str]:
    """What each recipe runs, with the folder of the site taken out."""
    cron = [line for line in (CI / "crontab").read_text().splitlines() if line[:1].isdigit()]
    service = (CI / "cmsdeploy-drift.service").read_text()
    started = re.search(r"^ExecStart=(.*)$", service, re.MULTILINE)
    jenkins = re.search(r"script: '([^']*)'", (CI / "Jenkinsfile").read_text())
    gitlab = yaml.safe_load((CI / "gitlab-drift.yml").read_text())["drift"]["script"]
    assert started
    assert jenkins
    found = {
        "cron": cron[0].split(None, 5)[5],
        "systemd": started[1],
        "jenkins": jenkins[1],
        "gitlab": gitlab[0],
    }
    return {name: line.replace("/srv/cms/", "./") for name, line in found.items()}


def _started(site: Site, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        site.command("watch", site.playbook, *words),
        env=site.environment_of_process(),
        cwd=site.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_recipes_run_and_watch_says_what_has_changed(tmp_path: Path) -> None:
    """Well: silence and 0. A server stopped: 2, and words; a certificate that is over soon, too."""
    with site_of(tmp_path / "site") as site:
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        before = site.writes()
        well = _recipe(site, "sh", "-c", _commands()["cron"])
        assert (well.returncode, well.stdout) == (0, "")
        assert 'failures="0"' in (site.folder / "drift.xml").read_text()
        soon = _recipe(site, "sh", "./drift.sh", days=3650)
        assert (soon.returncode, RULE in soon.stdout) == (2, True)
        assert RULE in (site.folder / "drift.xml").read_text()
        with _started(site, "--every", "1", "--until-drift", "--json") as watch:
            assert watch.stdout is not None
            first = json.loads(watch.stdout.readline())
            with site.lab.lock:
                site.lab.world.boxes["cb2"].execute("xmpp disable")
            rest = [json.loads(line) for line in watch.stdout]
            assert watch.wait(30) == 2
        assert (first["exit_code"], first["new"]) == (0, [])
        assert re.fullmatch(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z", first["time"])
        assert (rest[-1]["exit_code"], rest[-1]["new"] == rest[-1]["wrong"]) == (2, True)
        assert any("cb2" in line for line in rest[-1]["new"])
        drift = _recipe(site, "sh", "./drift.sh")
        assert (drift.returncode, "cb2" in drift.stdout) == (2, True)
        before["cb2"].append("xmpp disable")
        assert site.writes() == before


def test_ctrl_c_ends_a_watch(tmp_path: Path) -> None:
    """With 130, in words, while it waits; a box that is not reached has not ended it."""
    with site_of(tmp_path / "site") as site:
        for name in site.lab.boxes:
            site.lab.faults(name).refuse_connections()
        with _started(site, "--every", "600", "--until-drift") as watch:
            assert watch.stdout is not None
            assert "not as promised" in watch.stdout.readline()
            assert watch.poll() is None
            watch.send_signal(signal.SIGINT)
            _, said = watch.communicate(timeout=30)
            assert (watch.returncode, "Traceback" in said) == (130, False)


def test_the_recipes_are_what_their_programs_read() -> None:
    """systemd's own checker, where there is one; a crontab has six fields."""
    line = next(one for one in (CI / "crontab").read_text().splitlines() if one[:1].isdigit())
    assert len(line.split(None, 5)) == 6
    named = {re.sub(r"^(/bin/)?sh |\./", "", each) for each in _commands().values()}
    assert named == {"drift.sh playbooks/site.yml"}
    if tool := shutil.which("systemd-analyze"):
        done = subprocess.run([tool, "calendar", "*-*-* 04:17:00"], check=False)
        assert done.returncode == 0


def test_the_recipe_without_a_site_is_a_mistake_and_no_drift() -> None:
    """A shell of its own accord would end with 2, which means that something differs."""
    done = subprocess.run(
        ["/bin/sh", str(CI / "drift.sh")], env={}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert "CMSDEPLOY_SITE" in done.stderr
