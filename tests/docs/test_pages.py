"""A stranger can walk the documentation: links lead somewhere, commands run, no page is lost."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cmsdeploy.cli.commands import command_line

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [link for link in _LINK.findall(text) if "://" not in link]


@pytest.mark.parametrize(
    "page", [PROJECT / "README.md", *PAGES], ids=lambda page: str(page.relative_to(PROJECT))
)
def test_every_link_leads_to_a_file(page: Path) -> None:
    """Relative to the page, so that it works in a checkout, on a hosting page and on the site."""
    assert [link for link in _links(page) if not (page.parent / link).exists()] == []


def test_every_page_can_be_walked_to() -> None:
    """The first page links to all others; so does the order of the site."""
    linked = {(DOCS / link).resolve() for link in _links(DOCS / "index.md")}
    assert [page for page in PAGES if page not in linked and page.name != "index.md"] == []


# What sets up the environment that the tests have already.
_SET_UP = re.compile(r"(?m)^(\./scripts/|export PATH=).*\n")


@pytest.mark.parametrize(
    "name", ["../README", "first-run", "tac-213479", "ci", "events", "reports-and-pictures"]
)
def test_commands_of_a_page_run(name: str, tmp_path: Path) -> None:
    """All of them, from top to bottom, in one shell that stops at the first that fails."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "cmsdeploy"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cmsdeploy "$@"\n')
    program.chmod(0o755)
    text = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    commands = _SET_UP.sub("", "\n".join(_BLOCK.findall(text)))
    stop = (
        "trap 'cmsdeploy lab down >/dev/null 2>&1 || true' EXIT\n" if "lab up" in commands else ""
    )
    done = subprocess.run(
        ["bash", "-ec", stop + commands],
        cwd=tmp_path,
        env={
            "PATH": f"{programs}{os.pathsep}/usr/bin:/bin",
            "PYTHONPATH": str(PROJECT),
            "HOME": str(tmp_path),
            "CMSDEPLOY_STATE": str(tmp_path / "state"),
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for shown in re.findall(r"```text\n(.*?)```", text, re.DOTALL):
        for line in shown.splitlines():
            assert line in done.stdout + done.stderr


def test_commands_that_are_named_exist() -> None:
    """Whatever stands behind `cmsdeploy` on a page is a command of ours."""
    group = command_line()
    assert isinstance(group, click.Group)
    known = set(group.list_commands(click.Context(group)))
    for page in [PROJECT / "README.md", *PAGES]:
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"(?m)(?:^ *|`|\$ )cmsdeploy ([a-z]+)(?=[ `\n])", text))
        assert named <= known, (page, named - known)
