"""The way back of a run as stages: who wants what, in which order, and what may be risked."""

from __future__ import annotations

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.callbridge.spec import CallbridgeSpec
from cmsdeploy.model.step import Risk
from cmsdeploy.planning.rollback import DoneStep, Ran, rolled_back
from cmsdeploy.planning.stage import Permission, Stage

NOW = CallbridgeSpec("default", "now", "tptac9.com", "")
WAS = CallbridgeSpec("default", "was", "old.com", "")
FACTS = {"callbridge": {"name": "was", "domain": "old.com", "server_address": ""}}
HOSTS = ("cb1", "cb2")


def _stage(play: int, risks: frozenset[Risk], is_check: bool = False) -> Stage:
    return Stage(
        "callbridge", f"task {play}", dict.fromkeys(HOSTS, NOW), dict.fromkeys(HOSTS, "default"),
        play=play, permission=Permission(risks, frozenset({"shown-secrets"})), is_check=is_check,
    )  # fmt: skip


def _ran(*hosts: str) -> Ran:
    steps = (DoneStep(f"{host}/callbridge/login", host, "default", "callbridge", "PUT", True)
             for host in hosts)  # fmt: skip
    return Ran(tuple(steps), dict.fromkeys(hosts, FACTS))


SAFE, DISRUPTIVE = frozenset({Risk.SAFE}), frozenset({Risk.SAFE, Risk.DISRUPTIVE})


@pytest.mark.parametrize("allowed", [frozenset(), frozenset({Risk.DESTRUCTIVE})])
def test_what_was_is_wanted_last_play_first(allowed: frozenset[Risk]) -> None:
    """Beside what each play may, what somebody grants for the way back; exceptions stay."""
    stages = [_stage(0, SAFE), _stage(1, DISRUPTIVE), _stage(2, SAFE, is_check=True)]
    found = rolled_back(stages, _ran("cb1"), allowed, families())
    assert [(one.title, one.play, one.permission.risks) for one in found.stages] == [
        ("task 1", 1, DISRUPTIVE | allowed), ("task 0", 2, SAFE | allowed),
    ]  # fmt: skip
    assert all(one.desired == {"cb1": WAS} for one in found.stages)
    assert {one.permission.exceptions for one in found.stages} == {frozenset({"shown-secrets"})}
    assert found.against == {}


def test_each_step_is_told_last_one_first() -> None:
    """With what takes it back; where nothing was done, nothing is wanted."""
    found = rolled_back([_stage(0, SAFE)], _ran(*HOSTS), SAFE, families())
    assert [step.host for step, _ in found.undone] == ["cb2", "cb1"]
    assert {step.rung for step, _ in found.undone} == {"login"}
    assert rolled_back([_stage(0, SAFE)], _ran(), SAFE, families()).stages == ()
