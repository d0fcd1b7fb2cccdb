"""Templates in what is decided before a play has hosts: they see the variables that Ansible has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cmsdeploy.cli import main
from cmsdeploy.errors import InputError
from cmsdeploy.inventory import load as load_inventory
from cmsdeploy.playbook import Person, load, stages

from .referee import ansible_playbook

INVENTORY = """\
all:
  vars: {of_inventory: b}
  children:
    g: {hosts: {a: {of_host: b}, b: , c: , d: }}
"""
FILES = {
    "sizes.yml": "of_file: 1\n",
    "vars/a.yml": "of_named_file: 3\n",
    "tasks.yml": "- debug: {msg: 'T {{ inventory_hostname }}'}\n",
    "sub.yml": "- hosts: a\n  gather_facts: false\n  tasks: [{debug: {msg: 'S {{ mark }}'}}]\n"
    "  vars: {mark: own}\n",
    "group_vars/all.yml": "of_group_file: b\n",
}
SAY = "  gather_facts: false\n  tasks: [{debug: {msg: \"{{ ansible_play_batch | join('+') }}\"}}]\n"
ACCEPTED = {
    "hosts of vars": '- hosts: "{{ target }}"\n  vars: {target: b}\n',
    "hosts of vars that are templates": (
        '- hosts: "{{ target }}"\n  vars: {target: "{{ one }}:c", one: b}\n'
    ),
    "hosts of a file": '- hosts: "{{ groups.g[of_file] }}"\n  vars_files: [sizes.yml]\n',
    "hosts of -e": '- hosts: "{{ given }}"\n',
    "hosts of -e before vars": '- hosts: "{{ given }}"\n  vars: {given: d}\n',
    "hosts of the groups": '- hosts: "{{ groups.g[0] }}:{{ groups.g[-1] }}"\n',
    "hosts as a list": "- hosts: \"{{ ['a', 'c'] }}\"\n",
    "hosts with a default": "- hosts: \"{{ nobody | default('c') }}\"\n",
    "serial of vars": '- hosts: g\n  serial: "{{ n }}"\n  vars: {n: 3}\n',
    "serial of a file": '- hosts: g\n  serial: "{{ of_file }}"\n  vars_files: [sizes.yml]\n',
    "serial of a file named by a variable": (
        '- hosts: g\n  serial: "{{ of_named_file }}"\n  vars_files: ["{{ f }}.yml"]\n'
        "  vars: {f: vars/a}\n"
    ),
    "serial of -e": '- hosts: g\n  serial: [1, "{{ size }}"]\n',
    "serial of the groups": '- hosts: g\n  serial: "{{ groups.g | length - 1 }}"\n',
    "serial as a list": '- hosts: g\n  serial: "{{ n }}"\n  vars: {n: [1, "50%"]}\n',
    "serial as a share": '- hosts: g\n  serial: "{{ n }}%"\n  vars: {n: 50}\n',
    "a limit of failures": (
        '- hosts: g\n  max_fail_percentage: "{{ p + 1 }}"\n  vars: {p: 29}\n'
    ),
}  # fmt: skip
IMPORTS = {
    "tasks of -e": 'import_tasks: "{{ which }}.yml"',
    "tasks of vars": 'import_tasks: "{{ of_play }}.yml"',
    "tasks of their own vars": 'import_tasks: "{{ own }}.yml"\n      vars: {own: tasks}',
    "tasks of the block": (
        'vars: {outer: tasks}\n      block: [{import_tasks: "{{ outer }}.yml"}]'
    ),
    "tasks by the groups": "import_tasks: \"{{ 'tasks' if groups.g else 'x' }}.yml\"",
}  # fmt: skip
PLAYBOOKS = {
    "a playbook of -e": '- import_playbook: "{{ book }}.yml"\n',
    "a playbook of its own vars": '- import_playbook: "{{ f }}.yml"\n  vars: {f: sub}\n',
    "a playbook with a default": "- import_playbook: \"{{ nobody | default('sub') }}.yml\"\n",
}
EXTRA = ("-e", "given=b", "-e", "size=2", "-e", "which=tasks", "-e", "book=sub")


def site_in(folder: Path, playbook: str) -> Path:
    for name, text in {**FILES, "hosts.yml": INVENTORY, "play.yml": playbook}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder / "play.yml"


def test_what_is_accepted_means_what_ansible_means(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every case in one run: what each host says, in order."""
    plays = [head + SAY for head in ACCEPTED.values()]
    plays += [
        f"- hosts: a\n  gather_facts: false\n  vars: {{of_play: tasks}}\n  tasks:\n    - {task}\n"
        for task in IMPORTS.values()
    ]
    text = "".join([*plays, *PLAYBOOKS.values()])
    path = site_in(tmp_path, text)
    named = ["-i", str(tmp_path / "hosts.yml"), *EXTRA, str(path)]
    output = ansible_playbook(tmp_path, *named)
    theirs = re.findall(r'ok: \[(\w+)\] => \{\s+"msg": "(.*)"', output)
    assert main(["render", *named]) == 0
    ours = re.findall(r"^(\w+): (.*)$", capsys.readouterr().err, re.MULTILINE)
    assert len(theirs) > 50
    assert ours == theirs


