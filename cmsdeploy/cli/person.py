"""What a playbook asks and says, on this terminal."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from cmsdeploy.cli.console import Console
from cmsdeploy.cli.options import Options
from cmsdeploy.errors import InputError, printable

if TYPE_CHECKING:
    from cmsdeploy.playbook import Person, Question

__all__ = ["person_of"]

_MOST_TRIES = 3


def person_of(options: Options) -> Person:
    """Who runs this: asked only where there is a terminal. Raises ``InputError`` for ``--step``
    without one."""
    from cmsdeploy.playbook import Person

    has_terminal = sys.stdin.isatty()
    if options.is_step and not has_terminal:
        raise InputError("there is no terminal to ask about each task on", "leave --step out")
    return Person(
        say=options.console.note,
        ask=_asked if has_terminal else None,
        step=_Stepper(options.console) if options.is_step else None,
        verbosity=options.verbosity,
    )


def _asked(question: Question) -> str:
    default = "" if question.default is None else f" [{printable(question.default, 60)}]"
    text = f"{printable(question.text, 200)}{default}: "
    read: Callable[[str], str] = getpass.getpass if question.is_private else _line
    for _ in range(_MOST_TRIES):
        answer = read(text)
        if not question.is_confirmed or answer == read(f"confirm {text}"):
            return answer or question.default or ""
    raise InputError("the two answers differ", "type the same text twice")


def _line(text: str) -> str:
    print(text, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().rstrip("\n")


class _Stepper:
    """``--step``: (n)o, (y)es or (c)ontinue for each task, as Ansible asks. Anything else is no."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._is_asking = True

    def __call__(self, task: str) -> bool:
        if not self._is_asking:
            return True
        answer = _line(f"Plan the task {printable(task, 100)}? (N)o/(y)es/(c)ontinue: ").lower()
        self._is_asking = answer not in ("c", "continue")
        return not self._is_asking or answer in ("y", "yes")
