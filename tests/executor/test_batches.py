"""How many hosts of a batch may fail before the whole run ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.errors import DeviceError
from cmsdeploy.executor.apply import Result, walk
from cmsdeploy.model.failure_limit import FailureLimit
from cmsdeploy.model.step import Step
from tests.executor.boxes import Site, step

HOSTS = ("a", "b", "c", "d")


def _fail() -> None:
    raise DeviceError("the box says no")


def batch(percent: float | None, failing: int) -> list[Step]:
    """Four hosts, each a cluster of its own, of which the first ``failing`` fail; then the next
    batch, which waits for all of them."""
    limit = None if percent is None else FailureLimit(0, 0, len(HOSTS), percent)
    first = [
        replace(
            step(f"{host}/{'fail' if number < failing else 'one'}", cluster=host),
            failure_limit=limit,
        )
        for number, host in enumerate(HOSTS)
    ]
    everybody = frozenset(each.identity for each in first)
    later = [replace(step(f"{host}/two", cluster=host), needs=everybody) for host in ("c", "d")]
    return [*first, *later]


@pytest.mark.parametrize("forks", [1, 20])
@pytest.mark.parametrize(
    ("percent", "failing", "goes_on"),
    [
        (None, 1, True),
        (0, 0, True),
        (0, 1, False),
        (24, 1, False),
        (25, 1, True),
        (49.9, 2, False),
        (50, 2, True),
        (100, 2, True),
    ],
)
def test_more_failed_hosts_than_the_limit_stop_all_clusters(
    percent: float | None, failing: int, goes_on: bool, forks: int
) -> None:
    """25 with one of four goes on, 24 stops: as in Ansible."""
    site = Site(*HOSTS, fail=_fail)
    report = walk(batch(percent, failing), site.carrier(), site.events.append, forks)
    expected = Result.DONE if goes_on else Result.SKIPPED
    assert report.results["c/two"] is report.results["d/two"] is expected
    assert len(report.errors) == failing
    assert report.fatal is None
    assert not report.was_interrupted


def test_a_host_that_fails_twice_counts_once() -> None:
    """Hosts are counted, not steps."""
    limit = FailureLimit(0, 0, 4, 25)
    steps = [
        replace(step("a/fail", cluster="one"), failure_limit=limit),
        replace(step("a/fail~2", cluster="two"), failure_limit=limit),
        step("b/later", "a/fail", "three"),
    ]
    site = Site("a", "b", fail=_fail, **{"fail~2": _fail})
    report = walk(steps, site.carrier(), site.events.append, forks=1)
    assert report.results["b/later"] is Result.DONE


def test_batches_are_counted_apart() -> None:
    """One of two in each batch is 50 per cent of each, not of both."""
    first, second = FailureLimit(0, 0, 2, 50), FailureLimit(0, 1, 2, 50)
    steps = [
        replace(step("a/fail", cluster="a"), failure_limit=first),
        replace(step("b/fail", cluster="b"), failure_limit=second),
        step("c/one", "b/fail", "c"),
    ]
    site = Site("a", "b", "c", fail=_fail)
    report = walk(steps, site.carrier(), site.events.append, forks=1)
    assert report.results["c/one"] is Result.DONE


def test_who_waits_is_let_to_the_end() -> None:
    """The task under way is finished on the other hosts; only what follows is not begun."""
    site = Site(*HOSTS, fail=_fail)
    carrier = site.carrier()
    walk(batch(0, 1), carrier, site.events.append, forks=20)
    assert not carrier.is_stopping()
