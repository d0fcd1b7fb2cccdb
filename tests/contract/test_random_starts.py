"""Random legal starting states: a run converges, or refuses at the first look."""

from __future__ import annotations

import copy
from collections import Counter

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cmsdeploy.lab import World
from cmsdeploy.model.step import Severity
from tests.contract.engineer import Engineer, Outcome, digest, written
from tests.contract.sampling import is_whole
from tests.contract.starts import Start, brought_into_state, starts
from tests.contract.wire import Cut, Fuse
from tests.promises.numbers import counted

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


def check_peers(world: World) -> None:
    """No server is listed twice, and none under an address that nobody has."""
    for cluster in world.clusters.values():
        addresses = [peer.address for peer in cluster.peers]
        assert len(addresses) == len(set(addresses))
        assert not any(peer.is_ghost for peer in cluster.peers)


def converges_or_refuses(start: Start) -> str:
    """The property of all tests here; gives how it ended."""
    world = brought_into_state(start)
    hidden = founded_in_secret(world)
    engineer = Engineer(world, start.wanted)
    outcome = engineer.run()
    if outcome.plan.refusals:
        event(", ".join(sorted({refusal.rule for refusal in outcome.plan.refusals})))
        assert outcome.plan.steps == ()
        assert written(world) == {name: [] for name in world.boxes}
        return "refused"
    assert not any("xmpp reset" in lines for lines in written(world).values())
    if _is_in_words(outcome, hidden):
        event("the box says that it is in another cluster")
        return "stopped by the box"
    event("nothing to do" if outcome.report is None else "converged")
    assert outcome.report is None or outcome.report.errors == {}
    second = engineer.again().plan()
    assert [step.identity for step in second.plan.steps] == []
    assert second.plan.refusals == ()
    assert [each for each in second.problems if each.severity is Severity.ERROR] == []
    check_peers(world)
    return "converged"


def _campaign(examples: int, *servers: int) -> None:
    """So many states of clusters of these sizes; D8 is told how many of them converged."""
    ends: Counter[str] = Counter()

    @settings(CHECKS, max_examples=examples)
    @given(starts(*servers))
    def one(start: Start) -> None:
        ends[converges_or_refuses(start)] += 1

    one()
    assert ends["converged"] > examples // 4
    what = "runs from any state: no peer listed twice at the end, no member reset"
    counted("D8", what, ends["converged"])


def test_three_servers_in_any_state() -> None:
    """Laws 1 and 3, for the number of servers that Cisco recommends."""
    _campaign(600, 3)


def test_five_servers_in_any_state() -> None:
    """Laws 1 and 3, for a larger cluster."""
    _campaign(150, 5)


def test_one_or_two_servers_in_any_state() -> None:
    """Laws 1 and 3, for clusters that cannot spare a member."""
    _campaign(200, 1, 2)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_more_states() -> None:
    """Laws 1 and 3, as a campaign."""
    _campaign(20_000 if is_whole() else 4_000, 1, 2, 3, 3, 3, 4, 5)


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


@settings(CHECKS, max_examples=120)
@given(starts(1, 2, 3, 3, 3, 5), st.floats(0, 1), st.sampled_from(Cut))
def test_a_run_from_any_state_that_is_cut_goes_on(start: Start, where: float, cut: Cut) -> None:
    """Laws 2 and 3, whatever the boxes had been through before the run that was cut."""
    cut_and_goes_on(start, where, cut)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(CHECKS, max_examples=5_000 if is_whole() else 300)
@given(starts(1, 2, 3, 3, 3, 4, 5), st.floats(0, 1), st.sampled_from(Cut))
def test_many_more_cuts(start: Start, where: float, cut: Cut) -> None:
    """Laws 2 and 3, as a campaign."""
    cut_and_goes_on(start, where, cut)
