"""Line editing of the shell, without a wire."""

from __future__ import annotations

import pytest

from cmsdeploy.lab.wire.terminal import LineEditor


def _type(text: str, *, is_echoed: bool = True) -> tuple[str, list[str]]:
    editor = LineEditor()
    editor.is_echoed = is_echoed
    keys = [editor.feed(character) for character in text]
    return "".join(key.echo for key in keys), [key.line for key in keys if key.line is not None]


@pytest.mark.parametrize(
    ("typed", "echo", "lines"),
    [
        ("ab\n", "ab\n", ["ab"]),
        ("ab\r", "ab\n", ["ab"]),
        ("ab\r\ncd\r\n", "ab\ncd\n", ["ab", "cd"]),
        ("\r\r", "\n\n", ["", ""]),
        ("abx\x7f\n", "abx\b \b\n", ["ab"]),
        ("\x7f\n", "\n", [""]),
        ("a\x1b\tb\n", "ab\n", ["ab"]),
        ("bad\x03good\n", "bad^C\ngood\n", ["good"]),
    ],
)
def test_typing(typed: str, echo: str, lines: list[str]) -> None:
    """Keys, what shows, which lines come of them."""
    assert _type(typed) == (echo, lines)


def test_a_hidden_line_shows_its_end_only() -> None:
    """A secret leaves no letter and no rub-out on the screen."""
    assert _type("secret\x7f\n", is_echoed=False) == ("\n", ["secre"])


def test_end_of_input_counts_on_an_empty_line_only() -> None:
    """As on any terminal."""
    editor = LineEditor()
    assert not [editor.feed(character) for character in "a\x04"][-1].is_end
    assert LineEditor().feed("\x04").is_end
