"""The pauses of a playbook: they hold what comes after them, and where nothing comes, are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from cmsdeploy.model.action import Pause
from cmsdeploy.model.step import Step
from cmsdeploy.planning.order import Placed

__all__ = ["is_pause", "placed_pause", "settled"]


def is_pause(step: Step) -> bool:
    """Whether ``step`` holds the run instead of changing a box."""
    return isinstance(step.action, Pause)


def placed_pause(pause: Pause, title: str, place: tuple[int, int]) -> Placed:
    """A pause in its place, with no host yet: which boxes will have steps is not known there."""
    return Placed(Step("", "", "", pause, f"the play pauses: {title}"), place)


def settled(placed: Sequence[Placed]) -> list[Placed]:
    """Give each pause to the host that goes on first after it, and leave out those after which
    nobody goes on: a second plan has no steps, and so it has no pauses."""
    kept: list[Placed] = []
    host = ""
    for each in reversed(placed):
        if not is_pause(each.step):
            host = each.step.host
            kept.append(each)
        elif host:
            kept.append(replace(each, step=replace(each.step, host=host)))
    kept.reverse()
    numbers = count(1)
    return [_named(each, numbers) if is_pause(each.step) else each for each in kept]


def _named(each: Placed, numbers: Iterator[int]) -> Placed:
    identity = f"{each.step.host}/pause/{next(numbers)}"
    return replace(each, step=replace(each.step, identity=identity))
