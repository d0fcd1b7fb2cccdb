"""``vars_prompt``: variables that a person types. Without a terminal there has to be a default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.node import Node
from cmsdeploy.inventory.variables import rendered
from cmsdeploy.playbook.person import Person
from cmsdeploy.playbook.play import Play
from cmsdeploy.template import Verbatim

__all__ = ["Prompt", "Question", "answers"]


@dataclass(frozen=True)
class Prompt:
    """One question of ``vars_prompt``; ``is_private`` hides what is typed."""

    name: str
    text: str
    default: Node | None
    is_private: bool
    is_confirmed: bool
    origin: Origin


@dataclass(frozen=True)
class Question:
    """``is_private`` hides what is typed; an empty answer means ``default``, where there is one."""

    text: str
    default: str | None
    is_private: bool
    is_confirmed: bool


def answers(
    play: Play, person: Person, given: Collection[str], known: Mapping[str, object]
) -> Mapping[str, Node]:
    """The answers to the questions of ``play``. A name that is ``given`` by ``-e`` is not asked
    for; ``known`` is what the default may name. An answer is never read as a template."""
    return {
        prompt.name: Node(Verbatim(_answer(prompt, person, known)), prompt.origin)
        for prompt in play.prompts
        if prompt.name not in given
    }


def _answer(prompt: Prompt, person: Person, known: Mapping[str, object]) -> str:
    value = None if prompt.default is None else rendered(prompt.default, known)
    default = None if value is None else str(value)
    if person.ask is None:
        if default is None:
            raise InputError(
                f"there is no terminal to ask for {prompt.name} on, and it has no default",
                f"give it: -e {prompt.name}=…",
                prompt.origin,
            )
        return default
    return person.ask(Question(prompt.text, default, prompt.is_private, prompt.is_confirmed))
