"""Boxes that a run left on the way: something was stopped there, and not started again.

A step on the way that is disruptive and was begun, and a later one on the way that was not done,
are the two ends of it; no word of a command is needed to see that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cmsdeploy.errors import printable
from cmsdeploy.model.action import Wait
from cmsdeploy.model.step import Risk, Step

__all__ = ["Left", "left_lines", "left_on_the_way"]

_DONE, _SKIPPED = "done", "skipped"


@dataclass(frozen=True)
class Left:
    """One box: the step that stopped something there, and the one that would have ended it."""

    host: str
    begun: Step
    missing: Step


def left_on_the_way(steps: Sequence[Step], results: Mapping[str, str]) -> tuple[Left, ...]:
    """Of each host the last stop that was begun and has not ended. ``results`` are ``done``,
    ``failed`` (which may have had its effect) and ``skipped`` by the identity of a step."""
    found: dict[str, Left] = {}
    for begun, ended in _stretches(steps):
        if results.get(begun.identity, _SKIPPED) == _SKIPPED:
            continue
        found.pop(begun.host, None)
        if results.get(ended.identity, _SKIPPED) != _DONE:
            found[begun.host] = Left(begun.host, begun, ended)
    return tuple(found.values())


def _stretches(steps: Sequence[Step]) -> Iterator[tuple[Step, Step]]:
    """Each stop with the last step on the way before the next stop of that host."""
    begun: dict[str, Step] = {}
    ended: dict[str, Step] = {}
    for step in steps:
        if not step.is_transient or isinstance(step.action, Wait):
            continue
        if step.risk is Risk.SAFE:
            ended[step.host] = step
            continue
        if step.host in begun and step.host in ended:
            yield begun[step.host], ended.pop(step.host)
        begun[step.host] = step
        ended.pop(step.host, None)
    yield from ((begun[host], ended[host]) for host in begun if host in ended)


def left_lines(left: Sequence[Left], repair: str) -> Iterator[str]:
    """The lines for a person; ``repair`` is the one command that goes on from here."""
    for one in left:
        yield (
            f"{one.host}: stopped on the way, or may be: after `{printable(one.begun.action.line)}`"
            f" there was no `{printable(one.missing.action.line)}`"
        )
    if left:
        yield f"  next: {repair}"
