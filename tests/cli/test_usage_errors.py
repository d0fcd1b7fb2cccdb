"""What is wrong on a command line is told in our words, and the value is not repeated."""

from __future__ import annotations

import pytest

from cmsdeploy.cli.entry import main

_VALUE = "geheim-7"
# The words, the cause, the next action.
ERRORS = [
    (f"watch x --every {_VALUE}", "the value of --every is not a number from 1 to 86400", "change"),
    ("watch x --every 0", "the value of --every is not a number from 1 to 86400", "change it"),
    (f"plan x -f {_VALUE}", "the value of --forks is not a whole number from 1 to 500", "change"),
    ("plan x --valid-for 0", "the value of --valid-for is not a number above 0 to 8784", "change"),
    (f"report --lang {_VALUE}", "the value of --lang is not one of en, fr", "change it, or look"),
    (f"completion {_VALUE}", "the value of SHELL is not one of bash, zsh, fish", "change it"),
    ("backup --deadline", "--deadline has no value", "write one behind --deadline"),
    (f"journal show --json={_VALUE}", "--json takes no value", "write --json alone"),
    ("watch", "PLAYBOOK is missing", "write: cmsdeploy watch [OPTIONS] PLAYBOOK"),
    ("import x", "--out is missing", "write: cmsdeploy import [OPTIONS] HOSTS..."),
    (f"report a {_VALUE}", "more words than cmsdeploy report takes", "quote what belongs together"),
    ("lab upp", "there is no command upp; did you mean up?", "look at: cmsdeploy lab --help"),
    ("verfy x", "there is no command verfy; did you mean verify?", "look at: cmsdeploy --help"),
    ("plan --jsn", "there is no option --jsn; did you mean --json or", "look at: cmsdeploy plan"),
]


@pytest.mark.parametrize(("words", "cause", "action"), ERRORS)
def test_cause_and_action(
    words: str, cause: str, action: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two lines and exit code 5; nothing of click's own wording."""
    assert main(words.split()) == 5
    shown = capsys.readouterr()
    first, second = shown.err.splitlines()
    assert cause in first
    assert second.startswith(f"  next: {action}")
    assert shown.out == ""
    assert _VALUE not in shown.err
    assert not any(word in shown.err for word in ("Invalid value", "Missing", "Got ", "No such"))
