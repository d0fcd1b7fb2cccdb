"""Bad playbooks, templates and arguments: the code, the words, and no connection."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.cli import main

CONNECTIONS: list[str] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo"):
        CONNECTIONS.append(event)


sys.addaudithook(_hear)

HOSTS = """\
all:
  vars:
    secret: "{{ lookup('env', 'NIGHT') }}"
  children:
    xmpp_servers:
      hosts:
        cb1: {ansible_host: 127.9.0.1}
        cb2: {ansible_host: 127.9.0.2}
        cb3: {ansible_host: 127.9.0.3}
      vars:
        xmpp_domain: example.com
        xmpp_listen: a
        xmpp_certificate: {key: a.key, cert: a.cer, trust: a.cer}
"""
GOOD = "- hosts: xmpp_servers\n  tasks:\n    - mmp: {read: version, shows: '2.9'}\n"
TASK = "- hosts: cb1\n  tasks:\n    - mmp: {read: version, shows: %s}\n"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """A folder with an inventory and a good playbook; nothing in it is ever connected to."""
    (tmp_path / "hosts.yml").write_text(HOSTS)
    (tmp_path / "good.yml").write_text(GOOD)
    CONNECTIONS.clear()
    yield tmp_path
    assert CONNECTIONS == []


def ended(site: Path, *arguments: str | Path) -> int:
    """The exit code of ``plan``, in the time that the worst template may take."""
    began = time.monotonic()
    code = main(["plan", "-i", str(site / "hosts.yml"), *map(str, arguments)])
    assert time.monotonic() - began < 5
    return code


PLAYBOOKS = {
    "iP1 unknown task name": (TASK.replace("mmp", "mpm") % "x", ":3:7: .*mpm", "did you mean mmp"),
    "iP1 misspelt keyword": (GOOD + "      wehn: true\n", ":4:7: .*wehn", "did you mean when"),
    "iP1 misspelt play keyword": (GOOD + "  serail: 1\n", ":4:3: .*serail", "did you mean serial"),
    "iP1 two actions": (GOOD + "      debug: {msg: x}\n", ":4:7: .*two actions", "two tasks"),
    "iP1 misspelt parameter": (
        GOOD.replace("shows", "shosw"), "cb1: mmp has no parameter 'shosw'", "did you mean 'shows'",
    ),
    "iP2 device text in when": (
        GOOD + "      when: reply.stdout == 'x'\n", ":4:13: 'reply' is undefined", "inventory",
    ),
    "iP2 a registered result": (
        GOOD + "      register: reply\n", ":4:7: .*register", "families wait",
    ),
    "iT1 class": (TASK % "\"{{ ''.__class__.__mro__ }}\"", ":3:35: .*(forbidden|undefined)", ""),
    "iT1 attr": (TASK % "\"{{ ''|attr('__class__') }}\"", ":3:35: .*(forbidden|undefined)", ""),
    "iT2 lipsum": (TASK % "'{{ lipsum.__globals__ }}'", ":3:35: 'lipsum' is undefined", ""),
    "iT2 cycler": (TASK % "'{{ cycler.__init__.__globals__ }}'", ":3:35: .*forbidden", ""),
    "iT2 self": (TASK % "'{{ self.__init__ }}'", ":3:35: .*(forbidden|undefined)", ""),
    "iT3 many": (TASK % "\"{{ 'a' * 10**8 }}\"", ":3:35: .*too much", ""),
    "iT3 center": (TASK % "\"{{ 'a'.center(5*10**8) }}\"", ":3:35: .*forbidden", ""),
    "iT3 format": (TASK % "\"{{ '%0500000000d'|format(1) }}\"", ":3:35: .*too much", ""),
    "iT4 macro": (
        TASK % "'{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'", ":3:35: .*(too much)", "",
    ),
    "iT4 include": (TASK % "\"{% include 'x' %}\"", ":3:35: ", ""),
    "iT5 newline": (
        "- hosts: cb1\n  vars: {line: \"dns add\\nreboot\"}\n  tasks:\n"
        "    - mmp: {command: 'x {{ line }}', read: \"dns\\tx{{ '\\n' }}y\", shows: x}\n",
        "cb1: mmp: .*", "",
    ),
    "iT6 unclosed expression": (TASK % "'{{ a'", ":3:35: the template does not read", "close"),
    "iT6 unclosed block": (TASK % "'{% if a'", ":3:35: the template does not read", "close"),
    "iT6 long": (TASK % ("'{{ a }}" + "x" * (1 << 20) + "'"), ":3:35: .*(1 MiB|longer)", ""),
    "iT6 NUL": (TASK % '"{{ \\0 }}"', ":3:", ""),
}  # fmt: skip


@pytest.mark.parametrize("row", PLAYBOOKS)
def test_a_bad_playbook_is_refused(
    site: Path, row: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 3, file:line:column, one cause and one next action; nothing is connected."""
    text, cause, action = PLAYBOOKS[row]
    (site / "bad.yml").write_text(text)
    assert ended(site, site / "bad.yml") == 3
    said = capsys.readouterr().err.replace(str(site), "")
    assert "bad.yml:" in said

    assert re.search(cause, said), said
    assert re.search(f"next: .*{re.escape(action)}", said), said
    assert "Traceback" not in said


