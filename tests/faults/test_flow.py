"""The toxics do what they say, byte for byte, before anything is believed that they show."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.flow import Direction, End, Flow, How, Kind, Pause, Send, Toxic

UP = Direction.UP
STREAM = bytes(range(64))


def _through(
    toxics: Sequence[Toxic], sizes: Sequence[int], seed: int = 0
) -> tuple[bytes, list[object], float]:
    """What comes out, how it ended, and how long it was held, for a stream in pieces."""
    flow, sent, ends, waited, place = Flow(toxics, seed), b"", list[object](), 0.0, 0
    for size in sizes:
        for act in flow.feed(STREAM[place : place + size], place):
            if isinstance(act, Send):
                sent += act.content
            elif isinstance(act, Pause):
                waited += act.seconds
            else:
                ends.append(act.how)
        if ends:
            break
        place += size
    return sent, ends, waited


WAYS = [
    (Kind.CUT, How.CUT),
    (Kind.RESET, How.RESET),
    (Kind.STALL, How.STALL),
    (Kind.HALF_CLOSE, How.HALF),
    (Kind.LIMIT_DATA, How.CUT),
]


@pytest.mark.parametrize(("kind", "how"), WAYS)
@pytest.mark.parametrize("size", [1, 5, 64])
def test_an_end_is_at_its_byte_whatever_the_pieces(kind: Kind, how: How, size: int) -> None:
    """Each of the 64 places: exactly so many bytes pass, and then it ends as named."""
    for at in range(64):
        sent, ends, _ = _through([Toxic(kind, UP, at)], [size] * (-(-64 // size)))
        assert (sent, ends) == (STREAM[:at], [how])


@pytest.mark.parametrize("size", [1, 7, 64])
def test_changes_are_at_their_byte(size: int) -> None:
    """One bit, a repeated byte, a lost byte: the rest is as it was."""
    sizes = [size] * (-(-64 // size))
    for at in range(64):
        flipped, _, _ = _through([Toxic(Kind.FLIP, UP, at, 7)], sizes)
        assert flipped == STREAM[:at] + bytes([STREAM[at] ^ 128]) + STREAM[at + 1 :]
        doubled, _, _ = _through([Toxic(Kind.DUPLICATE, UP, at, 1)], sizes)
        assert doubled == STREAM[: at + 1] + STREAM[at:]
        lost, _, _ = _through([Toxic(Kind.DROP, UP, at, 1)], sizes)
        assert lost == STREAM[:at] + STREAM[at + 1 :]


def test_several_places_in_one_piece() -> None:
    """Two changes and an end, in the order of their places."""
    toxics = [Toxic(Kind.CUT, UP, 9), Toxic(Kind.FLIP, UP, 2, 0), Toxic(Kind.DROP, UP, 5, 1)]
    sent, ends, _ = _through(toxics, [64])
    assert (sent, ends) == (bytes([0, 1, 3, 3, 4, 6, 7, 8]), [How.CUT])


def test_time_is_added_up() -> None:
    """Bytes stay; latency, bandwidth, slices and drips hold them for as long as they say."""
    rows = [
        (Toxic(Kind.LATENCY, UP, value=0.5), 2 * 0.5),
        (Toxic(Kind.BANDWIDTH, UP, value=32), 2.0),
        (Toxic(Kind.SLICER, UP, value=8, jitter=0.25), 8 * 0.25),
        (Toxic(Kind.DRIP, UP, at=60, value=1.0), 4.0),
    ]
    for toxic, seconds in rows:
        sent, ends, waited = _through([toxic], [32, 32])
        assert (sent, ends) == (STREAM, [])
        assert waited == pytest.approx(seconds), toxic


def test_the_end_itself_can_be_late() -> None:
    """SLOW_CLOSE holds the end back and nothing else."""
    flow = Flow([Toxic(Kind.SLOW_CLOSE, UP, value=3.0)])
    assert list(flow.feed(b"x", 0)) == [Send(b"x")]
    assert list(flow.end()) == [Pause(3.0), End(How.HALF)]


@given(st.lists(st.integers(1, 20), min_size=1), st.integers(0, 2**32))
def test_a_seed_decides_everything(sizes: list[int], seed: int) -> None:
    """The same seed, the same acts; without toxics nothing is changed at all."""
    toxics = [Toxic(Kind.LATENCY, UP, value=1, jitter=1), Toxic(Kind.SLICER, UP, value=3)]
    assert _through(toxics, sizes, seed) == _through(toxics, sizes, seed)
    assert _through([], sizes)[0] == STREAM[: sum(sizes)]
