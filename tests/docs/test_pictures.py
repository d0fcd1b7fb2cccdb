"""The pictures of the documentation show what the program says today."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PICTURES = PROJECT / "docs" / "pictures"


def checked(*names: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "docs/make_pictures.py", "--check", *names],
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT), "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    return done.returncode, done.stdout + done.stderr


def test_what_needs_no_box_is_current() -> None:
    """python docs/make_pictures.py"""
    assert checked("render", "mistake") == (0, "")


@pytest.mark.long
def test_what_simulated_boxes_show_is_current() -> None:
    """python docs/make_pictures.py"""
    assert checked("plan", "verify", "doctor") == (0, "")


def test_a_picture_that_says_something_else_is_found() -> None:
    """The gate can fail: one word of a picture is another one."""
    text_of = runpy.run_path(str(PROJECT / "docs" / "make_pictures.py"))["text_of"]
    picture = (PICTURES / "mistake.svg").read_text(encoding="utf-8")
    assert "did you mean xmpp_listen?" in text_of(picture)
    assert text_of(picture.replace("mean", "mind")) != text_of(picture)


def test_pictures_load_nothing() -> None:
    """They are looked at where there is no network, and on pages that forbid one."""
    found = sorted(PICTURES.glob("*.svg"))
    assert len(found) >= 5
    for path in found:
        text = path.read_text(encoding="utf-8")
        names = re.sub(r'xmlns="http://www.w3.org/2000/svg"', "", text)
        assert not re.search(r"https?:|url\((?!#)|<script|@import|<image", names), path.name


def test_every_picture_is_shown_somewhere() -> None:
    """In the README, or on a page."""
    pages = [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")]
    shown = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert [path.name for path in PICTURES.iterdir() if path.name not in shown] == []
