"""What goes wrong is told as Ansible's users know it, in our words, and without a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collection.ansible import Ansible
from tests.e2e.site import site_of

_PLAY = """
- hosts: {hosts}
  gather_facts: false
  tasks:
    - name: asked
      cmsdeploy.mmp.{task}
"""


def _run(
    ansible: Ansible, task: str, *words: str, hosts: str = "xmpp_servers"
) -> dict[str, object]:
    text = _PLAY.format(hosts=hosts, task=task)
    run = ansible.run(ansible.playbook("trouble.yml", text), *words)
    assert "Traceback" not in run.out + run.errors
    found: dict[str, object] = run.results["asked"]["cb1"]
    return found


def test_a_wrong_argument_is_named(ansible: Ansible) -> None:
    """As with any module of Ansible."""
    found = _run(ansible, "xmpp: {domian: example.com}")
    assert found["failed"] is True
    assert "domian" in str(found["msg"])


def test_a_wrong_word_of_the_inventory_is_named(ansible: Ansible) -> None:
    """The library's own message, with its next action."""
    found = _run(ansible, "cluster:", "-e", "xmpp_cluster=''", hosts="cb1")
    assert found["failed"] is True
    assert found["rc"] == 3


@pytest.mark.parametrize(
    ("task", "words", "said"),
    [
        ("cluster: {members: [cb1, cb9]}", (), "cb9 is no host of the inventory"),
        ("cluster: {members: [cb2, cb3]}", (), "cb1 is not among the members"),
        ("cluster:", ("-e", "xmpp_domain={{ nowhere }}"), "nowhere"),
    ],
)
def test_what_a_person_got_wrong_is_no_defect(
    ansible: Ansible, task: str, words: tuple[str, ...], said: str
) -> None:
    """Nobody is told that another host does the work, and nobody that the program is broken."""
    found = _run(ansible, task, *words)
    assert found["failed"] is True
    assert said in str(found["msg"])
    assert "defect" not in str(found["msg"])


def test_a_host_in_no_group_of_ours_fails(ansible: Ansible) -> None:
    """A misspelt group must not look like work that somebody else does."""
    plain = '{"all": {"hosts": {"cb1": {}}, "children": {"xmpp_server": {"hosts": {"cb1": {}}}}}}'
    ansible.site.inventory.write_text(plain)
    found = _run(ansible, "cluster:", hosts="all")
    assert found["failed"] is True
    assert "cb1 is not in a group xmpp_servers or callbridges" in str(found["msg"])


def test_a_refusal_is_a_failure_with_its_code(ansible: Ansible) -> None:
    """A gate that does not hold: nothing was sent."""
    found = _run(ansible, "mmp_command: {read: license, shows: 'Feature: teleport'}", hosts="cb1")
    assert (found["failed"], found["rc"]) == (True, 7)
    assert "teleport" in str(found["msg"])
    assert ansible.site.writes()["cb1"] == []


def test_a_box_that_is_away_is_unreachable(ansible: Ansible) -> None:
    """Ansible's own word for it, so that `any_errors_fatal` and rescue work as ever."""
    found = _run(ansible, "facts:", "-e", "ansible_port=1", hosts="cb1")
    assert found["unreachable"] is True
    assert "cb1" in str(found["msg"])


def test_another_box_that_is_away_fails_the_task(ansible: Ansible) -> None:
    """The host that works for its cluster stays in the play: it is not the one that is away."""
    ansible.site.lab.faults("cb2").refuse_connections()
    found = _run(ansible, "cluster:", hosts="xmpp_servers:callbridges")
    assert (found["failed"], found["rc"], found.get("unreachable")) == (True, 4, None)
    assert "cb2" in str(found["msg"])


def test_without_the_library(ansible: Ansible, tmp_path: Path) -> None:
    """One sentence that says what to install, and where."""
    hidden = tmp_path / "hidden" / "cmsdeploy"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ImportError('No module named cmsdeploy')\n")
    playbook = ansible.playbook("bare.yml", _PLAY.format(hosts="cb1", task="facts:"))
    run = ansible.run(playbook, PYTHONPATH=str(hidden.parent))
    assert "needs the Python library cmsdeploy" in str(run.results["asked"]["cb1"]["msg"])


def test_two_at_once(tmp_path: Path, collections: Path) -> None:
    """On one cluster the second process is turned away by the lock; afterwards all is well."""
    with site_of(tmp_path / "site", latency_seconds=0.02) as site:
        ansible = Ansible(site, collections)
        playbook = ansible.playbook("site.yml")
        running = [ansible.started(playbook) for _ in range(2)]
        said = [process.communicate(timeout=240)[0] for process in running]
        codes = sorted(process.returncode for process in running)
        assert codes == [0, 2], said
        assert sum("another run works on" in text for text in said) == 1
        assert ansible.site.run("verify", site.playbook).returncode == 0


def test_two_on_different_clusters(tmp_path: Path, collections: Path) -> None:
    """Slices of a fleet do not meet."""
    with (
        site_of(tmp_path / "one", latency_seconds=0.02) as one,
        site_of(tmp_path / "two", latency_seconds=0.02) as two,
    ):
        two.environment["CMSDEPLOY_STATE"] = str(one.folder / "state")
        both = [Ansible(site, collections) for site in (one, two)]
        running = [ansible.started(ansible.playbook("site.yml")) for ansible in both]
        said = [process.communicate(timeout=240)[0] for process in running]
        assert [process.returncode for process in running] == [0, 0], said


@pytest.mark.parametrize(
    "callback", ["default", "tree", pytest.param("minimal", marks=pytest.mark.long)]
)
def test_no_secret_anywhere(ansible: Ansible, tmp_path: Path, callback: str) -> None:
    """Loudest output, results as JSON, a failed task, and the cache of facts: no canary."""
    password = "Kanarienvogel-7731-x"
    text = """
- hosts: xmpp_servers:callbridges
  gather_facts: false
  tasks:
    - cmsdeploy.mmp.cluster:
    - cmsdeploy.mmp.facts:
    - cmsdeploy.mmp.mmp_command: {read: license, shows: nothing like this}
      ignore_errors: true
    - cmsdeploy.mmp.dns:
        key: {name: canary., algorithm: hmac-sha256, secret: CANARY}
      check_mode: true
      ignore_errors: true
"""
    playbook = ansible.playbook("loud.yml", text.replace("CANARY", password))
    cache, tree = tmp_path / "cache", tmp_path / "tree"
    shown = {"ANSIBLE_STDOUT_CALLBACK": callback}
    if callback == "tree":  # beside the default one: a file with JSON for each host
        shown = {"ANSIBLE_CALLBACKS_ENABLED": "tree", "ANSIBLE_CALLBACK_TREE_DIR": str(tree)}
    run = ansible.run(
        playbook,
        "-vvvv",
        "--diff",
        **shown,
        ANSIBLE_CACHE_PLUGIN="jsonfile",
        ANSIBLE_CACHE_PLUGIN_CONNECTION=str(cache),
    )
    box = (ansible.site.folder / ".cmsdeploy" / "lab" / "password").read_text().strip()
    canaries = {box, password, *ansible.site.secrets()}
    kept = [path for folder in (cache, tree) for path in folder.rglob("*") if path.is_file()]
    assert run.code == 0, run.out[-3000:] + run.errors
    texts = [run.out, run.errors, *(path.read_text(encoding="utf-8") for path in kept)]
    texts += [path.read_text(encoding="utf-8") for path in ansible.site.journals()]
    assert list(cache.iterdir())
    assert len(canaries) >= 5
    assert [canary for canary in canaries for text in texts if canary in text] == []
