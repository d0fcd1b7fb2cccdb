"""``debug: msg=…``: what Ansible's short form of parameters means, by Ansible itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cmsdeploy.cli import main
from cmsdeploy.model.action import Pause

from .referee import ansible_playbook
from .test_language import made, refused

INVENTORY = "all: {hosts: {h1: {colour: 'dark red', n: 3}}}\n"
LINES = (
    "msg=plain",
    'msg="two words"',
    "msg='single quotes'",
    "msg={{ colour }}",
    'msg="{{ colour }} and more"',
    "msg={{colour}}-{{n}}",
    "msg=\"{{ 'a b' ~ colour }}\"",
    "msg={{ {'a b': 'c d'}['a b'] }}",
    "msg=a=b",
    'msg=pre"quoted part"',
    "msg=3",
    'verbosity=0 msg="x  y"',
    "var=colour",
)
PLAY = "- hosts: h1\n  gather_facts: false\n  tasks:\n"


def test_the_short_form_means_what_ansible_means(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every line in one run, and a fact that is set."""
    (tmp_path / "hosts.yml").write_text(INVENTORY)
    tasks = [f"    - debug: >-\n        {line}\n" for line in LINES]
    tasks += ["    - set_fact: a=1 b='x y'\n", "    - debug: msg='{{ a + b }}'\n"]
    (tmp_path / "play.yml").write_text(PLAY + "".join(tasks))
    named = ["-i", str(tmp_path / "hosts.yml"), str(tmp_path / "play.yml")]
    theirs = re.findall(r'"(?:msg|colour)": "?(.*?)"?$', ansible_playbook(tmp_path, *named), re.M)
    assert main(["render", *named]) == 0
    ours = re.findall(r"^h1: (?:colour: )?(.*)$", capsys.readouterr().err, re.M)
    theirs = [line.replace('\\"', '"') for line in theirs]
    assert len(theirs) == len(LINES) + 1
    assert ours == theirs


def test_a_pause_in_the_short_form(tmp_path: Path) -> None:
    """As it stands in most playbooks."""
    text = (
        "- hosts: cb1\n  tasks: [{pause: seconds=30 prompt='Look twice'}, {fail: , when: false}]\n"
    )
    assert [stage.pause for stage in made(tmp_path, text)] == [Pause("Look twice", 30)]


@pytest.mark.parametrize(
    ("task", "cause"),
    [
        ("debug: hello", "debug has to be a mapping, this is a text"),
        ("debug: msg=a b", "debug has to be a mapping, this is a text"),
        ("debug: msg=a msg=b", "debug has to be a mapping, this is a text"),
        ("debug: mgs=a", "debug has no 'mgs'"),
        ("debug: msg={{ nobody }}", "'nobody' is undefined"),
        ("pause: seconds=soon", "seconds is a text (soon)"),
        ("echo: a=1", "echo has to be a mapping"),
    ],
)
def test_what_the_short_form_cannot_say(tmp_path: Path, task: str, cause: str) -> None:
    """Refused at its place."""
    error = refused(tmp_path, f"- hosts: cb1\n  tasks:\n    - {task}\n")
    assert error.cause.startswith(cause)
    assert error.origin is not None
    assert error.origin.line == 3
    assert error.action


def test_a_name_is_a_template_too(tmp_path: Path) -> None:
    """For the first host; one that cannot be evaluated stays as it is written."""
    text = (
        "- hosts: xmpp_servers\n  tasks:\n"
        "    - {name: 'On {{ inventory_hostname }}', echo: {}}\n"
        "    - {name: 'Look {{ site }}', pause: {seconds: 1}}\n"
        "    - {name: 'No {{ body }}', echo: {}}\n"
        "    - {name: 'Hidden {{ site }}', echo: {}, no_log: true}\n"
    )
    titles = [stage.title for stage in made(tmp_path, text)]
    assert titles == ["On cb1", "Look paris", "No {{ body }}", "Hidden {{ site }}"]
