"""A line that is longer than a terminal: broken at a blank, never in a command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsdeploy.report.wrapping import wrapped

STEP = f"   7  ~ {'xmpp cluster enable':<46}  the server may be part of a cluster"
LONG = "   8  + put .cmsdeploy/lab/files/default/a-long-name-of-a-certificate.cer a-long-name.cer"


@pytest.mark.parametrize(
    ("line", "width", "wanted"),
    [
        (STEP, 0, [STEP]),
        (STEP, 200, [STEP]),
        (STEP, 60, [STEP[:27], "         the server may be part of a cluster"]),
        (LONG, 60, [LONG]),
        (
            "wrong   2. cb2 [xmpp/secret-missing] call bridge cb3 may not log in on cb2: not so",
            60,
            [
                "wrong   2. cb2 [xmpp/secret-missing] call bridge cb3 may not",
                "        log in on cb2: not so",
            ],
        ),
        (
            "caches keep records for up to 86400 s, their absence for up to 300 s",
            40,
            ["caches keep records for up to 86400 s,", "        their absence for up to 300 s"],
        ),
        ("digest sha256:" + "0" * 64, 40, ["digest sha256:" + "0" * 64]),
    ],
)
def test_where_a_line_breaks(line: str, width: int, wanted: list[str]) -> None:
    """By its columns; a command and a digest stay whole, because people copy them."""
    assert list(wrapped(line, width)) == wanted


@given(st.text(alphabet="ab -~+1\t"), st.integers(0, 300))
def test_nothing_is_lost_and_nothing_is_added(line: str, width: int) -> None:
    """But for blanks, whatever the line is."""
    shown = list(wrapped(line, width))
    assert "".join("".join(shown).split()) == "".join(line.split())
    assert width == 0 or len(line) <= width or all(shown)
