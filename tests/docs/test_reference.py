"""The reference is what the program knows of itself, today."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from cmsdeploy import errors
from cmsdeploy.cli.commands import command_line
from cmsdeploy.families import families

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "docs" / "reference"


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Every command that is not hidden, by its words."""
    group = command_line()
    assert isinstance(group, click.Group)
    for word in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), word)
        assert command is not None
        below = command.commands.items() if isinstance(command, click.Group) else ()
        yield from ((f"{word} {one}", each) for one, each in below if not each.hidden)
        if not below and not command.hidden:
            yield word, command


def test_every_page_is_current() -> None:
    """python docs/make_reference.py"""
    done = subprocess.run(
        [sys.executable, "docs/make_reference.py", "--check"],
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_is_left_out() -> None:
    """Every family, every rule, every command with its options, every error that has a code."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    for name, family in families().items():
        assert f"\n## {name}\n" in pages["families.md"]
        for rule in family.explanations:
            assert f"\n## {rule}\n" in pages["rules.md"]
    for name, command in every_command():
        assert f"\n## {name}\n" in pages["commands.md"]
        options = [one for each in command.params for one in each.opts if one[:1] == "-"]
        assert [one for one in options if one not in pages["commands.md"]] == []
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.CmsdeployError)}
    for code in codes:
        assert f"\n| {code} | " in pages["exit-codes.md"]
