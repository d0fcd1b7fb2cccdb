"""Questions and ``--step`` on a real terminal: what is typed, what is shown, what is planned."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

INVENTORY = """\
all:
  children:
    xmpp_servers:
      hosts: {cb1: {ansible_host: 127.9.0.1}}
      vars:
        xmpp_domain: example.com
        xmpp_listen: a
        xmpp_certificate: {key: a.key, cert: a.cer, trust: a.cer}
"""
PLAYBOOK = """\
- hosts: cb1
  allow: [undersized, disruptive]
  vars_prompt:
    - {name: town, prompt: "Which town", default: Oslo, private: false}
    - {name: word, prompt: "Which word", confirm: true}
  tasks:
    - {name: one, debug: {msg: "{{ town }} {{ word | length }}"}}
    - {name: two, debug: {msg: second}}
    - {name: three, debug: {msg: third}}
    - {name: four, mmp: {read: version, shows: x, command: "dns flush"}}
"""


# What takes the terminal for its own, as a shell does for all that it starts.
OWNING = ("setsid", "--ctty")


def typed(
    folder: Path, answers: list[str], *options: str, before: tuple[str, ...] = OWNING
) -> tuple[int, str]:
    """Run ``render`` on a terminal, give each answer when a question stands; code and screen."""
    (folder / "hosts.yml").write_text(INVENTORY)
    (folder / "play.yml").write_text(PLAYBOOK)
    arguments = ["render", "-i", "hosts.yml", *options, "play.yml"]
    program, screen = pty.openpty()
    child = subprocess.Popen(
        [*before, sys.executable, "-m", "cmsdeploy", *arguments],
        cwd=folder, stdin=screen, stdout=screen, stderr=screen, start_new_session=not before,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    os.close(screen)
    return _answered(child, program, answers)


def _answered(child: subprocess.Popen[bytes], program: int, answers: list[str]) -> tuple[int, str]:
    seen, shown, waiting = "", 0, list(answers)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            seen += os.read(program, 4096).decode()
        except OSError:  # the other end is closed
            break
        if waiting and seen[shown:].endswith(": "):
            shown = len(seen)
            os.write(program, waiting.pop(0).encode() + b"\n")
    os.close(program)
    return child.wait(10), seen.replace("\r", "")


@pytest.mark.parametrize("town", ["", "Bergen"])
def test_answers_become_variables(tmp_path: Path, town: str) -> None:
    """The default where nothing is typed; what is private is not echoed."""
    code, screen = typed(tmp_path, [town, "geheim", "geheim"])
    assert code == 0, screen
    assert f"cb1: {town or 'Oslo'} 6" in screen
    assert "Which town [Oslo]: " in screen
    assert "geheim" not in screen


def test_what_is_private_is_asked_on_the_terminal_that_is_ours(tmp_path: Path) -> None:
    """Standard input is a terminal, and not the one of this process: it is not read."""
    code, screen = typed(tmp_path, ["Bergen", "geheim", "geheim"], before=())
    assert code == 3
    assert "there is no terminal to ask for 'Which word' on" in screen
    assert "Which word: " not in screen


def test_two_different_answers_are_refused(tmp_path: Path) -> None:
    """After three tries."""
    code, screen = typed(tmp_path, ["", *(["a", "b"] * 3)])
    assert code == 3
    assert "the two answers differ" in screen


def test_step_plans_what_is_said_yes_to(tmp_path: Path) -> None:
    """No, yes, and from `c` on everything."""
    code, screen = typed(tmp_path, ["n", "y", "c"], "--step", "-e", "town=x", "-e", "word=y")
    assert code == 0, screen
    assert "cb1: x 1" not in screen
    assert "cb1: second" in screen
    assert "cb1: third" in screen
    assert "dns flush" in screen
    assert screen.count("? (N)o/(y)es/(c)ontinue: ") == 3
