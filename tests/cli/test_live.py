"""The table at the bottom of a terminal: there while it runs, gone afterwards, never in a log."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import pytest

from tests.cli.screen import Screen, Terminal

_BEGIN = """
import sys, time
from cmsdeploy.cli.console import Console
from cmsdeploy.cli.progress import Progress
from cmsdeploy.model.action import Command
from cmsdeploy.model.event import Event, EventKind as Kind
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Step
console = Console.for_terminal("--no-color" not in sys.argv)
progress = Progress(console, 0, is_json=False)
boxes = {f"cb{number}": "paris" if number % 2 else "rome" for number in range(1, 4)}
steps = tuple(Step(f"{b}/x/y", b, "x", Command.of("thing", "on", b), "it runs") for b in boxes)
plan = Plan(tuple(boxes), steps)
def begin(box): progress(Event(Kind.STEP_INTENDED, box, f"{box}/x/y", f"thing on {box}"))
def end(box): progress(Event(Kind.STEP_DONE, box, f"{box}/x/y", "", 0.5))
"""
_RUN = (
    _BEGIN
    + """
with progress.reading(boxes):
    input()
    progress(Event(Kind.HOST_READ, "cb1", seconds=1.0))
    progress(Event(Kind.HOST_UNREACHABLE, "cb2", text="nobody\\x1b[2J\\x9b31m listens"))
    input()
print("the plan")
with progress.carrying_out(plan):
    begin("cb1")
    input()
    end("cb1")
    begin("cb3")
    console.note(progress.asking(lambda question: input(question))("Go on? "))
    input()
    end("cb3")
print("the end")
"""
)


@pytest.fixture
def terminals() -> Iterator[Callable[..., Terminal]]:
    """Starts scripts on terminals, and ends them with the test."""
    made: list[Terminal] = []

    def start(script: str, *size: int, **more: str) -> Terminal:
        made.append(Terminal(script, size or (80, 24), more))
        return made[-1]

    yield start
    for terminal in made:
        terminal.close()


def test_there_and_gone(terminals: Callable[..., Terminal]) -> None:
    """Cluster, box, step, what is sent and why; lines stay above; a question has its own line."""
    terminal = terminals(_RUN)
    terminal.until("looking at the boxes: 0 of 3", "cb1 paris reading", "cb2 rome  reading")
    terminal.type("\n")
    terminal.until("cb1 paris read", "cb2 rome  no reply", r"nobody\x1b[2J\x9b31m listens")
    terminal.type("\n")
    terminal.until("carrying out: 0 of 3", "0/1 sends", "thing on cb1 \u2013 it runs")
    terminal.type("\n")
    terminal.until("Go on?")
    assert "carrying out" not in "\n".join(terminal.screen.shown)
    terminal.type("yes\n")
    terminal.until("yes", "carrying out: 1 of 3", "cb3   0/1 sends")
    terminal.type("\n")
    assert terminal.end() == 0
    shown = "\n".join(terminal.screen.shown)
    assert "looking at" not in shown
    assert "carrying out" not in shown
    order = [shown.index(text) for text in ("unreachable", "the plan", "thing on cb1", "the end")]
    assert order == sorted(order)
    assert "\x1b[2J" not in terminal.raw
    assert "\x9b" not in terminal.raw


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_terminal_is_clean_however_it_ends(
    terminals: Callable[..., Terminal], number: int
) -> None:
    """The cursor is never hidden, no setting is touched; after Ctrl-C the table is gone too."""
    script = _BEGIN + "with progress.reading(boxes):\n    time.sleep(60)\n"
    terminal = terminals(script)
    terminal.until("cb3")
    terminal.process.send_signal(number)
    assert terminal.end() != 0
    assert "\x1b[?" not in terminal.raw
    assert terminal.after() == terminal.before
    if number == signal.SIGINT:
        assert "looking at" not in "\n".join(terminal.screen.shown)


def test_every_size_of_window(terminals: Callable[..., Terminal]) -> None:
    """No line is longer than the window, and there are not more lines than it has."""
    script = (
        _BEGIN
        + """
boxes = {f"box-with-a-long-name-{number}": f"cluster-{number}" for number in range(30)}
with progress.reading(boxes):
    for box in boxes:
        progress(Event(Kind.HOST_READ, box, seconds=1.0))
    input()
"""
    )
    terminal = terminals(script, 200, 50)
    terminal.until("30 of 30", "box-with-a-long-name-29")
    for columns, rows in ((120, 24), (80, 24), (41, 8), (200, 3)):
        fresh = Screen(columns)
        terminal.resize(columns, rows, fresh)
        terminal.until("more: ")
        terminal.until("more: ")
        shown = fresh.shown
        titles = [at for at, line in enumerate(shown) if line.startswith("looking")]
        frame = shown[titles[-1] :]
        assert max(map(len, frame)) < columns
        assert len(frame) <= rows
    terminal.type("\n")
    assert terminal.end() == 0


@pytest.mark.parametrize(
    "more", [{"NO_COLOR": "1"}, {"CI": "true"}, {"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_plain_lines_where_nothing_may_move(
    terminals: Callable[..., Terminal], more: dict[str, str]
) -> None:
    """Not one control character; each line has its time, its place in the plan and its box."""
    terminal = terminals(_RUN.replace("input()", "time.sleep(0)"), **more)
    terminal.type("yes\n")
    assert terminal.end() == 0
    assert "\x1b" not in terminal.raw
    done = next(line for line in terminal.screen.shown if "done" in line)
    clock, place, box, word, *command = done.split()
    assert (clock[2::3], place, box, word) == ("::Z", "1/3", "cb1", "done")
    assert command[:3] == ["thing", "on", "cb1"]
