"""Promises one by one, and the table of how boxes stand, from plans written by hand."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cmsdeploy.families import families
from cmsdeploy.model.action import Action, Command, Local, Manual
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Problem, Refusal, Severity, Step
from cmsdeploy.planning.compare import UNREACHABLE, Comparison
from cmsdeploy.planning.look import HostLook
from cmsdeploy.planning.numbers import number_note
from cmsdeploy.planning.promises import Promise, Verdict, promises
from cmsdeploy.planning.stage import Stage
from cmsdeploy.planning.tables import standing, untrue

HOSTS = ("b", "a")
CLUSTERS = {"a": "rome", "b": "paris"}
STAGE = Stage("pki", "files", dict.fromkeys(HOSTS, object()), CLUSTERS)
PAUSE = Stage("", "wait", {}, {})
RULES = sorted(families()["pki"].explanations)
DO = Command.of("pki", "list")


def _step(host: str, name: str, why: str, action: Action = DO, is_transient: bool = False) -> Step:
    return Step(f"{host}/pki/{name}", host, "pki", action, why, is_transient=is_transient)


def _compared(
    *steps: Step,
    problems: tuple[Problem, ...] = (),
    refusals: tuple[Refusal, ...] = (),
    drift: tuple[Step, ...] = (),
) -> Comparison:
    return Comparison(Plan(HOSTS, steps, refusals), problems, drift)


BLANK = _compared(_step("a", "key", "it has a key"), _step("b", "key", "it has a key"),
                  _step("a", "trust", "it trusts one"))  # fmt: skip


def _told(seen: Comparison) -> dict[tuple[str, str], Promise]:
    found = promises([PAUSE, STAGE], families(), BLANK, seen)
    assert [one.host for one in found] == sorted((one.host for one in found), key=HOSTS.index)
    return {(one.host, one.name): one for one in found}


def test_what_needs_no_step_is_kept() -> None:
    """Each sentence of a blank box, and each rule of the family, for every box."""
    told = _told(_compared())
    assert set(told.values()) == {
        Promise("rome", "a", "it has a key"), Promise("rome", "a", "it trusts one"),
        Promise("paris", "b", "it has a key"),
        *(Promise(CLUSTERS[host], host, rule) for host in HOSTS for rule in RULES),
    }  # fmt: skip


def test_what_needs_a_step_is_broken() -> None:
    """In the words of that step, once; a check that would change something says so too."""
    trust = _step("a", "trust", "it trusts two")
    told = _told(_compared(_step("a", "key", "it has a key"), drift=(trust,)))
    assert told["a", "it has a key"] == Promise(
        "rome", "a", "it has a key", Verdict.BROKEN, "it is not so that: it has a key"
    )
    assert told["a", "it trusts two"].verdict is Verdict.BROKEN
    assert ("a", "it trusts one") not in told
    assert told["b", "it has a key"].verdict is Verdict.KEPT


def test_a_cluster_that_is_refused_was_not_looked_at() -> None:
    """Nothing is kept there for all we know; the other cluster stands for itself."""
    gone = Refusal("a", UNREACHABLE, "no answer", "rome")
    told = _told(_compared(refusals=(gone,)))
    assert told["a", UNREACHABLE] == Promise("rome", "a", UNREACHABLE, Verdict.UNREAD, "no answer")
    assert told["a", "it has a key"] == Promise(
        "rome", "a", "it has a key", Verdict.UNSEEN, "not looked at, because: no answer"
    )
    assert told["b", "it has a key"].verdict is Verdict.KEPT
    other = Refusal("b", "pki/odd", "it is odd", "paris")
    told = _told(_compared(_step("b", "key", "it has a key"), refusals=(other,)))
    assert told["b", "pki/odd"] == Promise("paris", "b", "pki/odd", Verdict.BROKEN, "it is odd")
    assert told["b", "it has a key"].verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    ("severity", "verdict"),
    [(Severity.ERROR, Verdict.BROKEN), (Severity.NOTE, Verdict.UNSEEN)],
)
def test_a_rule_is_broken_by_an_error_only(severity: Severity, verdict: Verdict) -> None:
    """It takes the place of the promise that the rule is kept."""
    problem = Problem("a", RULES[0], "so it is", severity, "rome")
    told = _told(_compared(problems=(problem,)))
    assert told["a", RULES[0]] == Promise("rome", "a", RULES[0], verdict, "so it is")
    assert told["b", RULES[0]].verdict is Verdict.KEPT


def test_what_no_look_can_tell_is_not_untrue() -> None:
    """What people do, what is made here, and steps on the way."""
    plan = _compared(
        _step("a", "one", "by hand", Manual("do it")),
        _step("a", "two", "here", Local("make it", print)),
        _step("a", "three", "on the way", is_transient=True),
        _step("a", "four", "so it has to be"),
        drift=(_step("b", "five", "it would be"),),
    )
    assert untrue(plan) == {
        ("a", "pki", "so it has to be"): "a/pki/four",
        ("b", "pki", "it would be"): "b/pki/five",
    }


def test_a_family_without_a_table_says_how_much_is_wrong() -> None:
    """Steps and errors of its own count, what another family says does not."""
    look: Mapping[str, HostLook] = {host: HostLook(states={"pki": None}) for host in HOSTS}
    plan = _compared(
        _step("a", "key", "it has a key"), _step("a", "trust", "it trusts one"),
        problems=(Problem("a", "pki/odd", "odd"), Problem("a", "xmpp/odd", "odd"),
                  Problem("b", "pki/odd", "odd", Severity.NOTE)),
    )  # fmt: skip
    tables = standing([PAUSE, STAGE], look, families(), plan)
    assert [(one.cluster, one.is_by_box) for one in tables] == [("paris", True), ("rome", True)]
    cells = {row: own.cells[row, "pki"] for own in tables for row in own.rows}
    assert {row: (one.text, one.is_wrong, one.host) for row, one in cells.items()} == {
        "a": ("3 wrong", True, "a"),
        "b": ("ok", False, "b"),
    }


def test_a_number_of_servers_is_a_note_to_those_who_look() -> None:
    """With what plan and apply would say."""
    note = number_note("a", "rome", "there are two", "use three")
    assert (note.host, note.rule, note.severity) == ("a", "inventory/servers", Severity.NOTE)
    assert (note.text, note.cluster) == ("there are two; plan and apply refuse it", "rome")
    assert note.evidence == (Evidence("a", "", "there are two"),)
    assert note.fix == "use three"
