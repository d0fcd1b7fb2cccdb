"""A journal that was torn, cut or changed: what is whole is told, and nothing is invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.executor.journal import Journal
from cmsdeploy.executor.journal_reading import open_steps, parse_journal, read_journal
from cmsdeploy.model.event import Event, EventKind
from tests.promises.numbers import reached

TOLD = [
    Event(EventKind.RUN_STARTED, text="sha256:00"),
    Event(EventKind.STEP_INTENDED, "cb1", "cb1/xmpp/domain", "xmpp domain é"),
    Event(EventKind.STEP_DONE, "cb1", "cb1/xmpp/domain", 'a\n", "sum": "00"}', 0.25),
    Event(EventKind.STEP_INTENDED, "cb2", "cb2/xmpp/enable", "xmpp enable"),
    Event(EventKind.STEP_UNKNOWN, "cb2", "cb2/xmpp/enable", "lost"),
    Event(EventKind.RUN_ENDED),
]


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    """A journal of six events."""
    with Journal(tmp_path / "j") as journal:
        for event in TOLD:
            journal(event)
    assert [record.event for record in read_journal(tmp_path / "j").records] == TOLD
    return (tmp_path / "j").read_bytes()


def test_what_is_whole_comes_back(content: bytes) -> None:
    """All events, no damage; what was announced and not answered is told apart."""
    journal = parse_journal(content)
    assert (journal.damage, journal.has_ended) == ("", True)
    assert [record.event.step for record in open_steps(journal)] == ["cb2/xmpp/enable"]


def test_a_journal_that_is_cut_at_any_byte(content: bytes) -> None:
    """D14: the whole lines before the cut, and a word about the rest."""
    for cut in range(len(content)):
        journal = parse_journal(content[:cut])
        told = [record.event for record in journal.records]
        assert told == TOLD[: len(told)]
        assert len(told) == content[:cut].count(b"\n")
        assert bool(journal.damage) == (cut > 0 and content[cut - 1 : cut] != b"\n")
    reached("D14", f"{len(content)} of {len(content)} cuts: no error, nothing invented")


def test_every_flipped_bit_is_noticed(content: bytes) -> None:
    """D14: the lines before it stand, and none that nobody wrote."""
    for place in range(len(content)):
        for bit in range(8):
            changed = bytes([content[place] ^ 1 << bit])
            journal = parse_journal(content[:place] + changed + content[place + 1 :])
            told = [record.event for record in journal.records]
            assert told == TOLD[: len(told)]
            assert journal.damage or len(told) == len(TOLD), (place, bit)
            assert len(told) == content[:place].count(b"\n"), (place, bit)
    reached("D14", f"{8 * len(content)} of {8 * len(content)} flipped bits noticed")


def test_a_lost_or_swapped_line_is_noticed(content: bytes) -> None:
    """The sums are a chain."""
    lines = content.splitlines(keepends=True)
    for number in range(len(lines)):
        lost = b"".join(lines[:number] + lines[number + 1 :])
        journal = parse_journal(lost)
        assert len(journal.records) == number
        assert bool(journal.damage) == (number < len(lines) - 1)
        twice = parse_journal(b"".join([*lines[: number + 1], *lines[number:]]))
        assert (len(twice.records), bool(twice.damage)) == (number + 1, True)


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n", b"\xff" * 99, b"[" * 100_000 + b"\n"])
def test_what_is_no_journal_is_nothing(content: bytes) -> None:
    """No record, no error."""
    assert parse_journal(content).records == ()


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """With its path."""
    with pytest.raises(InputError, match="cannot be read"):
        read_journal(tmp_path / "none")
