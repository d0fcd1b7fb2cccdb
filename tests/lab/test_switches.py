"""Switches: a wrong name or position is refused, every position carries a whole deployment."""

from __future__ import annotations

import pytest

from cmsdeploy.lab import SWITCHES, UnknownPositionError, UnknownSwitchError, World

from .material import DOMAIN, configure, said


def test_unknown_switch_is_refused_with_a_suggestion() -> None:
    """A typing slip is told what was meant."""
    with pytest.raises(UnknownSwitchError, match="Did you mean 'initialize-asks'"):
        World({"initialise-asks": "yes"})


def test_unknown_position_is_refused_with_the_list() -> None:
    """A wrong position is told which ones there are."""
    with pytest.raises(UnknownPositionError, match="no, yes"):
        World({"initialize-asks": "maybe"})


@pytest.mark.parametrize("name", sorted(SWITCHES))
def test_a_row_is_complete(name: str) -> None:
    """Every doubt names its source and has a default among at least two positions."""
    switch = SWITCHES[name]
    assert switch.default in switch.positions
    assert len(set(switch.positions)) == len(switch.positions) >= 2
    assert switch.source
    assert switch.decides


@pytest.mark.parametrize(
    ("name", "position"), [(s.name, p) for s in SWITCHES.values() for p in s.positions]
)
def test_every_position_carries_a_cluster_of_two(name: str, position: str) -> None:
    """Whatever the position, the order of TAC-217319 ends in a leader and a follower."""
    world = World({name: position})
    first, second = world.add_box("cb1"), world.add_box("cb2")
    for box in (first, second):
        configure(box)
        said(box, "xmpp enable")
    said(first, "xmpp callbridge add cb1")
    second.execute("xmpp callbridge add-secret cb1").answer(first.xmpp.callbridges["cb1"])
    for box in (first, second):
        said(box, "xmpp disable", "xmpp cluster enable")
    _confirm(world, "cb1", "xmpp cluster initialize")
    said(first, "xmpp enable")
    said(second, "xmpp enable")
    _confirm(world, "cb2", f"xmpp cluster join {first.address}")
    heads = [said(box, "xmpp cluster status").split("\n")[0] for box in (first, second)]
    assert heads == ["State: LEADER", "State: FOLLOWER"]
    assert first.xmpp.domain == second.xmpp.domain == DOMAIN


def _confirm(world: World, name: str, line: str) -> None:
    exchange = world.boxes[name].execute(line)
    if exchange.question is not None:
        exchange = exchange.answer("Y")
    assert "FAILURE" not in exchange.text


# Columns: switch, position, commands before, the last command, a piece of its text.
EFFECTS = [
    ("callbridge-add-needs-running", "yes", "", "xmpp callbridge add x", "FAILURE: XMPP server is"),
    ("callbridge-add-reply", "record", "", "xmpp callbridge add x", "Success    : true\nCallb"),
    ("callbridge-add-reply", "line", "", "xmpp callbridge add x", "Added callbridge: Secret: "),
    ("setter-reply", "success", "", "xmpp listen b", "SUCCESS: Interface whitelist configured"),
    ("enable-when-enabled", "failure", "xmpp enable", "xmpp enable", "FAILURE: XMPP server is alr"),
    ("disable-when-disabled", "failure", "", "xmpp disable", "FAILURE: XMPP server is not enabled"),
    ("disable-when-disabled", "success", "", "xmpp disable", "SUCCESS: XMPP server disabled"),
    ("reset-while-enabled", "refused", "xmpp enable", "xmpp reset", "FAILURE: XMPP server is ena"),
    ("reset-clears-certs-and-domain", "yes", "xmpp reset", "xmpp", "ain                  : none"),
    ("reset-clears-certs-and-domain", "no", "xmpp reset", "xmpp", ": tptac9.com"),
    ("xmpp-status-layout", "unpadded", "", "xmpp", "Enabled : false\nClustered : false"),
    ("xmpp-status-layout", "minimal", "", "xmpp", "Enabled                 : false\nDomain"),
    ("xmpp-status-shows-clustered", "no", "", "xmpp", "false\nDomain"),
    (
        "cluster-status-when-disabled",
        "line",
        "xmpp cluster enable",
        "xmpp cluster status",
        "XMPP server not running\n",
    ),
    (
        "cluster-status-when-disabled",
        "settings",
        "xmpp cluster enable",
        "xmpp cluster status",
        "Key file : node.key\n",
    ),
    ("cluster-status-when-not-clustered", "line", "", "xmpp cluster status", "XMPP clustering not"),
    (
        "cluster-status-when-alone",
        "candidate",
        "xmpp cluster enable ; xmpp enable",
        "xmpp cluster status",
        "State: CANDIDATE\nList of peers\n10.0.0.1:5222\nLast",
    ),
    (
        "cluster-status-when-alone",
        "follower",
        "xmpp cluster enable ; xmpp enable",
        "xmpp cluster status",
        "State: FOLLOWER\nList of peers\nLast",
    ),
    (
        "cluster-status-when-alone",
        "failure",
        "xmpp cluster enable ; xmpp enable",
        "xmpp cluster status",
        "FAILURE: This node is not",
    ),
    ("version-layout", "labelled", "", "version", "Version: 2.9.5\n"),
    ("pki-verdict", "plain", "", "pki match node.key node.cer", "Key and certificate match\n"),
    ("settings-while-enabled", "accepted", "xmpp enable ; xmpp listen b", "xmpp", ": b\n"),
    (
        "initialize-again",
        "no-change",
        "xmpp cluster enable ; xmpp cluster initialize",
        "xmpp cluster initialize",
        "SUCCESS: ",
    ),
    (
        "trust-needed-before-enable",
        "no",
        "xmpp cluster trust none ; xmpp cluster enable",
        "xmpp enable",
        "SUCCESS: XMPP server enabled",
    ),
]


@pytest.mark.parametrize(("name", "position", "before", "line", "piece"), EFFECTS)
def test_a_position_changes_what_the_box_says(
    name: str, position: str, before: str, line: str, piece: str
) -> None:
    """Each row is one doubt made visible."""
    box = World({name: position}).add_box("cb1")
    configure(box)
    box.execute(before)
    assert piece in box.execute(line).text


def test_questions_want_a_capital_y() -> None:
    """A small y does not go on (TAC-216549, TAC-214620)."""
    box = World({"initialize-asks": "yes"}).add_box("cb1")
    configure(box)
    said(box, "xmpp cluster enable")
    assert box.execute("xmpp cluster initialize").answer("y").is_refused
    assert box.xmpp.cluster_number is None
    assert not box.execute("xmpp cluster initialize").answer("Y").is_refused
    assert box.xmpp.cluster_number is not None
