"""Walking the graph: side by side, stopped where it has to be, and nowhere else."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from cmsdeploy.errors import CmsdeployError, DeviceError
from cmsdeploy.executor.apply import Result, walk
from cmsdeploy.model.event import Event, EventKind
from tests.executor.boxes import Site, step


def _fail() -> None:
    raise DeviceError("the box says no")


@pytest.mark.parametrize("forks", [1, 2, 20])
def test_steps_are_done_in_the_order_of_their_edges(forks: int) -> None:
    """Whatever the list and the number of workers, an edge is kept."""
    site = Site("a", "b")
    steps = [step("b/three", "a/two"), step("a/two", "b/one"), step("b/one")]
    report = walk(steps, site.carrier(), site.events.append, forks)
    assert [event.step for event in site.events if event.kind is EventKind.STEP_DONE] == [
        "b/one", "a/two", "b/three",
    ]  # fmt: skip
    assert set(report.results.values()) == {Result.DONE}


def test_hosts_are_worked_side_by_side() -> None:
    """Two steps that wait for each other end only where both are under way at once."""
    meeting = threading.Barrier(2)

    def meet() -> None:
        meeting.wait(10)

    site = Site("a", "b", meet=meet)
    report = walk([step("a/meet"), step("b/meet")], site.carrier(), site.events.append)
    assert set(report.results.values()) == {Result.DONE}


@pytest.mark.parametrize("forks", [1, 20])
def test_a_failure_stops_its_own_cluster_and_no_other(forks: int) -> None:
    """Paris stops behind the failed step; Rome goes on to its end."""
    site = Site("a", "b", "x", fail=_fail)
    steps = [
        step("a/fail", cluster="paris"),
        step("a/next", "a/fail", "paris"),
        step("b/late", "a/next", "paris"),
        step("x/one", cluster="rome"),
        step("x/two", "x/one", "rome"),
    ]
    report = walk(steps, site.carrier(), site.events.append, forks)
    assert {name: result.value for name, result in report.results.items()} == {
        "a/fail": "failed",
        "a/next": "skipped",
        "b/late": "skipped",
        "x/one": "done",
        "x/two": "done",
    }
    assert list(report.errors) == ["a"]
    assert str(report.errors["a"]) == "a fail: the box says no"
    assert site.told(EventKind.STEP_SKIPPED) == ["a/next", "b/late"]
    assert site.told(EventKind.STEP_FAILED) == ["a/fail"]


def test_what_waits_for_a_worker_is_not_begun_after_a_failure() -> None:
    """With one worker, the ready steps of other hosts of the cluster are held too."""
    site = Site("a", "b", "c", fail=_fail)
    report = walk(
        [step("a/fail"), step("b/one"), step("c/one")], site.carrier(), site.events.append, forks=1
    )
    assert site.sent == []
    assert report.results["b/one"] is report.results["c/one"] is Result.SKIPPED


def test_steps_under_way_are_finished_after_a_failure() -> None:
    """What was begun on another host of the cluster comes to its end."""
    begun, failed = threading.Event(), threading.Event()

    def fail() -> None:
        begun.wait(10)
        failed.set()
        _fail()

    def slow() -> None:
        begun.set()
        failed.wait(10)
        time.sleep(0.02)

    site = Site("a", "b", fail=fail, slow=slow)
    report = walk([step("a/fail"), step("b/slow")], site.carrier(), site.events.append)
    assert site.sent == ["slow"]
    assert report.results["b/slow"] is Result.DONE


def test_an_interrupt_lets_the_command_under_way_end_and_begins_no_other() -> None:
    """Ctrl-C while a box works: its step is done, the rest is skipped, nothing is lost."""

    def interrupted() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)

    site = Site("a", "b", press=interrupted)
    steps = [step("a/press"), step("a/next", "a/press"), step("b/late", "a/next")]
    report = walk(steps, site.carrier(), site.events.append)
    assert report.was_interrupted
    assert {name: result.value for name, result in report.results.items()} == {
        "a/press": "done",
        "a/next": "skipped",
        "b/late": "skipped",
    }
    assert site.sent == ["press"]


def test_a_disk_that_is_full_stops_before_the_next_change() -> None:
    """What the journal does not take is not sent, on no host."""
    site = Site("a", "b")
    told: list[Event] = []

    def journal(event: Event) -> None:
        if event.kind is EventKind.STEP_INTENDED and event.step == "a/two":
            raise CmsdeployError("the journal cannot be written", "make room")
        told.append(event)

    steps = [step("a/one"), step("a/two", "a/one"), step("a/three", "a/two"), step("b/x", "a/two")]
    report = walk(steps, site.carrier(journal), told.append)
    assert site.sent == ["one"]
    assert str(report.fatal) == "the journal cannot be written\n  next: make room"
    assert report.errors == {}
    assert report.results["a/three"] is report.results["b/x"] is Result.SKIPPED


def test_a_bug_of_ours_is_not_swallowed() -> None:
    """What is no expected failure comes out as it is."""

    def bug() -> None:
        raise ZeroDivisionError

    site = Site("a", bug=bug)
    with pytest.raises(ZeroDivisionError):
        walk([step("a/bug")], site.carrier(), site.events.append)


def test_nothing_to_do_is_done_at_once() -> None:
    """An empty plan starts nothing."""
    assert walk([], Site().carrier(), lambda _: None).results == {}
