"""Every shipped playbook of day two, killed at each of its writes: applied again, it converges.

Never refused after our own steps, and the end is that of an uncut run; new secrets apart, which are
made again where they are asked for again.
"""

from __future__ import annotations

import random
from contextlib import suppress
from functools import cache

import pytest

from tests.contract.engineer import digest
from tests.contract.sampling import sampled
from tests.contract.wire import Cut, Fuse, Killed
from tests.day_two.bookings import BOOKINGS, SIZES, Booking, Night, left_over

_SEED = 217319
# Each of some 3,600 was seen to go on (docs/day-two.md); a long run draws so many of each playbook.
_CUTS = 12
# What the second run was asked to make anew differs, and has to.
_MADE_ANEW = ("rotate-secrets",)


@cache
def _whole(booking: Booking, size: int) -> tuple[int, str]:
    """How many writes an uncut run has, and the end of it."""
    night = Night(booking, size)
    fuse = Fuse()
    outcome = night.run(fuse)
    assert outcome.plan.refusals == (), booking.title
    assert fuse.writes, booking.title
    return fuse.writes, digest(night.world)


def _cut(booking: Booking, size: int, number: int, cut: Cut) -> None:
    night = Night(booking, size)
    place = (booking.title, size, number, cut.value)
    with suppress(Killed):
        night.engineer(Fuse(number, cut)).run()
    outcome = night.run()
    assert outcome.plan.refusals == (), (place, outcome.plan.refusals)
    assert outcome.report is None or outcome.report.errors == {}, place
    assert left_over(night.engineer().afterwards()) == [], place
    assert night.is_majority_kept or booking.is_outage_allowed, place
    if booking.playbook not in _MADE_ANEW:
        assert digest(night.world) == _whole(booking, size)[1], place


@pytest.mark.parametrize("booking", BOOKINGS, ids=lambda booking: booking.title)
def test_killed_at_a_drawn_step_and_applied_again(booking: Booking) -> None:
    """One write of each playbook, the same one in every run."""
    writes, _ = _whole(booking, SIZES[0])
    drawn = random.Random(f"{_SEED} {booking.title}")
    _cut(booking, SIZES[0], drawn.randint(1, writes), drawn.choice(list(Cut)))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("booking", BOOKINGS, ids=lambda booking: booking.title)
@pytest.mark.parametrize("size", SIZES)
def test_killed_at_every_step_and_applied_again(booking: Booking, size: int) -> None:
    """Writes of each playbook, all along the way, cut in every way."""
    writes, _ = _whole(booking, size)
    places = [(number, cut) for cut in Cut for number in range(1, writes + 1)]
    chosen = sampled(places, _CUTS, (booking.title, size))
    for number, cut in chosen:
        _cut(booking, size, number, cut)
    print(f"{booking.playbook}, {booking.title}, {size} servers: {len(chosen)} cuts")