ARGUMENTS = {
    "iP7 unknown tag": (["-t", "xmmp"], 3, "no task has the tag"),
    "iP7 unknown skip tag": (["--skip-tags", "x"], 3, "no task has the tag"),
    "unknown task": (["--start-at-task", "x"], 3, "no task that would run is called"),
    "iL1 password": (["--password", "geheim"], 5, "no option --password"),
    "iL1 secret": (["--secret=geheim"], 5, "no option --secret"),
    "iL1 by -e": (["-e", "password=geheim"], 5, "would put a secret on the command line"),
    "iL2 empty limit": (["--limit", ""], 5, "the limit is empty"),
    "iL2 unknown limit": (["--limit", "nosuch"], 3, "nosuch"),
    "iL2 nobody": (["--limit", "all:!all"], 3, "no host"),
    "iL4 no forks": (["--forks", "0"], 5, "--forks is not a whole number from 1 to 500"),
    "iL4 many forks": (["--forks", "1000000"], 5, "--forks is not a whole number from 1 to 500"),
    "iL5 step without terminal": (["--step"], 3, "there is no terminal to ask about each task"),
    "iL7 long argument": (["-t", "x" * 10_000], 3, "no task has the tag"),
    "iL7 invalid UTF-8": (["-t", "x\udcff\udcfe"], 3, "no task has the tag"),
    "iL10 abbreviation": (["--lim", "cb1"], 5, "no option --lim"),
    "iL10 abbreviated list": (["--list-h"], 5, "no option --list-h"),
    "a value for a flag": (["--syntax-check=x"], 5, "--syntax-check takes no value"),
}


@pytest.mark.parametrize("row", ARGUMENTS)
def test_a_bad_argument_is_refused(
    site: Path, row: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the code of the table; a secret in the wrong place is not repeated."""
    arguments, code, cause = ARGUMENTS[row]
    assert ended(site, site / "good.yml", *arguments) == code
    said = capsys.readouterr().err
    assert cause in said
    assert "geheim" not in said
    assert "Traceback" not in said
    assert len(said) < 1000


FILES = ("folder", "pipe", "missing", "unreadable", "name\nwith\x1b[31m", "-leading")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", ["plan", "apply", "render"])
def test_a_bad_file_argument_is_refused(
    site: Path, name: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """iL3: a folder, a pipe, nothing, a name that would write on the screen."""
    path = site / name
    if name == "folder":
        path.mkdir()
    elif name == "pipe":
        os.mkfifo(path)
    elif name == "unreadable":
        path.symlink_to("/proc/self/mem")
    code = main([command, "-i", str(site / "hosts.yml"), "--", str(path)])
    said = capsys.readouterr().err
    assert code == 3
    assert "\x1b" not in said
    assert "next: " in said


def test_a_question_without_a_terminal_is_refused(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """iL5: which variable, and how to give it."""
    (site / "bad.yml").write_text(GOOD + "  vars_prompt: [{name: night}]\n")
    assert ended(site, site / "bad.yml") == 3
    said = capsys.readouterr().err
    assert "no terminal to ask for night" in said
    assert "next: give it: -e night=…" in said
