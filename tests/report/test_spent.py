"""Where the time went: each second is counted once, under the right word."""

from __future__ import annotations

from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.report.spent import Spent, spent_lines


def _told() -> Spent:
    spent = Spent(waits={"a/wait"})
    for event, now in (
        (Event(EventKind.HOST_READ, "a", seconds=1.0), 1.0),
        (Event(EventKind.STEP_INTENDED, "a", "a/do"), 2.0),
        (Event(EventKind.STEP_DONE, "a", "a/do"), 4.0),
        (Event(EventKind.STEP_PROVED, "a", "a/do"), 4.5),
        (Event(EventKind.STEP_INTENDED, "a", "a/wait"), 4.5),
        (Event(EventKind.STEP_FAILED, "a", "a/wait"), 9.5),
        (Event(EventKind.STEP_SKIPPED, "b", "b/do"), 9.5),
    ):
        spent.take(event, now)
    return spent


def test_each_second_once() -> None:
    """The look of a proof is reading, a wait that fails is a wait; who did nothing has no line."""
    spent = _told()
    assert (spent.reads["a"], spent.writes["a"], spent.waited["a"]) == (1.5, 2.0, 5.0)
    assert list(spent_lines(spent, 10.0)) == [
        "where the time went      read     write      wait      idle",
        "a                       1.5 s     2.0 s     5.0 s     1.5 s",
    ]


def test_no_events_and_many_boxes() -> None:
    """Nothing is said of nothing; of many boxes the slowest are shown."""
    assert list(spent_lines(Spent(), 5.0)) == []
    spent = Spent()
    for number in range(12):
        spent.take(Event(EventKind.HOST_READ, f"cb{number}", seconds=float(number)), 0.0)
    lines = list(spent_lines(spent, 20.0))
    assert lines[1].startswith("cb11 ")
    assert lines[-1] == "and 2 more boxes that took less"
