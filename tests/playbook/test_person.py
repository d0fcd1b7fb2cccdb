"""What a person is asked, and which tasks a person chooses."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.playbook import Person, stages
from cmsdeploy.playbook.prompts import Question

from .material import REGISTRY, inventory_in, playbook_in
from .test_language import made, refused

PROMPT = """\
- hosts: cb1
  vars_prompt:
    - {name: one, prompt: 'First?', private: no}
    - {name: two, default: '{{ groups.xmpp_servers | length }}', confirm: yes}
  tasks: [{debug: {msg: '{{ one }} {{ two }}'}}]
"""


def test_questions_are_asked_once_and_answers_are_no_templates(tmp_path: Path) -> None:
    """Each with its default; an answer with braces stays as it was typed."""
    asked: list[Question] = []
    heard: list[str] = []

    def ask(question: Question) -> str:
        asked.append(question)
        return "{{ site }}" if question.default is None else question.default

    made(tmp_path, PROMPT, Person(say=heard.append, ask=ask))
    assert heard == ["cb1: {{ site }} 3"]
    assert asked == [Question("First?", None, False, False), Question("two", "3", True, True)]


def test_without_a_terminal_a_question_needs_a_default(tmp_path: Path) -> None:
    """Ansible would take the text None; -e answers, too."""
    error = refused(tmp_path, PROMPT)
    assert error.cause == "there is no terminal to ask for one on, and it has no default"
    assert error.action == "give it: -e one=…"
    inventory = inventory_in(tmp_path, one="given")
    heard: list[str] = []
    person = Person(say=heard.append)
    stages(playbook_in(tmp_path, PROMPT), inventory, registry=REGISTRY, person=person)
    assert heard == ["cb1: given 3"]


STEPS = """\
- hosts: xmpp_servers
  serial: 2
  tasks:
    - {name: one, echo: {}}
    - {name: two, echo: {}}
- hosts: cb1
  tasks:
    - {name: three, echo: {}}
"""


def test_step_asks_before_each_task_of_each_batch(tmp_path: Path) -> None:
    """A no leaves the task out of this batch."""
    asked: list[str] = []

    def step(title: str) -> bool:
        asked.append(title)
        return len(asked) in (1, 4)

    found = made(tmp_path, STEPS, Person(step=step))
    assert asked == ["one", "two", "one", "two", "three"]
    assert [(stage.title, stage.batch) for stage in found] == [("one", 0), ("two", 1)]


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("two", ["two", "two", "three"]),
        ("t*", ["two", "two", "three"]),
        ("three", ["three"]),
        ("one", ["one", "two", "one", "two", "three"]),
    ],
)
def test_start_at_task_leaves_out_what_comes_before(
    tmp_path: Path, name: str, titles: list[str]
) -> None:
    """In every batch of its play, and the plays before it."""
    assert [stage.title for stage in made(tmp_path, STEPS, start_at=name)] == titles


def test_a_task_that_does_not_exist_is_no_place_to_start(tmp_path: Path) -> None:
    """With a suggestion."""
    with pytest.raises(InputError, match="no task that would run is called 'tow'") as caught:
        made(tmp_path, STEPS, start_at="tow")
    assert caught.value.action == "did you mean 'two'?"
