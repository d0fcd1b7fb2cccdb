"""Versions as numbers, text that cannot fool a terminal, errors that say what to do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmsdeploy import errors
from cmsdeploy.errors import HostError, InputError, Origin, printable
from cmsdeploy.model.reply_text import Verdict, failures, fields, judge
from cmsdeploy.model.version import Version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("2.2.5", Version(2, 2, 5)),
        ("2.10", Version(2, 10)),
        ("2.0(RC)", Version(2, 0)),
        ("Version: 2.9_vm", Version(2, 9)),
        ("3.12.1\n", Version(3, 12, 1)),
        ("CMS 3.8 build 17", Version(3, 8)),
        ("", None),
        ("nine", None),
        ("2", None),
        ("2.", None),
        (".5", None),
        ("1234.5", None),
        ("2.9.5.1", Version(2, 9, 5)),
    ],
)
def test_a_version_is_found(text: str, version: Version | None) -> None:
    """Only the number counts: the layout of the reply is not known."""
    assert Version.found_in(text) == version


def test_versions_are_compared_as_numbers() -> None:
    """2.10 comes after 2.9."""
    texts = ["2.10", "3.0", "2.9.5", "2.2.5", "2.9", "10.0"]
    found = [version for text in texts if (version := Version.found_in(text))]
    assert [str(version) for version in sorted(found)] == [
        "2.2.5", "2.9.0", "2.9.5", "2.10.0", "3.0.0", "10.0.0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é ü – …", "plain é ü – …"),
        ("a\nb", "a\\nb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("bell\x07", "bell\\x07"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("\x00", "\\x00"),
        ("\u200b", "\\u200b"),
    ],
)
def test_text_of_others_is_escaped(text: str, shown: str) -> None:
    """Control, format and surrogate characters never reach a terminal."""
    assert printable(text) == shown


def test_long_text_is_cut_and_counted() -> None:
    """A reply of four megabytes does not become a message."""
    assert printable("a" * 12, 10) == "a" * 10 + "… (2 more characters)"
    assert printable("a" * 10, 10) == "a" * 10


@settings(derandomize=True)
@given(st.text())
def test_what_is_printable_is_one_line(text: str) -> None:
    """Whatever comes in, no second line can be forged."""
    assert len(printable(text, len(text) + 1).splitlines()) <= 1


def test_an_input_error_shows_the_place() -> None:
    """file:line:column, the line as written with a mark under it, one next action."""
    error = InputError("no such word", "did you mean 'b'?", Origin("hosts.yml", 12, 4), "ab: c")
    assert str(error) == (
        "hosts.yml:12:4: no such word\n  12 | ab: c\n     |    ^\n  next: did you mean 'b'?"
    )


def test_an_input_error_carries_the_others() -> None:
    """One run names everything that is wrong."""
    problems = [InputError(f"cause {n}", origin=Origin("a.yml", n, 1)) for n in (1, 2, 3)]
    assert str(InputError.of(problems)).splitlines() == [
        "a.yml:1:1: cause 1",
        "a.yml:2:1: cause 2",
        "a.yml:3:1: cause 3",
    ]


def test_a_place_cannot_forge_a_line() -> None:
    """A file name is text of others too."""
    assert str(Origin("a\nb.yml")) == "a\\nb.yml"
    assert str(Origin("a.yml", 3)) == "a.yml:3:1"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("CmsdeployError", 1),
        ("HostError", 2),
        ("DeviceError", 2),
        ("DeadlineError", 2),
        ("InputError", 3),
        ("UnreachableError", 4),
        ("IdentityError", 4),
        ("OptionError", 5),
        ("RefusedError", 7),
        ("StalePlanError", 8),
        ("LockHeldError", 9),
        ("LockLostError", 9),
    ],
)
def test_every_error_has_its_exit_code(name: str, code: int) -> None:
    """The table of the design, section 7."""
    assert getattr(errors, name).exit_code == code
    assert getattr(errors, name)("cause", "act").args == ("cause",)
    assert str(getattr(errors, name)("cause", "act")).endswith("cause\n  next: act")


def test_a_host_error_names_host_and_step() -> None:
    """They are attached where they are known."""
    assert str(HostError("no", "look", "cb1", "xmpp/domain")) == "cb1 xmpp/domain: no\n  next: look"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("", Verdict.SILENT),
        ("SUCCESS: a\nSUCCESS: b\n", Verdict.SUCCEEDED),
        ("SUCCESS: a\nFAILURE: b\n", Verdict.FAILED),
        ("  FAILURE: b", Verdict.FAILED),
        ("Unknown command: x", Verdict.UNKNOWN_COMMAND),
        ("\n\nUnknown command", Verdict.UNKNOWN_COMMAND),
        ("success: a", Verdict.SILENT),
        ("Banner : SUCCESS: a", Verdict.SILENT),
        ("Domain : FAILURE: a", Verdict.SILENT),
        ("a\nUnknown command", Verdict.SILENT),
    ],
)
def test_a_reply_is_judged_by_its_result_lines(text: str, verdict: Verdict) -> None:
    """One failure outweighs every success; a value is no result."""
    assert judge(text) is verdict


def test_failures_are_listed() -> None:
    """In their order, without the word."""
    assert failures("FAILURE: a\nSUCCESS: b\nFAILURE: c") == ("a", "c")


def test_the_colon_of_a_label_is_the_first_with_a_blank_behind_it() -> None:
    """Values and addresses keep their own colons."""
    text = "Listening interfaces : a:445 b:445\nAddress: https://cb1:445\nEmpty :\nx:y\n: z\n"
    assert fields(text) == {
        "Listening interfaces": "a:445 b:445",
        "Address": "https://cb1:445",
        "Empty": "",
    }
