"""The job by ansible-playbook: the same commands, the same end, nothing the second time."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.collection.ansible import Ansible
from tests.e2e.site import site_of

_CLUSTER = "The cluster is as the inventory says"


def _planned(ansible: Ansible) -> dict[str, list[str]]:
    done = ansible.site.run("plan", "--json", ansible.site.playbook)
    found: dict[str, list[str]] = {}
    for step in json.loads(done.stdout)["steps"]:
        found.setdefault(step["host"], []).append(step["line"])
    return found


def test_one_task_does_the_job(ansible: Ansible) -> None:
    """Checked: what `cmsdeploy plan` shows, and nothing is sent; then done; then nothing left."""
    playbook = ansible.playbook("site.yml")
    checked = ansible.run(playbook, "--check", "--diff")
    assert checked.code == 0, checked.out + checked.errors
    assert checked.results[_CLUSTER]["cb1"]["commands"] == _planned(ansible)
    assert ansible.site.writes() == {"cb1": [], "cb2": [], "cb3": []}
    done = ansible.run(playbook)
    assert done.code == 0, done.out + done.errors
    assert done.changed() == [(_CLUSTER, "cb1")]
    again = ansible.run(playbook)
    assert (again.code, again.changed()) == (0, [])
    assert ansible.site.run("verify", ansible.site.playbook).returncode == 0


def test_single_tasks_do_the_same(ansible: Ansible, tmp_path: Path) -> None:
    """The fine tasks reach the same end, and `cmsdeploy plan` has nothing to add."""
    playbook = ansible.playbook("steps.yml")
    done = ansible.run(playbook)
    assert done.code == 0, done.out + done.errors
    assert _planned(ansible) == {}
    again = ansible.run(playbook)
    assert (again.code, again.changed()) == (0, [])


def test_what_cmsdeploy_did_ansible_finds_done(ansible: Ansible) -> None:
    """Both work from the same inventory and the same truth."""
    assert ansible.site.run("apply", "--yes", ansible.site.playbook).returncode == 0
    found = ansible.run(ansible.playbook("site.yml"))
    assert (found.code, found.changed()) == (0, [])


def test_a_parameter_of_the_task_counts(ansible: Ansible) -> None:
    """What the task says comes before the word of the inventory, and is final text."""
    text = """
- hosts: xmpp_servers
  gather_facts: false
  tasks:
    - cmsdeploy.mmp.xmpp:
        domain: other.example.com
        certificate: "{{ xmpp_certificate }}"
"""
    checked = ansible.run(ansible.playbook("other.yml", text), "--check")
    commands = checked.results["cmsdeploy.mmp.xmpp"]["cb1"]["commands"]
    assert isinstance(commands, dict)
    assert {host: lines[0] for host, lines in commands.items()} == dict.fromkeys(
        ("cb1", "cb2", "cb3"), "xmpp domain other.example.com"
    )


def test_once_for_every_cluster(tmp_path: Path, collections: Path) -> None:
    """With run_once one host does the work of all clusters of its play, side by side."""
    with site_of(tmp_path / "site") as site:
        ansible = Ansible(site, collections)
        text = """
- hosts: xmpp_servers:callbridges
  gather_facts: false
  tasks:
    - cmsdeploy.mmp.cluster:
      run_once: true
"""
        done = ansible.run(ansible.playbook("once.yml", text))
        assert done.code == 0, done.out + done.errors
        assert list(done.results["cmsdeploy.mmp.cluster"]) == ["cb1"]
        assert _planned(ansible) == {}


def test_killed_after_a_task(ansible: Ansible) -> None:
    """Killed within the second task, while the cluster is made, and run again: the same end."""
    _killed(ansible, 1)


@pytest.mark.long
@pytest.mark.parametrize("ended", range(1, 8))
def test_killed_after_every_task(ansible: Ansible, ended: int) -> None:
    """As above, after each of them."""
    _killed(ansible, ended)


def _killed(ansible: Ansible, ended: int) -> None:
    playbook = ansible.playbook("steps.yml")
    process = ansible.started(playbook)
    assert process.stdout is not None
    tasks = 0
    for line in process.stdout:
        tasks += line.startswith("TASK")
        if tasks > ended:
            break
    time.sleep(0.4)  # somewhere within the task
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)
    process.stdout.close()
    done = ansible.run(playbook)
    assert done.code == 0, done.out + done.errors
    assert _planned(ansible) == {}
    assert ansible.site.run("verify", ansible.site.playbook).returncode == 0
