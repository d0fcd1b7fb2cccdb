"""``pause``: once for a batch, judged on its first host, and held until something comes after."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.model.action import Pause

from .test_language import made, refused

PLAY = """\
- hosts: xmpp_servers
  vars: {night: 2, long: "90"}
  tasks:
    - {name: one, echo: {}}
    - name: Look
      %s
    - {name: two, echo: {}}
"""


@pytest.mark.parametrize(
    ("task", "pauses"),
    [
        ("pause:", [Pause()]),
        ("ansible.builtin.pause: {}", [Pause()]),
        ("pause: {prompt: 'On {{ inventory_hostname }}?', echo: false}", [Pause("On cb1?")]),
        ("pause: {minutes: '{{ night }}'}", [Pause("", 120)]),
        ("pause: {seconds: '{{ long }}', prompt: x}", [Pause("x", 90)]),
        ("pause: {seconds: 0}", [Pause("", 1)]),
        ("pause: {seconds: 5}\n      when: inventory_hostname == 'cb2'", []),
        ("pause: {seconds: 5}\n      when: inventory_hostname == 'cb1'", [Pause("", 5)]),
        ("pause: {seconds: '{{ item }}'}\n      loop: [1, 2]", [Pause("", 1), Pause("", 2)]),
        ("pause: {prompt: x}\n      no_log: true", [Pause()]),
        ("pause: {prompt: x}\n      check_mode: true", []),
        ("pause: {prompt: x}\n      tags: [never]", []),
    ],
)
def test_what_a_pause_says(tmp_path: Path, task: str, pauses: list[Pause]) -> None:
    """As Ansible has it: the variables and the condition of the first host count."""
    found = made(tmp_path, PLAY % task)
    assert [stage.pause for stage in found if stage.pause] == pauses
    assert [stage.title for stage in found if not stage.pause] == ["one", "two"]
    between = [stage for stage in found if stage.pause]
    assert found[1 : 1 + len(between)] == tuple(between)


def test_a_batch_has_its_own(tmp_path: Path) -> None:
    """With its place, so that the edges hold what comes after it there."""
    found = made(tmp_path, (PLAY % "pause:").replace("  tasks", "  serial: 2\n  tasks"))
    assert [(s.batch, s.title) for s in found if s.pause] == [(0, "Look"), (1, "Look")]


@pytest.mark.parametrize(
    ("task", "cause"),
    [
        ("pause: {minutes: 1, seconds: 1}", "pause has both minutes and seconds"),
        ("pause: {seconds: -1}", "seconds is a number (-1)"),
        ("pause: {seconds: 1.5}", "seconds is a number (1.5)"),
        ("pause: {seconds: soon}", "seconds is a text (soon)"),
        ("pause: {seconds: true}", "seconds is a boolean"),
        ("pause: {seconds: '{{ colour }}'}", "seconds is no whole number"),
        ("pause: {minutes: 99999}", "longer than a week"),
        ("pause: {prompts: x}", "pause has no 'prompts'"),
        ("pause: 5", "pause has to be a mapping"),
        ("pause: {prompt: '{{ nobody }}'}", "'nobody' is undefined"),
    ],
)
def test_what_no_pause_can_say(tmp_path: Path, task: str, cause: str) -> None:
    """Refused at its place, with what to write."""
    error = refused(tmp_path, PLAY % task)
    assert cause in error.cause
    assert error.action
    assert error.origin is not None
    assert error.origin.line >= 6
