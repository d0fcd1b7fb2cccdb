"""Every misspelt name gets a suggestion: keywords, parameters, variables, hosts, groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.cli import main

from .test_bad_inputs import HOSTS

TASK = "- hosts: xmpp_servers\n  vars: {my_colour: red}\n  tasks:\n    - %s\n"
PLAYBOOKS = {
    "keyword of a play": ("- hots: cb1\n  tasks: [{debug: {msg: x}}]\n", "hosts"),
    "keyword of a task": (TASK % "{debug: {msg: x}, wehn: true}", "when"),
    "keyword of a block": (TASK % "{blok: [{debug: {msg: x}}]}", "block"),
    "keyword of a loop": (TASK % "{debug: {msg: x}, loop: [1], loop_control: {lable: x}}", "label"),
    "keyword of a question": (
        "- hosts: cb1\n  vars_prompt: [{name: a, defautl: b}]\n  tasks: [{debug: {msg: x}}]\n",
        "default",
    ),
    "keyword of an import": ("- import_playbok: x.yml\n", "import_playbook"),
    "a permission": ("- hosts: cb1\n  allow: [distruptive]\n  tasks: [{fail: }]\n", "disruptive"),
    "a family": (TASK % "xmp: {domain: x}", "xmpp"),
    "an action": (TASK % "ansible.builtin.paus: {seconds: 1}", "pause"),
    "parameter of a family": (TASK % "mmp: {reed: version, shows: x}", "'read'"),
    "parameter of an action": (TASK % "debug: {mgs: x}", "msg"),
    "parameter of pause": (TASK % "pause: {second: 1}", "seconds"),
    "variable of the inventory": (TASK % "debug: {msg: '{{ xmpp_domian }}'}", "xmpp_domain"),
    "variable of the play": (TASK % "debug: {msg: 'a {{ my_color }}'}", "my_colour"),
    "variable of debug": (TASK % "debug: {var: my_color}", "my_colour"),
    "variable in when": (TASK % "{fail: , when: inventory_hostnam == 'x'}", "inventory_hostname"),
    "variable that is set": (TASK % "{debug: {msg: x}, vars: {xmpp_domian: x}}", "xmpp_domain"),
    "variable in hosts": (TASK.replace("xmpp_servers", "'{{ my_color }}'") % "fail:", "my_colour"),
    "variable in serial": (TASK.replace("  tasks", "  serial: '{{ my_color }}'\n  tasks") % "fail:",
                           "my_colour"),
    "a host": ("- hosts: cb11\n  tasks: [{debug: {msg: x}}]\n", "cb1"),
    "a group": ("- hosts: xmp_servers\n  tasks: [{debug: {msg: x}}]\n", "xmpp_servers"),
    "a group in a pattern": ("- hosts: all:&xmp_servers\n  tasks: [{fail: }]\n", "xmpp_servers"),
    "a group in a template": (TASK % "debug: {msg: '{{ groups.xmp_servers }}'}", "xmpp_servers"),
    "a group by a text": (TASK % "debug: {msg: \"{{ groups['xmp_servers'] }}\"}", "xmpp_servers"),
    "a host in a template": (TASK % "debug: {msg: \"{{ hostvars['cb11'] }}\"}", "cb1"),
    "a host's variable": (TASK % "debug: {msg: '{{ hostvars.cb11.xmpp_domain }}'}", "cb1"),
    "a filter": (TASK % "debug: {msg: \"{{ my_colour | defualt('x') }}\"}", "default"),
    "a test": (TASK % "debug: {msg: '{{ my_colour is defind }}'}", "defined"),
}  # fmt: skip
OPTIONS = {
    "a host of the limit": (["--limit", "cb11"], "cb1"),
    "a group of the limit": (["--limit", "xmp_servers"], "xmpp_servers"),
    "a part of the limit": (["--limit", "cb1,cb22"], "cb2"),
    "a variable of -e": (["-e", "xmpp_domian=x"], "xmpp_domain"),
    "a variable of -e in JSON": (["-e", '{"xmpp_domian": "x"}'], "xmpp_domain"),
    "a tag": (["--tags", "nigth"], "night"),
    "a task": (["--start-at-task", "Frist"], "'First'"),
    "an option": (["--limmit", "x"], "--limit"),
}
GOOD = "- hosts: cb1\n  tasks: [{name: First, debug: {msg: said}, tags: [night]}]\n"


def said(
    folder: Path, text: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    (folder / "hosts.yml").write_text(HOSTS)
    (folder / "play.yml").write_text(text)
    arguments = ["-i", str(folder / "hosts.yml"), *options, str(folder / "play.yml")]
    return main(["render", *arguments]), capsys.readouterr().err


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_playbook_gets_a_suggestion(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the place, and as the next action."""
    text, meant = PLAYBOOKS[name]
    code, error = said(tmp_path, text, [], capsys)
    assert (code, f"next: did you mean {meant}?" in error) == (3, True), error
    assert f"{tmp_path}/play.yml:" in error


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_gets_a_suggestion(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the playbook says anything."""
    options, meant = OPTIONS[name]
    code, error = said(tmp_path, GOOD, options, capsys)
    assert code in (3, 5)
    assert f"did you mean {meant}?" in error
    assert "said" not in error


INVENTORY = {
    "a word": (HOSTS.replace("xmpp_domain", "xmpp_domian"), "xmpp_domain"),
    "a keyword": (HOSTS.replace("      hosts:", "      hosst:"), "hosts"),
    "a file of variables": (HOSTS, "xmpp_servers"),
}


@pytest.mark.parametrize("name", INVENTORY)
def test_an_inventory_gets_a_suggestion(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that nobody reads is only warned of."""
    text, meant = INVENTORY[name]
    (tmp_path / "hosts.yml").write_text(text)
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "xmp_servers.yml").write_text("a: 1\n")
    main(["inventory", "-i", str(tmp_path / "hosts.yml"), "--list"])
    assert f"did you mean {meant}?" in capsys.readouterr().err
