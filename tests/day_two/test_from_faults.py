"""Every shipped playbook of day two, from healthy and from each single fault of the doctor's table.

It ends verified; or it refuses at the first look, in words that a person can act on, and nothing
was sent. A majority runs at every moment, by the lab's own record.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping

import pytest

from cmsdeploy.families import families
from cmsdeploy.model.explanation import Explanation
from cmsdeploy.model.step import Refusal
from cmsdeploy.planning.explanations import explanations_of
from tests.contract.engineer import Outcome
from tests.contract.sampling import sampled
from tests.day_two.bookings import BOOKINGS, SIZES, Booking, Night, left_over
from tests.day_two.shipped import PLAYBOOKS
from tests.doctor.table import FAULTS, Fault

# What no command of ours can mend: the change is made, and the finding stays until somebody acts.
# A record of the box itself leads its call bridge astray; an address that the inventory does not
# name may be somebody else's.
_LEFT_TO_A_PERSON: Mapping[str, str] = {
    "box_has_a_record_of_its_own": "dns/box-differs",
    "target_has_another_address": "dns/foreign-address",
}
# Parts of others, and what is no change of a cluster that is there.
_NOT_OF_DAY_TWO = frozenset(
    {
        "callbridges", "certificates", "dns", "imported", "preflight", "renew-certificates",
        "rotate-one", "site", "verify", "xmpp-resilience",
    }
)  # fmt: skip
_SEED = 213479
# The whole table was seen from each playbook (docs/day-two.md); a long run draws so much of it.
_FAULTS = 12
# A refusal says in one sentence what is so, and after it what to do.
_FEWEST_WORDS = 8
_rules: dict[str, Explanation] = {}


def _explained() -> Mapping[str, Explanation]:
    if not _rules:
        _rules.update(explanations_of(one.explanations for one in families().values()))
    return _rules


def _check_refusal(refusal: Refusal, place: object) -> None:
    told = _explained().get(refusal.rule)
    assert told is not None, (place, refusal.rule)
    assert told.repair, (place, refusal.rule)
    assert ";" in refusal.text or "," in refusal.text, (place, refusal.text)
    assert len(refusal.text.split()) >= _FEWEST_WORDS, (place, refusal.text)


def _judged(booking: Booking, size: int, fault: Fault | None) -> str:
    """How a night ends; asserts that it is one of the good ends."""
    night = Night(booking, size, fault)
    place = (booking.title, size, fault.name if fault else "healthy")
    outcome = night.run()
    assert night.is_majority_kept or booking.is_outage_allowed, place
    if outcome.plan.refusals:
        assert night.sent == [], place
        for refusal in outcome.plan.refusals:
            _check_refusal(refusal, place)
        return "refused"
    if fault is not None and fault.name in booking.unseen:
        assert outcome.report is not None
        assert outcome.report.errors, place
        night.world.network.mend()
        night.world.advance(200)
        outcome = night.run()
    rule = _LEFT_TO_A_PERSON.get(fault.name if fault else "")
    if rule is not None:
        return _left(night, outcome, rule, place)
    assert outcome.report is None or outcome.report.errors == {}, place
    assert left_over(night.engineer().afterwards()) == [], place
    return "done"


def _left(night: Night, outcome: Outcome, rule: str, place: object) -> str:
    """Done, and the cause is named; or it was waited for, before any secret was touched."""
    errors = outcome.report.errors if outcome.report else {}
    assert not errors or not any("callbridge add " in text for text in night.sent), place
    after = left_over(night.engineer().afterwards())
    assert not after or any(text.startswith(rule) for text in after), place
    return "left to a person" if after or errors else "done"


def _slice() -> list[tuple[Booking, int, Fault]]:
    """A fault for each playbook: drawn from the table, the same one in every run."""
    drawn = random.Random(_SEED)
    return [
        (booking, SIZES[number % len(SIZES)], drawn.choice(FAULTS))
        for number, booking in enumerate(BOOKINGS)
    ]


def test_every_playbook_of_day_two_is_in_the_campaign() -> None:
    """Who ships another one writes a line into the table, or says here why not."""
    shipped = {path.stem for path in PLAYBOOKS.glob("*.yml")}
    assert shipped - _NOT_OF_DAY_TWO == {booking.playbook for booking in BOOKINGS}


@pytest.mark.parametrize("booking", BOOKINGS, ids=lambda booking: booking.title)
@pytest.mark.parametrize("size", [3, pytest.param(5, marks=pytest.mark.long)])
def test_from_healthy_it_ends_verified(booking: Booking, size: int) -> None:
    """Done, proved, a majority at every moment, and the second plan is empty."""
    assert _judged(booking, size, None) == "done"


@pytest.mark.parametrize(
    ("booking", "size", "fault"),
    [
        pytest.param(booking, size, fault, id=f"{booking.title}, {size}, {fault.name}")
        for booking, size, fault in _slice()
    ],
)
def test_from_a_drawn_fault_it_ends_verified_or_refuses(
    booking: Booking, size: int, fault: Fault
) -> None:
    """A slice of the whole table."""
    _judged(booking, size, fault)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("booking", BOOKINGS, ids=lambda booking: booking.title)
@pytest.mark.parametrize("size", SIZES)
def test_from_every_fault_of_the_doctor(booking: Booking, size: int) -> None:
    """A sample of the table for each, or all of it; most of it does not stop the change."""
    chosen = sampled(FAULTS, _FAULTS, (booking.title, size))
    ends = Counter(_judged(booking, size, fault) for fault in chosen)
    print(f"{booking.playbook}, {booking.title}, {size} servers: {dict(ends)}")
    # Of the whole table most; a sample of it may have met those that refuse.
    assert ends["done"] > len(chosen) / 4
