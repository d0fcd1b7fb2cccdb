"""Behaviour of real boxes that nobody has proved: whatever it is, a run ends well, or in words."""

from __future__ import annotations

import pytest

from cmsdeploy.lab import SWITCHES
from tests.contract.campaign import cut_everywhere
from tests.contract.deployment import Deployment, names
from tests.contract.engineer import blank_world
from tests.contract.switch_table import CHANGES, POSITIONS, RECIPES, changed, deployed
from tests.contract.wire import Cut

# The one combination that cannot end well: a box that adds call bridges only while it runs, and
# the recipe that adds them while it is stopped. The box says so, and the recipe is the remedy.
CANNOT = {("callbridge-add-needs-running", "yes", "tac-213479"): "XMPP server is not running"}


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize(("switch", "position"), POSITIONS)
def test_a_first_deployment(switch: str, position: str, recipe: str) -> None:
    """Each switch in each position: three servers are deployed, and the second plan is empty."""
    said = deployed(switch, position, recipe)
    cause = CANNOT.get((switch, position, recipe))
    assert said == "done" if cause is None else cause in said


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("switch", "position"), POSITIONS)
def test_a_change_of_a_live_cluster(switch: str, position: str, change: str) -> None:
    """Each switch in each position: new certificates, or two servers more, end well too."""
    assert changed(switch, position, change) == "done"


# The switches that decide what a cut run leaves to be seen. The long run cuts in all positions, at
# so many writes of each.
_LOOKS = 8
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
    # Where a switch tells, every write; elsewhere a look at some is enough to see that it does not.
    most = None if switch in TELLING else _LOOKS
    key = (switch, position)
    assert cut_everywhere(world, wanted, (Cut.KILLED_AFTER,), most=most, key=key) == []
