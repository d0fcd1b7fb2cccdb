"""What a playbook asks and says, on this terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cmsdeploy.cli.console import Console, typed_unseen
from cmsdeploy.cli.options import Options
from cmsdeploy.errors import InputError, printable

if TYPE_CHECKING:
    from cmsdeploy.playbook import Person
    from cmsdeploy.playbook.prompts import Question

__all__ = ["going_on", "person_of"]

_MOST_TRIES = 3
_YES = ("", "c", "continue", "y", "yes")
_NO = ("a", "abort", "n", "no")


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


def going_on(prompt: str) -> bool:
    """Ask in a pause whether the run goes on. Enter does, ``a`` does not, Ctrl-C does not either.

    Anything else is asked again: what is typed in a hurry must neither stop nor start a thing.
    """
    for line in prompt.splitlines():
        print(printable(line), file=sys.stderr)
    while True:
        print("Enter to go on, a to abort: ", end="", file=sys.stderr, flush=True)
        typed = sys.stdin.readline()
        answer = typed.strip().lower()
        if not typed or answer in _NO:
            return False
        if answer in _YES:
            return True


def _asked(question: Question) -> str:
    default = "" if question.default is None else f" [{printable(question.default, 60)}]"
    text = f"{printable(question.text, 200)}{default}: "
    what = repr(printable(question.text, 60))

    def read(prompt: str) -> str:
        if not question.is_private:
            return _line(prompt)
        return typed_unseen(prompt, what, "run it on a terminal, or give it: -e NAME=…")

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
