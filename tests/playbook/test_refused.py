"""Wrong playbooks: each is refused at its place before anything runs, also in skipped tasks."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.playbook import load
from cmsdeploy.playbook.refused import REFUSED as NOT_OURS

from .material import REGISTRY, inventory_in, playbook_in, written

PLAY = "- hosts: all\n  tasks:\n"
TASK = PLAY + "    - echo: {a: 1}\n"

REFUSED = {
    "empty": ("", "0:0: a playbook is a list of plays, this is nothing"),
    "a mapping": ("hosts: all\n", "1:1: a playbook is a list of plays, this is a mapping"),
    "an empty list": ("[]\n", "1:1: a playbook is a list of plays"),
    "a text as play": ("- all\n", "1:3: a play is a text (all)"),
    "no hosts": ("- tasks:\n    - echo: {}\n", "1:3: the play has no hosts"),
    "hosts is a number": ("- hosts: 5\n  tasks: [{echo: {}}]\n", "1:10: hosts has to be a text"),
    "no tasks": ("- hosts: all\n", "1:3: a play has a list of tasks"),
    "tasks is a mapping": (
        "- hosts: all\n  tasks: {echo: {}}\n",
        "2:10: a play has a list of tasks",
    ),
    "a misspelt play word": (
        "- hosts: all\n  task: []\n",
        "2:3: there is no keyword or family 'task'",
    ),
    "roles": (
        "- hosts: all\n  roles: [x]\n" + "  tasks: [{echo: {}}]\n",
        "2:3: the keyword roles of Ansible is not supported",
    ),
    "a misspelt family": (
        PLAY + "    - ecko: {a: 1}\n",
        "3:7: there is no keyword or family 'ecko'",
    ),
    "a misspelt task word": (
        PLAY + "    - echo: {}\n      whan: true\n",
        "4:7: there is no keyword or family 'whan'",
    ),
    "two actions": (
        PLAY + "    - echo: {}\n      other: {}\n",
        "4:7: the task has two actions, echo and other",
    ),
    "no action": (PLAY + "    - name: x\n", "3:7: the task has no action"),
    "a skipped task is checked": (
        PLAY + "    - nofamily: {}\n      tags: [never]\n      when: false\n",
        "3:7: there is no keyword or family 'nofamily'",
    ),
    "a task is a text": (PLAY + "    - echo\n", "3:7: a task is a text (echo)"),
    "parameters are a text": (PLAY + "    - echo: a=1\n", "3:13: echo has to be a mapping"),
    "an open template": (PLAY + "    - echo: {a: '{{ b'}\n", "3:17: the template does not read"),
    "braces in when": (
        TASK + "      when: '{{ a }}'\n",
        "4:13: a condition is an expression already",
    ),
    "when is a number": (TASK + "      when: 5\n", "4:13: a condition is a number (5)"),
    "when does not read": (TASK + "      when: a ==\n", "4:13: the template does not read"),
    "when has a wrong item": (TASK + "      when: [a, {b: 1}]\n", "4:17: a condition is a mapping"),
    "a wrong tag": (TASK + "      tags: 'a b'\n", "4:13: 'a b' cannot be a tag"),
    "tags are numbers": (TASK + "      tags: [1]\n", "4:14: tags has to be a text"),
    "check_mode is a text": (TASK + "      check_mode: maybe\n", "4:19: check_mode has to be true"),
    "check_mode is false": (TASK + "      check_mode: false\n", "4:19: check_mode: false is not"),
    "gather_facts": (
        "- hosts: all\n  gather_facts: true\n  tasks: [{echo: {}}]\n",
        "2:17: appliances have no facts to gather",
    ),
    "serial is zero": (
        "- hosts: all\n  serial: 0\n  tasks: [{echo: {}}]\n",
        "2:11: serial is a number (0)",
    ),
    "serial is a word": (
        "- hosts: all\n  serial: many\n  tasks: [{echo: {}}]\n",
        "2:11: serial is a text",
    ),
    "serial is true": (
        "- hosts: all\n  serial: true\n  tasks: [{echo: {}}]\n",
        "2:11: serial is a boolean",
    ),
    "serial is empty": (
        "- hosts: all\n  serial: []\n  tasks: [{echo: {}}]\n",
        "2:11: serial is empty",
    ),
    "allow": (
        "- hosts: all\n  allow: [disruptiv]\n  tasks: [{echo: {}}]\n",
        "2:11: 'disruptiv' cannot be allowed",
    ),
    "a variable's name": (
        TASK + "      vars: {a-b: 1}\n",
        "4:14: a text (a-b) cannot name a variable",
    ),
    "a misspelt variable": (
        TASK + "      vars: {xmpp_domian: x}\n",
        "4:14: 'xmpp_domian' is no word",
    ),
    "a magic variable": (TASK + "      vars: {groups: x}\n", "4:14: groups cannot be overridden"),
    "a secret variable": (
        TASK + "      vars: {ansible_password: x}\n",
        "4:14: ansible_password belongs to a host",
    ),
    "assert without that": (PLAY + "    - assert: {msg: x}\n", "3:15: assert needs 'that'"),
    "assert with an unknown word": (
        PLAY + "    - assert: {that: a, fail_mgs: x}\n",
        "3:25: assert has no 'fail_mgs'",
    ),
    "debug with both": (
        PLAY + "    - debug: {msg: a, var: a}\n",
        "3:14: debug has both msg and var",
    ),
    "debug of nothing": (
        PLAY + "    - debug: {verbosity: 1}\n",
        "3:14: debug needs 'msg' or 'var'",
    ),
    "debug with an unknown word": (PLAY + "    - debug: {mgs: a}\n", "3:15: debug has no 'mgs'"),
    "fail with an unknown word": (PLAY + "    - fail: {mgs: a}\n", "3:14: fail has no 'mgs'"),
    "set_fact of nothing": (PLAY + "    - set_fact: {}\n", "3:17: set_fact sets nothing"),
    "set_fact that is kept": (
        PLAY + "    - set_fact: {a: 1, cacheable: yes}\n",
        "3:35: facts are not kept between runs",
    ),
    "set_fact of a host's word": (
        PLAY + "    - set_fact: {ansible_host: x}\n",
        "3:18: ansible_host belongs to a host",
    ),
    "set_fact is a word": (PLAY + "    - set_fact: a\n", "3:17: set_fact has to be a mapping"),
    "a loop over a text": (TASK + "      loop: abc\n", "4:13: loop has to be a list"),
    "a loop over a mapping": (TASK + "      loop: {a: 1}\n", "4:13: loop has to be a list"),
    "with_dict over a text": (
        TASK + "      with_dict: abc\n",
        "4:18: with_dict has to be a mapping",
    ),
    "two loops": (
        TASK + "      loop: [a]\n      with_items: [b]\n",
        "5:19: the task has two loops",
    ),
    "loop_control alone": (
        TASK + "      loop_control: {loop_var: x}\n",
        "4:21: loop_control stands without a loop",
    ),
    "loop_control extended": (
        TASK + "      loop: [a]\n      loop_control: {extended: true}\n",
        "5:22: loop_control has no extended here",
    ),
    "loop_control misspelt": (
        TASK + "      loop: [a]\n      loop_control: {loop_vra: x}\n",
        "5:22: loop_control has no 'loop_vra'",
    ),
    "loop_var that is no name": (
        TASK + "      loop: [a]\n      loop_control: {loop_var: a-b}\n",
        "5:32: a text (a-b) cannot name a variable",
    ),
    "a loop on a play": (
        "- hosts: all\n  loop: [a]\n  tasks: [{echo: {}}]\n",
        "2:3: loop cannot stand in a play",
    ),
    "a loop on a block": (
        PLAY + "    - block: [{echo: {}}]\n      loop: [a]\n",
        "4:7: loop cannot stand in a block",
    ),
    "a loop on import_tasks": (
        PLAY + "    - import_tasks: x.yml\n      loop: [a]\n",
        "4:7: loop cannot stand in import_tasks",
    ),
    "rescue": (
        PLAY + "    - block: [{echo: {}}]\n      rescue: [{echo: {}}]\n",
        "4:7: the keyword rescue of Ansible is not supported",
    ),
    "a block that is a mapping": (
        PLAY + "    - block: {echo: {}}\n",
        "3:14: a list of tasks is a mapping",
    ),
    "import_tasks of nothing": (
        PLAY + "    - import_tasks: nobody.yml\n      when: false\n",
        "3:21: nobody.yml: there is no such file",
    ),
    "import_tasks from the network": (
        PLAY + "    - import_tasks: http://x/y.yml\n",
        "3:21: 'http://x/y.yml' is no file",
    ),
    "a module of a collection": (
        PLAY + "    - cisco.ios.ios_facts: {}\n",
        "3:7: the module cisco.ios.ios_facts of Ansible cannot run",
    ),
    "max_fail_percentage": (
        "- hosts: all\n  max_fail_percentage: 101\n  tasks: [{echo: {}}]\n",
        "2:24: max_fail_percentage is a number (101)",
    ),
    "strategy free": (
        "- hosts: all\n  strategy: free\n  tasks: [{echo: {}}]\n",
        "2:13: the plan decides what runs side by side",
    ),
    "vars_files that are missing": (
        "- hosts: all\n  vars_files: [none.yml]\n  tasks: [{echo: {}}]\n",
        "2:16: there is no file 'none.yml'",
    ),
    "vars_files of the system": (
        "- hosts: all\n  vars_files: /etc/shadow\n  tasks: [{echo: {}}]\n",
        "2:15: '/etc/shadow' is no file of the site",
    ),
    "vars_files above the site": (
        "- hosts: all\n  vars_files: [../../x.yml]\n  tasks: [{echo: {}}]\n",
        "2:16: '../../x.yml' is no file of the site",
    ),
    "vars_files from the network": (
        "- hosts: all\n  vars_files: ['http://x/y']\n  tasks: [{echo: {}}]\n",
        "2:16: 'http://x/y' is no file of the site",
    ),
    "a question without a name": (
        "- hosts: all\n  vars_prompt: [{prompt: x}]\n  tasks: [{echo: {}}]\n",
        "2:17: a question of vars_prompt has no name",
    ),
    "a question that is hashed": (
        "- hosts: all\n  vars_prompt: [{name: x, encrypt: md5_crypt}]\n  tasks: [{echo: {}}]\n",
        "2:27: vars_prompt cannot encrypt an answer",
    ),
    "a question for a secret": (
        "- hosts: all\n  vars_prompt: [{name: ansible_password}]\n  tasks: [{echo: {}}]\n",
        "2:24: ansible_password belongs to a host",
    ),
    "two plays with one key": ("- hosts: all\n  hosts: cb1\n", "2:3: the key 'hosts' stands twice"),
    "an import of nothing": (
        "- import_playbook: nobody.yml\n",
        "1:20: nobody.yml: there is no such file",
    ),
    "an import from the network": (
        "- import_playbook: http://x/y.yml\n",
        "1:20: 'http://x/y.yml' is no file",
    ),
    "an import of itself": (
        "- import_playbook: play.yml\n",
        "1:20: the playbooks import each other: play.yml > play.yml",
    ),
    "an import with an unknown word": (
        "- import_playbook: play.yml\n  hosts: all\n",
        "2:3: hosts cannot stand in import_playbook",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_playbook_is_refused_at_its_place(name: str, tmp_path: Path) -> None:
    text, expected = REFUSED[name]
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load(path, registry=REGISTRY)
    problem = caught.value
    assert problem.origin
    assert problem.origin.file == str(path)
    place = f"{problem.origin.line}:{problem.origin.column}: {problem.cause}"
    assert place.startswith(expected)
    assert problem.action


@pytest.mark.parametrize("word", sorted(NOT_OURS))
def test_every_keyword_of_ansible_is_refused_by_name(word: str, tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=f"the keyword {word} of Ansible is not supported"
    ) as caught:
        playbook_in(tmp_path, TASK + f"      {word}: x\n")
    assert caught.value.action
    with pytest.raises(InputError, match=f"the keyword {word} of Ansible is not supported"):
        playbook_in(tmp_path, f"- hosts: all\n  {word}: x\n  tasks: [{{echo: {{}}}}]\n")


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    text = (
        "- hosts: all\n  roles: []\n  tasks:\n    - ecko: {}\n    - echo: {}\n      register: x\n"
    )
    with pytest.raises(InputError) as caught:
        playbook_in(tmp_path, text)
    lines = [one.origin.line for one in (caught.value, *caught.value.others) if one.origin]
    assert lines == [2, 4, 6]


def test_a_misspelt_word_gets_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        playbook_in(tmp_path, PLAY + "    - ecko: {a: 1}\n")
    assert caught.value.action == "did you mean echo?"


def test_a_circle_of_imports_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "- import_playbook: play.yml\n", "second.yml")
    with pytest.raises(InputError, match=r"play.yml > second.yml > play.yml") as caught:
        playbook_in(tmp_path, "- import_playbook: second.yml\n")
    assert caught.value.origin
    assert caught.value.origin.file.endswith("second.yml")


def test_a_problem_in_an_imported_file_has_its_place_there(tmp_path: Path) -> None:
    written(tmp_path, PLAY + "    - ecko: {}\n", "second.yml")
    with pytest.raises(InputError, match="ecko") as caught:
        playbook_in(tmp_path, "- import_playbook: second.yml\n")
    assert str(caught.value.origin).endswith("second.yml:3:7")


def test_variable_files_beside_an_imported_playbook_are_refused(tmp_path: Path) -> None:
    (tmp_path / "playbooks" / "deep" / "group_vars").mkdir(parents=True)
    written(tmp_path, TASK, "deep/second.yml")
    with pytest.raises(InputError, match=r"beside deep/second\.yml is not supported"):
        playbook_in(tmp_path, "- import_playbook: deep/second.yml\n")


def test_patterns_are_checked_when_the_inventory_is_known(tmp_path: Path) -> None:
    path = written(tmp_path, "- hosts: [cb1, xmpp_server]\n  tasks: [{echo: {}}]\n")
    with pytest.raises(InputError, match="called 'xmpp_server'") as caught:
        load(path, inventory_in(tmp_path), registry=REGISTRY)
    assert str(caught.value.origin) == f"{path}:1:16"
    path = written(tmp_path, "- hosts: empty\n  tasks: [{echo: {}}]\n")
    with pytest.raises(InputError, match="'empty' means no host"):
        load(path, inventory_in(tmp_path), registry=REGISTRY)
