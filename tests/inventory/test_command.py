"""The command ``inventory``, and the options by which every command loads one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.vault.material import private, vault
from tests.vault.terminal import run


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "hosts.ini").write_text("[servers]\ncb1 a=1\ncb2\n[servers:vars]\na=group\n")
    private(tmp_path / "pw", "pw\n")
    (tmp_path / "more.yml").write_text(vault("a: hidden\nansible_password: geheim\n"))
    return tmp_path


def test_the_winner_is_explained(site: Path) -> None:
    words = ["inventory", "-i", "hosts.ini", "--host", "cb1", "--explain", "a"]
    done = run(site, *words)
    assert done.stdout.splitlines() == [
        "a of cb1 is 1",
        "  won   the host cb1 in the inventory, hosts.ini:2:7: 1",
        '  lost  the group servers in the inventory, hosts.ini:5:3: "group"',
    ]
    found = json.loads(run(site, *words, "--json").stdout)
    assert found["won"][0]["place"] == "hosts.ini:2:7"
    assert found["lost"][0]["value"] == "group"
    words += ["-e", "@more.yml", "--vault-password-file", "pw"]
    shown = run(site, *words).stdout
    assert shown.startswith('a of cb1 is "(sensitive)"\n  won   -e, more.yml:1:4: "(sensitive)"\n')


def test_variables_beside_a_playbook_count_where_it_is_named(site: Path) -> None:
    (site / "plays" / "group_vars").mkdir(parents=True)
    (site / "plays" / "group_vars" / "servers.yml").write_text("b: 2\n")
    words = ("inventory", "-i", "hosts.ini", "--host", "cb2")
    assert "b" not in json.loads(run(site, *words).stdout)
    assert json.loads(run(site, *words, "--playbook-dir", "plays").stdout)["b"] == 2


CB1 = ["-i", "hosts.ini", "--host", "cb1"]
REFUSED = {
    "no host": (["-i", "hosts.ini", "--explain", "a"], 5, "--explain needs a host"),
    "misspelt variable": ([*CB1, "--explain", "ansible_hots"], 3, "mean ansible_host?"),
    "misspelt host": (["-i", "hosts.ini", "--host", "cb11"], 3, "did you mean cb1?"),
    "empty host": (["-i", "hosts.ini", "--host", ""], 3, "is empty"),
    "vault without password": ([*CB1, "-e", "@more.yml"], 3, "no vault password was given"),
    "no terminal": ([*CB1, "-e", "@more.yml", "-J"], 3, "there is no terminal"),
    "bad vault id": (["-i", "hosts.ini", "--vault-id", "a b@x", "--list"], 5, "is no vault id"),
    "bad list": (["-i", "a b,", "--list"], 3, "cannot be the name of a host"),
    "no option for a password": (["-i", "hosts.ini", "--vault-password", "geheim"], 5, "no option"),
    "abbreviated option": (["-i", "hosts.ini", "--lis"], 5, "no option --lis"),
    "folder of nothing": (["-i", "empty", "--list"], 3, "the folder holds no inventory"),
    "device": (["-i", "/dev/zero", "--list"], 3, "it is no regular file"),
    "standard input": (["-i", "/dev/stdin", "--list"], 3, "it is no regular file"),
    "missing": (["-i", "nobody\x1b[31m", "--list"], 3, "nobody\\x1b[31m: there is no such file"),
    "long argument": (["-i", "x" * 10_000, "--list"], 3, "the name is too long"),
    "script": (["-i", "script", "--list"], 3, "inventory scripts are not supported"),
    "path of a secret": ([*CB1, "-e", "password=geheim"], 5, "on the command line"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused(name: str, site: Path) -> None:
    words, code, cause = REFUSED[name]
    (site / "empty").mkdir()
    (site / "script").write_text("#!/bin/sh\ntouch marker\n")
    (site / "script").chmod(0o755)
    done = run(site, "inventory", *words)
    assert (done.returncode, cause in done.stderr) == (code, True), done.stderr
    assert "next:" in done.stderr
    assert "geheim" not in done.stderr
    assert "\x1b" not in done.stderr
    assert "Traceback" not in done.stderr
    assert not (site / "marker").exists()


@pytest.mark.parametrize("limit", ["", "nosuch", "all:!all", "@empty", "@nobody", "@hosts.ini"])
def test_a_limit_that_leaves_nobody_is_refused(limit: str, site: Path) -> None:
    (site / "empty").write_text("\n")
    (site / "play.yml").write_text("- hosts: all\n  tasks:\n    - mmp: {}\n")
    done = run(site, "plan", "play.yml", "-i", "hosts.ini", "--limit", limit)
    assert done.returncode in {3, 5}
    assert "next:" in done.stderr


def test_nothing_of_a_strange_folder_is_run(site: Path) -> None:
    touch = f"open({str(site / 'marker')!r}, 'w')\n"
    for name in ("yaml.py", "enum.py", "sitecustomize.py", "conftest.py", "jinja2.py"):
        (site / name).write_text(touch)
    for folder in ("filter_plugins", "vars_plugins", "inventory_plugins"):
        (site / folder).mkdir()
        (site / folder / "x.py").write_text(touch)
    (site / "ansible.cfg").write_text(
        "[defaults]\ninventory = /nobody\nvault_password_file = ./x\n"
    )
    (site / "t.yml").write_text("all: {hosts: {h: {a: '{{ 1 | int }}'}}}\n")
    words = ("inventory", "-i", "t.yml", "--host", "h", "--explain", "a")
    # As people start it: the installed command does not look for modules in the current folder.
    done = run(site, *words, command=(str(Path(sys.executable).parent / "cmsdeploy"),))
    assert done.returncode == 0, done.stderr
    assert not (site / "marker").exists()
