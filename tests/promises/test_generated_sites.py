"""D11, D12: generated sites, looked at dry, carried out, and carried out once more. The long run
makes so many that of a thousand nothing is refused.

A site is what an inventory comes to: servers and call bridges in any number, any founder, either
recipe, on boxes to which anything may have been done before (``tests/contract/starts.py``).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from cmsdeploy.lab import World
from cmsdeploy.model.plan import Plan
from tests.contract.engineer import Engineer, written
from tests.contract.starts import Start, brought_into_state, starts
from tests.contract.test_laws import promised
from tests.contract.test_random_starts import CHECKS
from tests.promises.numbers import reached

_LONG = pytest.mark.long
_COUNTS = [25, pytest.param(1450, marks=_LONG)]


def _moved(world: World) -> dict[str, list[str]]:
    """Boxes that were asked to change something, with what they were asked."""
    return {name: lines for name, lines in written(world).items() if lines}


def _wrong(world: World, start: Start) -> Iterator[str]:
    """What is not as promised of one site. ``world`` is carried out to the end."""
    dry = Engineer(world, start.wanted).plan().plan
    if _moved(world):
        yield f"the dry run changes: {_moved(world)}"
    outcome = Engineer(world, start.wanted).run()
    if outcome.plan.digest != dry.digest:
        yield "the plan of the apply is another one"
    if outcome.plan.refusals and _moved(world):
        yield f"refused, and yet it changes: {_moved(world)}"
    failed = outcome.report.errors if outcome.report else {}
    if not outcome.plan.refusals:
        yield from _unsaid(world, dry, is_whole=not failed)
    if not outcome.plan.refusals and not failed:
        yield from _second(world, start)


def _unsaid(world: World, dry: Plan, *, is_whole: bool) -> Iterator[str]:
    """What a box was sent that was not printed, or not in that order; where a box said no, what
    follows was not sent."""
    said = promised(dry)
    for host, lines in written(world).items():
        printed = said.get(host, [])
        if lines != (printed if is_whole else printed[: len(lines)]):
            yield f"{host} was sent {lines}, and printed was {printed}"


def _second(world: World, start: Start) -> Iterator[str]:
    for box in world.boxes.values():
        box.audit.clear()
    second = Engineer(world, start.wanted).run()
    if second.plan.steps or _moved(world):
        yield f"the second apply changes: {_moved(world)}"


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", _COUNTS)
def test_dry_then_carried_out_then_nothing(count: int) -> None:
    """D11: nothing is changed, and what is printed is what is sent. D12: the second apply is
    empty. Sites that are refused count for the dry run alone."""
    tried: list[bool] = []

    @settings(CHECKS, max_examples=count)
    @given(starts(1, 2, 3, 3, 3, 4, 5))
    def one(start: Start) -> None:
        world = brought_into_state(start)
        assert list(_wrong(world, start)) == []
        tried.append(Engineer(world, start.wanted).plan().plan.is_empty)

    one()
    # Those that are refused end with a plan that refuses.
    applied = sum(tried)
    assert applied >= count // 3
    reached("D11", f"0 changes by {len(tried)} dry runs, printed is sent in {applied} of {applied}")
    reached("D12", f"{applied} of {applied} second applies are empty")


@settings(CHECKS, max_examples=1)
@given(starts(3))
def test_the_search_can_fail(start: Start) -> None:
    """Planted: a dry run in which somebody types at a box."""
    world = brought_into_state(start)
    world.boxes["cb1"].execute("ntp server add 10.9.9.9")
    assert any("the dry run changes" in one for one in _wrong(copy.deepcopy(world), start))
