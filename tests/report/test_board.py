"""A board at any moment of a run: who does what, who waits for whom, and what does not fit."""

from __future__ import annotations

from dataclasses import replace

from cmsdeploy.model.action import Command, Pause, Wait
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.step import Proof, Sentence, Step
from cmsdeploy.report.board import Board, Row, folded

CLUSTERS = {"a": "paris", "b": "paris"}
MAKE = Step("a/x/make", "a", "x", Command.of("thing", "make"), "it is made", cluster="paris")
USE = Step(
    "b/x/use",
    "b",
    "x",
    Command.of("thing", "use"),
    "it is used",
    cluster="paris",
    needs=frozenset({"a/x/make"}),
)
WAIT = Step(
    "b/x/wait",
    "b",
    "x",
    Wait("it is seen", ()),
    "unused",
    cluster="paris",
    needs=frozenset({"b/x/use"}),
)


def _row(board: Board, host: str, now: float = 9.0) -> tuple[str, str, str]:
    row = next(row for row in board.rows(now) if row.host == host)
    return row.count, row.word, row.text


def test_boxes_that_are_read() -> None:
    """One answers, one does not; the time of each stands still when it has ended."""
    board = Board(CLUSTERS, began=1.0)
    assert _row(board, "a") == ("", "reading", "")
    board.take(Event(EventKind.HOST_READ, "a", seconds=0.5), 1.5)
    board.take(Event(EventKind.HOST_UNREACHABLE, "b", text="refused"), 2.0)
    assert _row(board, "b") == ("", "no reply", "refused")
    assert [row.seconds for row in board.rows(9.0)] == [0.5, 7.0]
    assert board.title == "looking at the boxes: 2 of 2"


def test_a_plan_that_is_carried_out() -> None:
    """Every state of a step, and what a box waits for on another one."""
    board = Board(CLUSTERS, (MAKE, USE, WAIT))
    assert _row(board, "a") == ("0/1", "next", "thing make")
    assert _row(board, "b") == ("0/2", "held", "until a has done [1] it is made")
    board.take(Event(EventKind.STEP_INTENDED, "a", MAKE.identity, "thing make"), 1.0)
    assert _row(board, "a") == ("0/1", "sends", "thing make \u2013 it is made")
    board.take(Event(EventKind.STEP_DONE, "a", MAKE.identity, "OK", 0.1), 2.0)
    assert _row(board, "a") == ("1/1", "done", "")
    assert _row(board, "b") == ("0/2", "next", "thing use")
    board.take(Event(EventKind.STEP_DONE, "b", USE.identity), 3.0)
    board.take(Event(EventKind.STEP_INTENDED, "b", WAIT.identity), 3.0)
    board.take(Event(EventKind.WAITING, "b", WAIT.identity, "it is seen", 1.0), 4.0)
    assert _row(board, "b") == ("1/2", "waits", "it is seen")
    board.take(Event(EventKind.STEP_FAILED, "b", WAIT.identity, "too late"), 5.0)
    assert _row(board, "b") == ("2/2", "FAILED", "too late")
    assert board.title == "carrying out: 3 of 3 steps"
    assert board.place(WAIT.identity) == "3/3"
    assert board.place("else/where") == ""


def test_a_failure_is_not_covered_by_what_is_skipped_after_it() -> None:
    """Nor by a proof that comes late."""
    board = Board(CLUSTERS, (MAKE, USE, WAIT))
    board.take(Event(EventKind.STEP_UNKNOWN, "b", USE.identity, "no answer"), 1.0)
    board.take(Event(EventKind.STEP_SKIPPED, "b", WAIT.identity), 1.0)
    board.take(Event(EventKind.STEP_SKIPPED, "a", MAKE.identity), 1.0)
    assert _row(board, "b") == ("2/2", "unknown", "no answer")
    assert _row(board, "a") == ("1/1", "skipped", "")


def test_a_box_that_is_read_again_proves() -> None:
    """Until the look has ended, well or badly; a step that nothing can show is not looked for."""
    sentence = Sentence("it is made", (), lambda state: True)
    steps = (replace(MAKE, proof=Proof(sentence)), replace(USE, proof=Proof(None)))
    board = Board(CLUSTERS, steps, points={MAKE.identity, USE.identity})
    board.take(Event(EventKind.STEP_DONE, "a", MAKE.identity), 1.0)
    assert _row(board, "a") == ("1/1", "proves", "that it is made")
    assert _row(board, "b") == ("0/1", "held", "until a has done [1] it is made")
    board.take(Event(EventKind.STEP_PROVED, "a", MAKE.identity), 2.0)
    assert _row(board, "a") == ("1/1", "done", "")
    assert _row(board, "b") == ("0/1", "next", "thing use")
    board.take(Event(EventKind.STEP_DONE, "b", USE.identity), 3.0)
    assert _row(board, "b") == ("1/1", "done", "")


def test_a_pause_is_no_wait() -> None:
    """A person is waited for, and that is said in another word."""
    pause = Step("a/pause", "a", "", Pause("look at the monitor"), "")
    board = Board(CLUSTERS, (pause, USE))
    board.take(Event(EventKind.PAUSED, "a", pause.identity, "pause until somebody goes on"), 1.0)
    assert _row(board, "a") == ("0/1", "paused", "pause until somebody goes on")


def test_what_nobody_knows_moves_nobody() -> None:
    """A host or a step of another plan, and the run as a whole."""
    board = Board(CLUSTERS, (MAKE,))
    for event in (
        Event(EventKind.RUN_STARTED, text="sha256:00"),
        Event(EventKind.STEP_DONE, "z", "z/x/y"),
    ):
        board.take(event, 1.0)
    assert board.title == "carrying out: 0 of 1 steps"


def _numbered(rank: int, number: int) -> Row:
    return Row("paris", f"cb{number}", "", f"word{rank}", "", 0.0, rank)


def test_thirty_boxes_in_ten_lines() -> None:
    """Bad ones first, then busy ones, in their order; the others are counted."""
    rows = [_numbered(5, n) for n in range(28)] + [_numbered(1, 28), _numbered(0, 29)]
    kept, rest = folded(rows, 10)
    assert [row.host for row in kept] == [f"cb{number}" for number in (*range(7), 28, 29)]
    assert rest == "and 21 more: 21 word5"
    assert folded(rows, 30) == (rows, "")
    assert folded(rows, 1) == ([], "and 30 more: 28 word5, 1 word1, 1 word0")
