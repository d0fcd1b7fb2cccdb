"""Every wrong inventory in ``cases/refused`` is refused where it is wrong, and for nothing else.

A case begins with ``# expect: line:column: text`` for each problem, and may have
``# allow: exception`` for what a play grants.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.inventory import load

REFUSED = Path(__file__).parent / "cases" / "refused"
CASES = sorted([*REFUSED.glob("*.yml"), *REFUSED.glob("*.ini")])
EXPECT = re.compile(r"^# expect: (\d+):(\d+): (.*)$", re.MULTILINE)
ALLOW = re.compile(r"^# allow: (.*)$", re.MULTILINE)


def problems_of(path: Path) -> list[InputError]:
    allowed = frozenset(ALLOW.findall(path.read_text(encoding="utf-8")))
    with pytest.raises(InputError) as caught:
        load([path]).check(exceptions=allowed)
    return [caught.value, *caught.value.others]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_wrong_inventory_is_refused_at_its_place(path: Path) -> None:
    expected = EXPECT.findall(path.read_text(encoding="utf-8"))
    problems = problems_of(path)
    shown = [
        f"{one.origin.line}:{one.origin.column}: {one.cause}" for one in problems if one.origin
    ]
    assert len(shown) == len(problems) == len(expected), shown
    for (line, column, text), one in zip(expected, shown, strict=True):
        assert one.startswith(f"{line}:{column}: "), one
        assert text in one
    assert all(one.action for one in problems), "every problem names one next action"
    assert all(one.origin and one.origin.file == str(path) for one in problems)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_no_message_shows_a_secret_or_a_control_character(path: Path) -> None:
    problems = problems_of(path)
    message = str(InputError.of(problems))
    assert "geheim" not in message
    assert all(character.isprintable() or character == "\n" for character in message)


def test_there_are_cases() -> None:
    assert len(CASES) > 80
