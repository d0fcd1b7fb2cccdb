"""Altered inputs by the number: nothing but declared errors, and no input that takes ages."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from tests.fuzz.mutation import Mutator, grown
from tests.fuzz.readers import Reader, readers
from tests.promises.numbers import counted

# A slice in the default run. The numbers do not meet: both runs add to what was tried.
SOME = range(3_000)
MILLION = range(1_000_000, 2_000_000)
# How much longer an input of four times the size may take: linear is 4, square is 16.
_MOST_GROWTH = 9.0
_SECONDS_TO_MEASURE = 0.03


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reader]:
    return readers(tmp_path_factory.mktemp("fuzz"))


def _undeclared(reader: Reader, numbers: range) -> list[str]:
    """What came out that is no error of ours, with the number of its input."""
    found = []
    for number, content in zip(numbers, Mutator(reader.seeds).some(numbers), strict=True):
        try:
            reader.read(content)
        except reader.declared:
            continue
        except Exception as error:
            found.append(f"input {number}: {error!r}")
    return found


def _shared(reader: Reader, numbers: range) -> range:
    """Its part of all numbers."""
    return numbers[: len(numbers) * reader.share // 1000]


NAMES = (
    "replies", "plans of replies", "reply lines", "a shell", "answers of the API", "logs", "YAML",
    "inventories", "INI", "playbooks", "vaults", "known_hosts", "journals", "saved plans",
)  # fmt: skip


def test_every_reader_has_its_share(every: dict[str, Reader]) -> None:
    """A reader that is added is tried, and all shares are the whole."""
    assert tuple(every) == NAMES
    assert sum(reader.share for reader in every.values()) == 1000


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("numbers", [SOME, pytest.param(MILLION, marks=pytest.mark.long)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_declared_errors(every: dict[str, Reader], name: str, numbers: range) -> None:
    """Each input is read, or refused in words."""
    mine = _shared(every[name], numbers)
    assert _undeclared(every[name], mine) == []
    counted("fuzz", "altered inputs of 14 readers, 0 undeclared errors", len(mine))


def _took(reader: Reader, content: bytes) -> float:
    began = time.process_time()
    with contextlib.suppress(*reader.declared):
        reader.read(content)
    return time.process_time() - began


def _growth(reader: Reader, head: bytes, piece: bytes, tail: bytes) -> float:
    """The ratio of times of an input and one with four times as many pieces; 0 where both are too
    short to be measured."""
    count = max(1, (8 << 10) // len(piece))
    small, large = (head + piece * times * count + tail for times in (1, 4))
    slow = _took(reader, large)
    if slow < _SECONDS_TO_MEASURE:
        return 0.0
    # What was slow by chance is measured again, and the quickest counts.
    slow = min(slow, *(_took(reader, large) for _ in range(2)))
    return slow / max(1e-4, min(_took(reader, small) for _ in range(3)))


def _too_slow(reader: Reader, numbers: range) -> Iterator[str]:
    for number in numbers:
        parts = grown(reader.seeds, random.Random(number))
        if parts[1]:
            growth = _growth(reader, *parts)
            if growth > _MOST_GROWTH:
                yield f"growing input {number}, {parts[1][:40]!r}: {growth:.0f} times for 4"


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "numbers", [range(4), pytest.param(range(1000, 1200), marks=pytest.mark.long)], ids=str
)
@pytest.mark.parametrize("name", NAMES)
def test_no_input_takes_more_than_its_length(
    every: dict[str, Reader], name: str, numbers: range
) -> None:
    """A long input takes as much longer as it is longer: no square, no explosion."""
    reader = every[name]
    grown_ones = numbers if reader.is_growing else range(0)
    assert list(_too_slow(reader, grown_ones)) == []
    counted("fuzz", "growing inputs, none slower than its length", len(grown_ones))


def test_the_campaign_can_fail() -> None:
    """Planted: a reader that trips over a zero byte, and one that compares all with all."""

    def trips(content: bytes) -> None:
        if b"\x00" in content:
            raise ValueError("a zero byte")

    seeds = [Path(__file__).read_bytes()]
    assert "a zero byte" in _undeclared(Reader(seeds, trips, (InputError,), 0), SOME)[0]
    assert not _undeclared(Reader(seeds, trips, (ValueError,), 0), SOME)
    assert next(_too_slow(Reader(seeds, _square, (), 0), range(20)))


def _square(content: bytes) -> None:
    for at in range(0, len(content), 4):
        content[:at].count(b"x")
