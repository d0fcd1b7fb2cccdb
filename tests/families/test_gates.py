"""Gates before the first change: the database cluster and the clocks."""

from __future__ import annotations

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.families import families
from cmsdeploy.families.clock.facts import DATE, ClockState
from cmsdeploy.families.clock.facts import STATUS as API_STATUS
from cmsdeploy.families.clock.facts import understand as read_clock
from cmsdeploy.families.clock.family import ClockFamily, ClockSpec
from cmsdeploy.families.database.facts import STATUS, understand
from cmsdeploy.families.database.family import DatabaseFamily, DatabaseSpec
from cmsdeploy.lab import World
from cmsdeploy.model.action import Read, Reply
from cmsdeploy.model.secret import UNKNOWN, Unknown
from cmsdeploy.model.step import Severity
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, blank_world
from tests.families.cases import case

WELL = case("database-cluster-status.txt")
OLD = WELL.replace("Primary", "Master").replace("Replica", "Slave")


def _rules(text: str, *, is_wanted: bool = False) -> list[str]:
    state = understand({STATUS: Reply(text)})
    wanted = {"cb1": DatabaseSpec("default", is_wanted)}
    return [each.rule for each in DatabaseFamily().problems(wanted, {"cb1": state})]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (WELL, []),
        (OLD, []),
        (WELL.replace("( In Sync )", "( Out of Sync )", 1), ["database/cluster"]),
        (WELL.replace("Connected Replica", "Not connected", 1), ["database/cluster"]),
        (WELL.replace("Connected Primary", "Connected Replica ( In Sync )"), ["database/cluster"]),
        (WELL.replace("Connected Replica ( In Sync )", "Connected Primary"), ["database/cluster"]),
        (OLD.replace("Connected Slave ( In Sync )", "Connected Master", 1), ["database/cluster"]),
        (WELL.replace("(Success)", "(Failed)"), ["database/cluster"]),
        (WELL.replace("(Success)", "(In progress)"), ["database/cluster"]),
        (WELL.replace(": Enabled", ": Error"), ["database/cluster"]),
        (f"ERROR                    : no room\n{WELL}", ["database/cluster"]),
        ("Status                   : Disabled\n", []),
        ("", ["database/unseen"]),
        ("Unknown command: database cluster status\n", ["database/unseen"]),
        ("Zustand : gut\n", ["database/unseen"]),
    ],
)
def test_what_a_database_cluster_shows(text: str, rules: list[str]) -> None:
    """Both wordings; every trouble is named; what is not understood is a note, never an error."""
    assert _rules(text) == rules


def test_a_box_without_database_cluster_is_fine_unless_one_is_wanted() -> None:
    """By the parameter of the task."""
    alone = "Status                   : Disabled\n"
    assert _rules(alone, is_wanted=True) == ["database/alone"]
    assert _rules(WELL, is_wanted=True) == []
    site = Deployment().site("cb1")
    assert families()["database"].spec({"cluster": "wanted"}, site) == DatabaseSpec("default", True)
    with pytest.raises(InputError, match="cluster"):
        families()["database"].spec({"cluster": "yes"}, site)


def _api(moment: str, at: float) -> Reply:
    return Reply(f"<status><cdrTime>{moment}</cdrTime></status>", status=200, moment=at)


# 2017-08-13 07:27:58 UTC.
AT = 1502609278.0


@pytest.mark.parametrize(
    ("replies", "ahead", "is_utc"),
    [
        ({API_STATUS: _api("2017-08-13T07:27:58Z", AT)}, 0.0, True),
        ({API_STATUS: _api("2017-08-13T07:28:58Z", AT)}, 60.0, True),
        ({API_STATUS: _api("", AT), DATE: Reply("2017-Aug-13 07:27:58\n", moment=AT)}, 0.0, False),
        ({DATE: Reply("System time: 2017-Aug-13 07:27:48\n", moment=AT)}, -10.0, False),
        ({DATE: Reply("Sun Aug 13 07:27:58 CEST 2017\n", moment=AT)}, 0.0, False),
        ({DATE: Reply("Sun Aug  3 07:27:58 2017\n", moment=AT)}, -864000.0, False),
        ({DATE: Reply("2017-08-13 07:27:58\n", moment=AT)}, 0.0, False),
        ({DATE: Reply("2017-13-13 07:27:58\n", moment=AT)}, UNKNOWN, False),
        ({DATE: Reply("Unknown command: date\n", moment=AT)}, UNKNOWN, False),
        ({DATE: Reply("half past seven\n", moment=AT)}, UNKNOWN, False),
        ({API_STATUS: Reply("<!DOCTYPE x><status/>", status=200, moment=AT)}, UNKNOWN, False),
        ({API_STATUS: Reply("", status=404, moment=AT)}, UNKNOWN, False),
        ({}, UNKNOWN, False),
    ],
)
def test_which_clock_a_box_shows(
    replies: dict[Read, Reply], ahead: float | Unknown, is_utc: bool
) -> None:
    """The API first (SEEN); what reads like a date in the MMP's reply otherwise (RECALL)."""
    assert read_clock(replies) == ClockState(ahead, is_utc)


