"""``--list-tasks``, ``--list-tags``, ``--list-hosts``, ``--syntax-check``: as ansible-playbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.cli import main

from .referee import ansible_playbook

INVENTORY = "all:\n  hosts: {h1: , h2: , h3: }\nodd:\n  hosts: {h1: , h3: }\n"
PLAYBOOK = """\
- name: First
  hosts: odd:h2
  gather_facts: false
  tags: [whole]
  serial: 2
  pre_tasks:
    - name: before
      debug: {msg: m}
      tags: always
  tasks:
    - name: one
      debug: {msg: m}
      tags: [b, a]
    - tags: c
      block:
        - name: inner
          debug: {msg: m}
          tags: never
        - import_tasks: tasks.yml
          tags: d
    - name: looped
      debug: {msg: m}
      loop: [1, 2]
- name: "{{ word | default('Second') }} play"
  vars: {one: h3}
  hosts: ["{{ one }}", h1]
  gather_facts: false
  tasks:
    - debug: {msg: m}
    - assert: {that: true}
- import_playbook: other.yml
  tags: e
"""
OPTIONS = (
    ["--list-tasks"],
    ["--list-tags"],
    ["--list-hosts"],
    ["--list-tasks", "--list-tags"],
    ["--list-hosts", "--list-tasks", "--list-tags"],
    ["--list-tasks", "--tags", "a"],
    ["--list-tasks", "--tags", "d,never"],
    ["--list-tasks", "--skip-tags", "always,c"],
    ["--list-hosts", "--limit", "h3"],
    ["--syntax-check"],
)


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_the_lists_are_those_of_ansible(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Line by line; only the order of hosts is ours, because theirs changes from run to run."""
    (tmp_path / "hosts.yml").write_text(INVENTORY)
    (tmp_path / "play.yml").write_text(PLAYBOOK)
    (tmp_path / "tasks.yml").write_text("- name: imported\n  debug: {msg: m}\n")
    (tmp_path / "other.yml").write_text(
        "- hosts: h1\n  name: Other\n  gather_facts: false\n  tasks: [{debug: {msg: m}}]\n"
    )
    named = ["-i", str(tmp_path / "hosts.yml"), *options, str(tmp_path / "play.yml")]
    theirs = ansible_playbook(tmp_path, *named)
    assert main(["plan", *named]) == 0
    ours = capsys.readouterr().out
    if "--list-hosts" in options:
        assert sorted(ours.split("\n")) == sorted(theirs.split("\n"))
    else:
        assert ours == theirs


def test_the_syntax_needs_no_inventory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor a terminal, nor a password."""
    path = tmp_path / "play.yml"
    path.write_text("- hosts: anywhere\n  tasks: [{debug: {msg: m}}]\n")
    assert main(["apply", "--syntax-check", str(path)]) == 0
    assert capsys.readouterr().out == f"\nplaybook: {path}\n"
    path.write_text("- import_playbook: '{{ f }}.yml'\n")
    (tmp_path / "other.yml").write_text("- hosts: anywhere\n  tasks: [{debug: {msg: m}}]\n")
    assert main(["apply", "--syntax-check", "-e", "f=other", str(path)]) == 0
    assert main(["apply", "--syntax-check", str(path)]) == 3
    assert "'f' is undefined" in capsys.readouterr().err
    path.write_text("- hosts: anywhere\n  tasks: [{debg: {msg: m}}]\n")
    assert main(["apply", "--syntax-check", str(path)]) == 3
    assert "did you mean debug?" in capsys.readouterr().err
