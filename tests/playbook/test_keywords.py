"""Every keyword of Ansible: supported with its meaning, or refused with what to use instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.playbook import Person, stages
from cmsdeploy.playbook.keywords import ACTIONS, LOOP_CONTROL, PLACES, PROMPT
from cmsdeploy.playbook.refused import REFUSED, advice

from .material import REGISTRY, inventory_in, playbook_in, written

# All words that any version of ansible-core takes, as its documentation and its messages name them.
ANSIBLE = {
    "a play": "hosts name vars vars_files vars_prompt gather_facts roles pre_tasks tasks post_tasks"
    " handlers tags serial order strategy any_errors_fatal max_fail_percentage ignore_errors"
    " ignore_unreachable force_handlers check_mode diff no_log run_once throttle environment"
    " module_defaults connection remote_user port become become_user become_method become_flags"
    " become_exe collections debugger timeout fact_path gather_subset gather_timeout"
    " validate_argspec",
    "a block": "name vars tags any_errors_fatal ignore_errors ignore_unreachable check_mode diff"
    " no_log run_once throttle environment module_defaults connection remote_user port become"
    " become_user become_method become_flags become_exe collections debugger timeout block rescue"
    " always when delegate_to delegate_facts notify",
    "a task": "name vars tags any_errors_fatal ignore_errors ignore_unreachable check_mode diff"
    " no_log run_once throttle environment module_defaults connection remote_user port become"
    " become_user become_method become_flags become_exe collections debugger timeout when"
    " delegate_to delegate_facts notify action args register loop loop_control with_items"
    " with_dict until retries delay changed_when failed_when async poll listen local_action",
}
MODULES = (
    "assert debug fail set_fact pause meta command shell raw script expect copy template fetch file"
    " lineinfile uri get_url service systemd user group package reboot setup add_host group_by"
    " include_vars include_tasks include_role import_role wait_for ping stat"
)
ONE = "- hosts: cb1\n  tasks:\n    - debug: {msg: a}\n"
BODY = "  tasks: [{debug: {msg: '{{ inventory_hostname }}'}}]\n"

# Place and word, a playbook, and what `debug` says of it or what is refused.
SUPPORTED = {
    "a play: name": ("- hosts: cb1\n  name: N\n  tasks: [{debug: {var: ansible_play_name}}]\n",
                     ["cb1: ansible_play_name: N"]),
    "a play: hosts": ("- hosts: [cb2, cb1]\n" + BODY, ["cb2: cb2", "cb1: cb1"]),
    "a play: tasks": (ONE, ["cb1: a"]),
    "a play: pre_tasks": (ONE + "  pre_tasks: [{debug: {msg: b}}]\n", ["cb1: b", "cb1: a"]),
    "a play: post_tasks": ("- hosts: cb1\n  post_tasks: [{debug: {msg: b}}]\n" + BODY,
                           ["cb1: cb1", "cb1: b"]),
    "a play: tags": ("- hosts: cb1\n  tags: never\n" + BODY, []),
    "a play: when": ("- hosts: all\n  when: site == 'london'\n" + BODY.replace("all", "cb2"),
                     "'site' is undefined"),
    "a play: vars": ("- hosts: cb1\n  vars: {v: 1}\n  tasks: [{debug: {var: v}}]\n", ["cb1: v: 1"]),
    "a play: serial": (
        "- hosts: xmpp_servers\n  serial: 2\n  tasks: [{debug: {var: ansible_play_batch}}]\n",
        ["cb1: ansible_play_batch: ['cb1', 'cb2']", "cb2: ansible_play_batch: ['cb1', 'cb2']",
         "cb3: ansible_play_batch: ['cb3']"],
    ),
    "a play: max_fail_percentage": ("- hosts: cb1\n  max_fail_percentage: 24.5\n" + BODY,
                                    ["cb1: cb1"]),
    "a play: any_errors_fatal": ("- hosts: cb1\n  any_errors_fatal: yes\n" + BODY, ["cb1: cb1"]),
    "a play: allow": ("- hosts: cb1\n  allow: [disruptive, undersized]\n" + BODY, ["cb1: cb1"]),
    "a play: vars_files": ("- hosts: cb1\n  vars_files: [[none.yml, '{{ site }}.yml']]\n"
                           "  tasks: [{debug: {var: of_paris}}]\n", ["cb1: of_paris: yes it is"]),
    "a play: vars_prompt": (
        "- hosts: cb1\n  vars_prompt: [{name: v, default: '{{ groups.callbridges | length }}'}]\n"
        "  tasks: [{debug: {var: v}}]\n", ["cb1: v: 2"]),
    "a play: gather_facts": ("- hosts: cb1\n  gather_facts: 'no'\n" + BODY, ["cb1: cb1"]),
    "a play: strategy": ("- hosts: cb1\n  strategy: linear\n" + BODY, ["cb1: cb1"]),
    "a play: check_mode": ("- hosts: cb1\n  check_mode: true\n" + BODY, ["cb1: cb1"]),
    "a play: no_log": ("- hosts: cb1\n  no_log: true\n" + BODY,
                       ["cb1: no_log hides what debug says"]),
    "a play: run_once": ("- hosts: all\n  run_once: true\n" + BODY, ["cb1: cb1"]),
    "a block: name": (ONE + "    - block: [{debug: {msg: b}}]\n      name: N\n",
                      ["cb1: a", "cb1: b"]),
    "a block: block": (ONE + "    - block: [{block: [{debug: {msg: b}}]}]\n", ["cb1: a", "cb1: b"]),
    "a block: tags": (ONE + "    - block: [{debug: {msg: b}}]\n      tags: never\n", ["cb1: a"]),
    "a block: when": (ONE + "    - block: [{debug: {msg: b}}]\n      when: site == 'x'\n",
                      ["cb1: a"]),
    "a block: vars": (ONE + "    - block: [{debug: {var: v}}]\n      vars: {v: 2}\n",
                      ["cb1: a", "cb1: v: 2"]),
    "a block: check_mode": (ONE + "    - block: [{debug: {msg: b}}]\n      check_mode: yes\n",
                            ["cb1: a", "cb1: b"]),
    "a block: no_log": (ONE + "    - block: [{debug: {msg: b}}]\n      no_log: true\n",
                        ["cb1: a", "cb1: no_log hides what debug says"]),
    "a block: run_once": ("- hosts: all\n  tasks: [{block: [{debug: {msg: b}}], run_once: true}]\n",
                          ["cb1: b"]),
    "a block: any_errors_fatal": (
        ONE + "    - block: [{debug: {msg: b}}]\n      any_errors_fatal: true\n",
        ["cb1: a", "cb1: b"]),
    "a task: name": (ONE + "    - fail: {msg: m}\n      name: N\n", "cb1: N: m"),
    "a task: tags": (ONE + "      tags: never\n", []),
    "a task: when": (ONE + "      when: [true, site != 'paris']\n", []),
    "a task: vars": (ONE.replace("msg: a", "var: v") + "      vars: {v: 3}\n", ["cb1: v: 3"]),
    "a task: check_mode": (ONE + "      check_mode: on\n", ["cb1: a"]),
    "a task: no_log": (ONE + "      no_log: true\n", ["cb1: no_log hides what debug says"]),
    "a task: run_once": (ONE.replace("cb1", "all") + "      run_once: true\n", ["cb1: a"]),
    "a task: any_errors_fatal": (ONE + "      any_errors_fatal: true\n", ["cb1: a"]),
    "a task: loop": (ONE.replace("msg: a", "var: item") + "      loop: [1, [2]]\n",
                     ["cb1: item: 1", "cb1: item: [2]"]),
    "a task: with_items": (ONE.replace("msg: a", "var: item") + "      with_items: [1, [2]]\n",
                           ["cb1: item: 1", "cb1: item: 2"]),
    "a task: with_dict": (ONE.replace("msg: a", "var: item.key") + "      with_dict: {k: 1}\n",
                          ["cb1: item.key: k"]),
    "a task: loop_control": (
        ONE.replace("a}", "'{{ x }} {{ i }}'}") + "      loop: [p, q]\n"
        "      loop_control: {loop_var: x, index_var: i, label: '{{ x }}'}\n",
        ["cb1: p 0", "cb1: q 1"]),
    "import_playbook: import_playbook": ("- import_playbook: other.yml\n", ["cb1: a"]),
    "import_playbook: name": ("- import_playbook: other.yml\n  name: N\n", ["cb1: a"]),
    "import_playbook: tags": ("- import_playbook: other.yml\n  tags: never\n", []),
    "import_playbook: when": ("- import_playbook: other.yml\n  when: false\n", []),
    "import_playbook: vars": ("- import_playbook: other.yml\n  vars: {w: b}\n", ["cb1: b"]),
    "import_tasks: import_tasks": (ONE + "    - import_tasks: tasks.yml\n", ["cb1: a", "cb1: t"]),
    "import_tasks: name": (ONE + "    - {import_tasks: {file: tasks.yml}, name: N}\n",
                           ["cb1: a", "cb1: t"]),
    "import_tasks: tags": (ONE + "    - {import_tasks: tasks.yml, tags: never}\n", ["cb1: a"]),
    "import_tasks: when": (ONE + "    - {import_tasks: tasks.yml, when: false}\n", ["cb1: a"]),
    "import_tasks: vars": (ONE + "    - {import_tasks: tasks.yml, vars: {w: u}}\n",
                           ["cb1: a", "cb1: u"]),
    "import_tasks: check_mode": (ONE + "    - {import_tasks: tasks.yml, check_mode: true}\n",
                                 ["cb1: a", "cb1: t"]),
    "import_tasks: no_log": (ONE + "    - {import_tasks: tasks.yml, no_log: true}\n",
                             ["cb1: a", "cb1: no_log hides what debug says"]),
    "import_tasks: run_once": (
        "- hosts: all\n  tasks: [{import_tasks: tasks.yml, run_once: true}]\n", ["cb1: t"]),
    "import_tasks: any_errors_fatal": (
        ONE + "    - {import_tasks: tasks.yml, any_errors_fatal: true}\n", ["cb1: a", "cb1: t"]),
}  # fmt: skip


def test_every_keyword_that_we_take_has_a_row() -> None:
    """The table of keywords and the table of their meanings do not drift apart."""
    ours = {f"{place}: {word}" for place, table in PLACES.items() for word in table}
    assert ours == set(SUPPORTED)
    for table in (*PLACES.values(), LOOP_CONTROL, PROMPT):
        assert all(keyword.meaning.endswith(".") for keyword in table.values())


@pytest.mark.parametrize("row", SUPPORTED)
def test_a_keyword_means_what_it_means_to_ansible(row: str, tmp_path: Path) -> None:
    """Said by debug, host by host; or refused, before anything is sent."""
    text, expected = SUPPORTED[row]
    written(
        tmp_path,
        "- hosts: cb1\n  tasks: [{debug: {msg: \"{{ w | default('a') }}\"}}]\n",
        "other.yml",
    )
    written(tmp_path, "- debug: {msg: \"{{ w | default('t') }}\"}\n", "tasks.yml")
    written(tmp_path, "of_paris: yes it is\n", "paris.yml")
    heard: list[str] = []
    playbook = playbook_in(tmp_path, text)
    person = Person(heard.append)
    if isinstance(expected, str):
        with pytest.raises(InputError) as caught:
            stages(playbook, inventory_in(tmp_path), registry=REGISTRY, person=person)
        assert caught.value.cause == expected
    else:
        stages(playbook, inventory_in(tmp_path), registry=REGISTRY, person=person)
        assert heard == expected


@pytest.mark.parametrize("place", ANSIBLE)
def test_no_keyword_of_ansible_is_forgotten(place: str) -> None:
    """Each is in our tables, or refused by name with an advice of its own."""
    for word in ANSIBLE[place].split():
        if word not in PLACES[place]:
            cause, action = advice(word, PLACES[place], place)
            assert cause == f"the keyword {word} of Ansible is not supported"
            assert action == REFUSED[word]


@pytest.mark.parametrize("word", MODULES.split())
def test_no_usual_module_of_ansible_is_forgotten(word: str) -> None:
    """Under its short name and its full one."""
    if word not in ACTIONS:
        for name in (word, f"ansible.builtin.{word}", f"ansible.legacy.{word}"):
            assert advice(name, ["echo"])[1] == REFUSED[word]


@pytest.mark.parametrize(
    ("word", "action"),
    [
        ("register", "families wait, read back and prove by themselves; take it out"),
        ("until", "families wait, read back and prove by themselves; take it out"),
        ("notify", "nothing is notified: the family that needs a restart does it; take it out"),
        ("include_tasks", "use import_tasks: FILE, which is read before anything runs"),
        ("roles", "write the tasks into a file and use import_tasks"),
        ("become", "appliances know one login: use ansible_user and its kind in the inventory"),
        ("delegate_to", "a task belongs to its host: write a play for the other host"),
        ("shell", "use mmp: {command: …, read: …, shows: …}, which says when it is not needed"),
        ("copy", "use pki: {certificate: …} for files on a box"),
        ("wehn", "did you mean when?"),
        ("lop", "did you mean loop?"),
    ],
)
def test_the_advice_names_what_to_use(word: str, action: str, tmp_path: Path) -> None:
    """Word for word, so that nobody makes it vague by accident."""
    with pytest.raises(InputError) as caught:
        playbook_in(tmp_path, ONE + f"      {word}: x\n")
    assert caught.value.action == action
