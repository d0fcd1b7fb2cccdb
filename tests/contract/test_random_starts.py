"""Random legal starting states: a run converges, or refuses at the first look."""

from __future__ import annotations

import copy

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cmsdeploy.lab import World
from cmsdeploy.model.step import Severity
from tests.contract.engineer import Engineer, Outcome, digest, written
from tests.contract.starts import Start, brought_into_state, starts
from tests.contract.wire import Cut, Fuse

CHECKS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)


def founded_in_secret(world: World) -> frozenset[str]:
    """Stopped servers that somebody made founders of clusters of their own.

    A stopped box shows no membership, and a run of ours that is cut before its join leaves boxes
    that look just the same; so this cannot be refused at the first look. The box itself says so
    when it is asked to join, and that ends the run in words.
    """
    return frozenset(
        name
        for name, box in world.boxes.items()
        if not box.xmpp.is_enabled and box.xmpp.cluster_number is not None
    )


def _is_in_words(outcome: Outcome, hidden: frozenset[str]) -> bool:
    errors = outcome.report.errors if outcome.report else {}
    return bool(errors) and all(
        host in hidden and "already in an XMPP cluster" in error.cause
        for host, error in errors.items()
    )


def converges_or_refuses(start: Start) -> None:
    """The property of all tests here."""
    world = brought_into_state(start)
    hidden = founded_in_secret(world)
    engineer = Engineer(world, start.wanted)
    outcome = engineer.run()
    if outcome.plan.refusals:
        event(", ".join(sorted({refusal.rule for refusal in outcome.plan.refusals})))
        assert outcome.plan.steps == ()
        assert written(world) == {name: [] for name in world.boxes}
        return
    if _is_in_words(outcome, hidden):
        event("the box says that it is in another cluster")
        return
    event("nothing to do" if outcome.report is None else "converged")
    assert outcome.report is None or outcome.report.errors == {}
    second = engineer.again().plan()
    assert [step.identity for step in second.plan.steps] == []
    assert second.plan.refusals == ()
    assert [each for each in second.problems if each.severity is Severity.ERROR] == []


@settings(CHECKS, max_examples=1300)
@given(starts(3))
def test_three_servers_in_any_state(start: Start) -> None:
    """Laws 1 and 3, for the number of servers that Cisco recommends."""
    converges_or_refuses(start)


@settings(CHECKS, max_examples=400)
@given(starts(5))
def test_five_servers_in_any_state(start: Start) -> None:
    """Laws 1 and 3, for a larger cluster."""
    converges_or_refuses(start)


@settings(CHECKS, max_examples=400)
@given(starts(1, 2))
def test_one_or_two_servers_in_any_state(start: Start) -> None:
    """Laws 1 and 3, for clusters that cannot spare a member."""
    converges_or_refuses(start)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(CHECKS, max_examples=20_000)
@given(starts(1, 2, 3, 3, 3, 4, 5))
def test_twenty_thousand_states(start: Start) -> None:
    """Laws 1 and 3, as a campaign."""
    converges_or_refuses(start)


def cut_and_goes_on(start: Start, where: float, cut: Cut) -> None:
    """From ``start``, a run that is cut at the part ``where`` of its writes ends as others do."""
    begun = brought_into_state(start)
    hidden = founded_in_secret(begun)
    whole = copy.deepcopy(begun)
    engineer = Engineer(whole, start.wanted)
    outcome = engineer.run()
    if outcome.report is None or _is_in_words(outcome, hidden):
        return
    assert outcome.report.errors == {}
    number = 1 + int(where * (engineer.fuse.writes - 1))
    Engineer(begun, start.wanted, fuse=Fuse(number, cut)).run_until_cut()
    second = Engineer(begun, start.wanted).run()
    assert second.plan.refusals == ()
    assert second.report is None or second.report.errors == {}
    assert Engineer(begun, start.wanted).plan().plan.is_empty
    assert begun.secrets.given == whole.secrets.given
    assert digest(begun) == digest(whole)


@settings(CHECKS, max_examples=250)
@given(starts(1, 2, 3, 3, 3, 5), st.floats(0, 1), st.sampled_from(Cut))
def test_a_run_from_any_state_that_is_cut_goes_on(start: Start, where: float, cut: Cut) -> None:
    """Laws 2 and 3, whatever the boxes had been through before the run that was cut."""
    cut_and_goes_on(start, where, cut)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(CHECKS, max_examples=5_000)
@given(starts(1, 2, 3, 3, 3, 4, 5), st.floats(0, 1), st.sampled_from(Cut))
def test_five_thousand_cuts(start: Start, where: float, cut: Cut) -> None:
    """Laws 2 and 3, as a campaign."""
    cut_and_goes_on(start, where, cut)
