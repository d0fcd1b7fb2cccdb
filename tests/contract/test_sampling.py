"""What a sample of a campaign is, and that nothing changes it but its key."""

from __future__ import annotations

from tests.contract.sampling import WHOLE, sampled
from tests.transport.environment import environment

PLACES = range(1, 1001)


def test_each_part_of_the_way_has_one() -> None:
    """In order, none twice, and the same ones each time."""
    with environment(**{WHOLE: ""}):
        found = list(sampled(PLACES, 10, "a campaign"))
        assert [(place - 1) // 100 for place in found] == list(range(10))
        assert found == list(sampled(PLACES, 10, "a campaign"))
        assert found != list(sampled(PLACES, 10, "another one"))
        assert list(sampled(range(5), 10)) == list(range(5))


def test_whoever_wants_all_of_it_gets_all_of_it() -> None:
    """By the variable alone."""
    with environment(**{WHOLE: "1"}):
        assert list(sampled(PLACES, 10)) == list(PLACES)