REFUSED = {
    "hosts of the inventory": ('- hosts: "{{ of_inventory }}"\n' + SAY, "1:10: 'of_inventory'"),
    "hosts of a host": ('- hosts: "{{ of_host }}"\n' + SAY, "1:10: 'of_host' is undefined"),
    "hosts of group_vars": ('- hosts: "{{ of_group_file }}"\n' + SAY, "1:10: 'of_group_file'"),
    "serial of a host": ('- hosts: g\n  serial: "{{ of_host }}"\n' + SAY, "2:11: 'of_host'"),
    "serial of a text": (
        '- hosts: g\n  serial: "{{ n }}"\n  vars: {n: many}\n' + SAY, "2:11: serial is",
    ),
    "serial of zero": (
        '- hosts: g\n  serial: "{{ n }}"\n  vars: {n: 0}\n' + SAY, "2:11: serial is",
    ),
    "serial of nothing": (
        '- hosts: g\n  serial: "{{ n }}"\n  vars: {n: []}\n' + SAY, "2:11: serial is empty",
    ),
    "serial that does not read": ('- hosts: g\n  serial: "{{ n"\n' + SAY, "2:11: the template"),
    "a share of failures": (
        '- hosts: g\n  max_fail_percentage: "{{ 101 }}"\n' + SAY, "2:24: max_fail_percentage is",
    ),
    "tasks of the inventory": (
        '- hosts: a\n  tasks: [{import_tasks: "{{ of_inventory }}.yml"}]\n', "2:26: 'of_inventory'",
    ),
    "tasks that are not there": (
        '- hosts: a\n  vars: {f: x}\n  tasks: [{import_tasks: "{{ f }}.yml"}]\n', "3:26: x.yml: ",
    ),
    "a playbook of the inventory": (
        '- import_playbook: "{{ of_inventory }}.yml"\n', "1:20: 'of_inventory' is undefined",
    ),
    "a playbook that is a list": (
        '- import_playbook: "{{ groups.g }}"\n', "1:20: import_playbook gives list",
    ),
    "a playbook from elsewhere": (
        "- import_playbook: \"{{ 'http' }}://x/y.yml\"\n", "1:20: 'http://x/y.yml' is no file",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_that_early_is_refused(name: str, tmp_path: Path) -> None:
    """At its place, with where the value can come from instead."""
    text, expected = REFUSED[name]
    path = site_in(tmp_path, text)
    inventory = load_inventory([tmp_path / "hosts.yml"])
    with pytest.raises(InputError) as caught:
        stages(load(path, inventory), inventory, person=Person())
    assert caught.value.action
    assert f"{caught.value.origin}: {caught.value.cause}".startswith(f"{path}:{expected}")
    if "is undefined" in expected:
        assert "-e" in caught.value.action
