"""A run as bars: one row for each box, time from left to right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cmsdeploy.model.gathering import gathered
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.report.graph_svg import Box, Line, Picture, Say, Text, fitted, in_english
from cmsdeploy.report.run import Outcome, Run, RunStep

__all__ = ["time_line"]

_LEFT, _WIDTH, _MARGIN = 190.0, 880.0, 24.0
_ROW, _BAR = 34.0, 18.0
_MOST_MARKS = 10
_STYLES = {
    Outcome.DONE: "good",
    Outcome.PROVED: "good",
    Outcome.SKIPPED: "box",
}
_OUTCOMES = {
    Outcome.DONE: "done",
    Outcome.PROVED: "done and proved",
    Outcome.FAILED: "failed",
    Outcome.UNKNOWN: "not known",
    Outcome.SKIPPED: "skipped",
    Outcome.BEGUN: "begun, no end",
}
# Seconds between the marks of the axis; the first that gives few enough of them is taken.
_MARKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400)


def time_line(run: Run, say: Say = in_english) -> Picture:
    """Draw the steps of ``run``; what failed, or has no end, is marked."""
    steps = [step for step in run.steps if step.outcome is not Outcome.SKIPPED]
    hosts = tuple(dict.fromkeys(step.host for step in steps))
    first = min((step.begun for step in steps), default=datetime.min)
    last = max((step.ended or run.ended or step.begun for step in steps), default=first)
    length = max((last - first).total_seconds(), 0.001)
    bottom = _MARGIN + len(hosts) * _ROW
    boxes: list[Box] = []
    texts: list[Text] = []
    own = gathered(steps, lambda step: step.host)
    for number, host in enumerate(hosts):
        top = _MARGIN + number * _ROW
        name = fitted(host, _LEFT - _MARGIN - 12, 12)
        texts.append(Text(_MARGIN, top + 13, name, 12, "bold"))
        boxes += _bars(own[host], top, (first, last), say)
    axis = list(_axis(length, bottom))
    return Picture(
        _LEFT + _WIDTH + _MARGIN,
        bottom + 40,
        say("Time line"),
        tuple(boxes),
        tuple(Line(((x, _MARGIN - 8), (x, bottom)), "faint", has_tip=False) for x, _ in axis),
        (*texts, *(Text(x, bottom + 18, label, 10, "dim", "middle") for x, label in axis)),
    )


def _bars(
    steps: list[RunStep], top: float, span: tuple[datetime, datetime], say: Say
) -> Iterator[Box]:
    first, last = span
    length = max((last - first).total_seconds(), 0.001)
    free = _LEFT
    for step in sorted(steps, key=lambda one: one.begun):
        ended = step.ended or last
        start = _LEFT + (step.begun - first) / timedelta(seconds=length) * _WIDTH
        end = _LEFT + (ended - first) / timedelta(seconds=length) * _WIDTH
        # A clock that was set back, or a step too short to see, still has its bar.
        start = max(start, free)
        end = max(end, start + 1.5)
        free = end
        title = say(
            Phrase(
                "{number} on {host}: {line}, {outcome}",
                number=step.number,
                host=step.host,
                line=say(step.line),
                outcome=say(_OUTCOMES[step.outcome]),
            )
        )
        title += f", {step.seconds:.1f} s" if step.ended else ""
        style = _STYLES.get(step.outcome, "wrong")
        # A sign beside the colour, for those who do not see it.
        sign = (Text((start + end) / 2, top + _BAR + 10, "!", 11, "bold", "middle"),)
        yield Box(start, top, end - start, _BAR, style, title, sign if style == "wrong" else ())


def _axis(length: float, bottom: float) -> Iterator[tuple[float, str]]:
    between = next((one for one in _MARKS if length / one <= _MOST_MARKS), length / _MOST_MARKS)
    for number in range(int(length / between) + 1):
        second = number * between
        label = f"{second:g} s" if second < 120 else f"{second / 60:g} min"
        yield _LEFT + second / length * _WIDTH, label
