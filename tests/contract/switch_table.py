"""What nobody knows of real boxes, and what then becomes of the main job: a table.

python -m tests.contract.switch_table      writes docs/lab-switches.md (the long run does it)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cmsdeploy.errors import DeviceError
from cmsdeploy.lab import SWITCHES
from tests.contract.deployment import CERTIFICATE, Deployment, names
from tests.contract.engineer import Engineer, Outcome, blank_world

__all__ = ["CHANGES", "POSITIONS", "RECIPES", "changed", "deployed"]

POSITIONS = [
    (switch.name, position)
    for switch in SWITCHES.values()
    for position in switch.positions
    # What only the wire of the lab obeys is tried over the wire: the core has no part in it.
    if switch.part != "wire"
]
RECIPES = ("tac-217319", "tac-213479")
CHANGES = ("certificates", "growth")
_TABLE = Path(__file__).parent.parent.parent / "docs" / "lab-switches.md"
_HEAD = """\
# What nobody knows of real boxes, and what then becomes of the main job

Written by the long test run. Each switch of the lab in each position: a first deployment by both
recipes, then new certificates, and two more servers, on a live cluster of three. `done` means that
the run ended well and that the second plan was empty. The defaults are in bold. The plays allow
`disruptive` and `shown-secrets`; without the latter, `add-secret-echo` on stops the run. The
switches of the wire are tried end to end, over SSH (`tests/e2e/test_wire_switches.py`).

| switch | position | first, tac-217319 | first, tac-213479 | certificates | growth |
| --- | --- | --- | --- | --- | --- |
"""


def verdict(outcome: Outcome) -> str:
    """How a run ended, in a few words; an error that is not the box's own is raised."""
    if outcome.plan.refusals:
        return "refused: " + ", ".join(sorted({each.rule for each in outcome.plan.refusals}))
    if outcome.report is None:
        return "nothing to do"
    for error in outcome.report.errors.values():
        if not isinstance(error, DeviceError):
            raise error
    return "; ".join(error.cause for error in outcome.report.errors.values()) or "done"


def _ended(engineer: Engineer) -> str:
    said = verdict(engineer.run())
    if said == "done" and not engineer.again().plan().plan.is_empty:
        return "the second plan is not empty"
    return said


def deployed(switch: str, position: str, recipe: str) -> str:
    """Three blank servers by ``recipe``."""
    wanted = Deployment(recipe=recipe)
    return _ended(Engineer(blank_world(wanted, {switch: position}), wanted))


def changed(switch: str, position: str, change: str) -> str:
    """A live cluster of three gets new certificates, or two more servers."""
    three = Deployment()
    five = Deployment(tuple(names(5)), tuple(names(5)))
    new = {**CERTIFICATE, "key": "new.key", "cert": "new.cer", "trust": "new.cer"}
    wanted = five if change == "growth" else Deployment(certificate=new)
    world = blank_world(wanted, {switch: position})
    first = verdict(Engineer(world, three).run())
    return _ended(Engineer(world, wanted)) if first == "done" else f"before it: {first}"


def _rows() -> Iterator[str]:
    for switch, position in POSITIONS:
        default = SWITCHES[switch].default == position
        cells = [
            switch,
            f"**{position}**" if default else position,
            *(deployed(switch, position, recipe) for recipe in RECIPES),
            *(changed(switch, position, change) for change in CHANGES),
        ]
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    _TABLE.write_text(_HEAD + "\n".join(_rows()) + "\n", encoding="utf-8")
