"""A repair of a family without ladders: only the steps that somebody asks for."""

from __future__ import annotations

import pytest

from cmsdeploy.families.contract import Outcome
from cmsdeploy.model.action import Command
from cmsdeploy.model.step import Refusal, Step
from cmsdeploy.planning.repair import Ask, narrowed

STEPS = tuple(
    Step(f"{host}/dns/{name}", host, "dns", Command.of("dns"), "")
    for host in ("cb1", "cb2")
    for name in ("a", "b")
)


@pytest.mark.parametrize(
    ("asks", "kept"),
    [
        (set(), []),
        ({("cb1", "dns", "a")}, ["cb1/dns/a"]),
        ({("cb1", "dns", "a"), ("cb2", "dns", "*")}, ["cb1/dns/a", "cb2/dns/a", "cb2/dns/b"]),
        ({("cb1", "xmpp", "*"), ("cb9", "dns", "*"), ("cb1", "dns", "c")}, []),
    ],
)
def test_only_what_is_asked_for_is_done(asks: set[Ask], kept: list[str]) -> None:
    """Nobody waits for what was not asked for; a refusal still speaks."""
    refusal = Refusal("cb1", "dns/x", "no", "paris")
    outcome = Outcome(steps=STEPS, refusals=(refusal,), waiting={"paris": "a certificate"})
    found = narrowed(outcome, asks, frozenset())
    assert [step.identity for step in found.steps] == kept
    assert found.refusals == (refusal,)
    assert found.waiting == {}