@pytest.mark.parametrize(
    ("ahead", "rules"),
    [
        ((0.0, 1.0, -1.0), {}),
        ((1000.0, 1059.0, 1060.0), {}),
        ((0.0, 61.5, 0.0), {1: "clock/skew"}),
        ((0.0, -300.0, 0.0), {1: "clock/skew"}),
        ((0.0, None, 0.0), {1: "clock/unseen"}),
        ((0.0, None, 90.0), {1: "clock/unseen", 2: "clock/skew"}),
    ],
)
def test_clocks_are_compared_with_each_other(
    ahead: tuple[float | None, ...], rules: dict[int, str]
) -> None:
    """With the middle one, whatever ours says; a clock that is not shown is a note."""
    states = [ClockState(UNKNOWN if one is None else one, True) for one in ahead]
    wanted = {f"cb{n}": ClockSpec("default", 60) for n in range(len(states))}
    found = ClockFamily().problems(wanted, dict(zip(wanted, states, strict=True)))
    assert {each.host: each.rule for each in found} == {f"cb{n}": r for n, r in rules.items()}


@pytest.mark.parametrize(
    ("ahead", "rule"),
    [(3600.0, "clock/unseen"), (-7200.0, "clock/unseen"), (19800.0, "clock/unseen"),
     (20700.0, "clock/unseen"), (3700.0, "clock/skew"), (400.0, "clock/skew")],
)  # fmt: skip
def test_a_time_zone_is_no_skew(ahead: float, rule: str) -> None:
    """`date` does not say its zone: what zones explain is a note, what they do not is an error."""
    wanted = dict.fromkeys(("cb1", "cb2", "cb3"), ClockSpec("default", 60))
    states = {"cb1": ClockState(0.0), "cb2": ClockState(ahead), "cb3": ClockState(0.0)}
    (found,) = ClockFamily().problems(wanted, states)
    assert (found.host, found.rule) == ("cb2", rule)


@pytest.mark.parametrize("within", ["0", "-1", "60s", "１", "", "999999999999", "86401"])
def test_seconds_are_seconds(within: str) -> None:
    """From one to a day."""
    with pytest.raises(InputError, match="within"):
        families()["clock"].spec({"within": within}, Deployment().site("cb1"))


WANTED = Deployment()


def _database(world: World) -> None:
    """A database cluster of three, made by hand."""
    for name, box in world.boxes.items():
        box.execute("database cluster localnode a")
        job = "initialize" if name == "cb1" else f"join {WANTED.address('cb1')}"
        asked = box.execute(f"database cluster {job}")
        if asked.question:
            asked.answer("Y")
        world.advance(600)


@pytest.mark.parametrize("words", ["primary", "master"])
def test_a_database_that_is_not_well_stops_the_first_change(words: str) -> None:
    """On simulated boxes: well in both wordings; then a node is lost, and nothing is planned."""
    # From 2.7 on certificates are asked for, which are not what this is about.
    world = blank_world(WANTED, {"database-role-words": words}, version="2.6")
    _database(world)
    assert Engineer(world, WANTED).plan().plan.refusals == ()
    world.boxes["cb3"].is_cut_off = True
    plan = Engineer(world, WANTED).plan().plan
    assert {refusal.rule for refusal in plan.refusals} == {"database/cluster"}
    assert plan.steps == ()


@pytest.mark.parametrize("layout", ["labelled", "bare", "unknown-command"])
def test_a_wrong_clock_stops_the_first_change(layout: str) -> None:
    """By the API, whatever `date` prints; within a minute it is fine."""
    world = blank_world(WANTED, {"date-layout": layout})
    world.boxes["cb2"].clock_offset = 50
    assert Engineer(world, WANTED).plan().plan.refusals == ()
    world.boxes["cb2"].clock_offset = -75
    comparison = Engineer(world, WANTED).plan()
    assert [(each.host, each.rule) for each in comparison.plan.refusals] == [("cb2", "clock/skew")]
    assert "behind" in comparison.plan.refusals[0].text
    assert Severity.ERROR in {each.severity for each in comparison.problems}


def test_a_gate_leaves_no_fact_that_moves_by_itself() -> None:
    """A plan that is approved in a minute must not be stale because a clock went on."""
    world = blank_world(WANTED)
    first = Engineer(world, WANTED).plan().plan
    world.advance(60)
    assert Engineer(world, WANTED).plan().plan.digest == first.digest
