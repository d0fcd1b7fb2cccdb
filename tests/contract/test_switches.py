"""Behaviour of real boxes that nobody has proved: whatever it is, a run ends well, or in words."""

from __future__ import annotations

import copy
import os
from pathlib import Path

import pytest

from cmsdeploy.errors import DeviceError
from cmsdeploy.lab import SWITCHES
from tests.contract.campaign import cut_everywhere
from tests.contract.deployment import CERTIFICATE, Deployment, names
from tests.contract.engineer import Engineer, Outcome, blank_world
from tests.contract.wire import Cut

POSITIONS = [
    (switch.name, position)
    for switch in SWITCHES.values()
    for position in switch.positions
    # What only the wire of the lab obeys is tried over the wire: the core has no part in it.
    if switch.part != "wire"
]
_TABLE = Path(__file__).parent.parent.parent / "docs" / "lab-switches.md"
_HEAD = (
    "# What nobody knows of real boxes, and what then becomes of the main job",
    "",
    "Written by the long test run. Each switch of the lab in each position: a first deployment by"
    " both recipes, then",
    "new certificates and two more servers on the live cluster. `done` means that the second plan"
    " was empty.",
    "",
    "| switch | position | job | result |",
    "| --- | --- | --- | --- |",
)
RECIPES = ("tac-217319", "tac-213479")
# The one combination that cannot end well: a box that adds call bridges only while it runs, and
# the recipe that adds them while it is stopped. The box says so, and the recipe is the remedy.
CANNOT = {("callbridge-add-needs-running", "yes", "tac-213479"): "XMPP server is not running"}


@pytest.fixture(scope="module")
def table() -> list[str]:
    """One line for each run, printed by the last test of this file."""
    return []


def _verdict(outcome: Outcome) -> str:
    if outcome.plan.refusals:
        return "refused: " + ", ".join(sorted({each.rule for each in outcome.plan.refusals}))
    if outcome.report is None:
        return "nothing to do"
    errors = outcome.report.errors.values()
    assert all(isinstance(error, DeviceError) for error in errors)
    return "; ".join(str(error) for error in errors) or "done"


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize(("switch", "position"), POSITIONS)
def test_a_first_deployment(switch: str, position: str, recipe: str, table: list[str]) -> None:
    """Each switch in each position: three servers are deployed, and the second plan is empty."""
    wanted = Deployment(recipe=recipe)
    engineer = Engineer(blank_world(wanted, {switch: position}), wanted)
    verdict = _verdict(engineer.run())
    table.append(f"| {switch} | {position} | {recipe} | {verdict} |")
    cause = CANNOT.get((switch, position, recipe))
    if cause is None:
        assert verdict == "done"
        assert engineer.again().plan().plan.is_empty
    else:
        assert cause in verdict


@pytest.mark.parametrize("change", ["certificates", "growth"])
@pytest.mark.parametrize(("switch", "position"), POSITIONS)
def test_a_change_of_a_live_cluster(
    switch: str, position: str, change: str, table: list[str]
) -> None:
    """Each switch in each position: new certificates, or two servers more, end well too."""
    three = Deployment()
    five = Deployment(tuple(names(5)), tuple(names(5)))
    new = {**CERTIFICATE, "key": "new.key", "cert": "new.cer", "trust": "new.cer"}
    wanted = five if change == "growth" else Deployment(certificate=new)
    world = blank_world(wanted, {switch: position})
    assert _verdict(Engineer(world, three).run()) == "done"
    engineer = Engineer(world, wanted)
    verdict = _verdict(engineer.run())
    table.append(f"| {switch} | {position} | {change} | {verdict} |")
    assert verdict == "done"
    assert engineer.again().plan().plan.is_empty


# The switches that decide what a cut run leaves to be seen. The long run cuts in all positions.
TELLING = {
    "callbridge-add-needs-running",
    "initialize-again",
    "cluster-status-when-alone",
    "xmpp-status-shows-clustered",
    "sftp-read-keys",
    "api-xmpp-alarm",
}


@pytest.mark.parametrize(
    ("switch", "position"),
    [
        pytest.param(*pair, marks=() if pair[0] in TELLING else pytest.mark.long)
        for pair in POSITIONS
        if SWITCHES[pair[0]].default != pair[1]
    ],
)
def test_a_cut_first_deployment(switch: str, position: str) -> None:
    """Laws 2 and 3 hold in each position: a killed run goes on, wherever it was killed."""
    wanted = Deployment(tuple(names(3)), tuple(names(2)))
    world = blank_world(wanted, {switch: position})
    assert cut_everywhere(copy.deepcopy(world), wanted, (Cut.KILLED_AFTER,)) == []


@pytest.mark.long
def test_the_table(table: list[str]) -> None:
    """The verdicts, for people: the long run writes them to docs/lab-switches.md."""
    assert len(table) > 2 * len(POSITIONS)
    if os.environ.get("CMSDEPLOY_WRITE_TABLES"):
        _TABLE.write_text("\n".join([*_HEAD, *table]) + "\n", encoding="utf-8")
