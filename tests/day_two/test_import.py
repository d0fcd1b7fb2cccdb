"""`import` of clusters that were deployed in many ways: the plan that follows is empty."""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.lab import World
from cmsdeploy.planning.compare import Comparison
from tests.contract.deployment import Deployment, names
from tests.contract.sampling import sampled
from tests.contract.switch_table import POSITIONS
from tests.day_two.importing import Imported, Mixture, deployed, drawn
from tests.doctor.faults import member_was_removed
from tests.doctor.table import CLUSTER, FAULTS, SECRETS, Fault

# Two hundred were seen (docs/day-two.md); a long run draws some of them.
_MANY, _SOME = 200, 60
_FEW = 8
_USUAL = Deployment(tuple(names(3)), tuple(names(5)), others=tuple(names(8)))
# One secret each, as long as a box makes them.
_LENGTH = 19


def _wrong(found: Imported, planned: Comparison) -> list[str]:
    """What is not as promised; no secret is anywhere in what was written."""
    secrets = {one for box in found.world.boxes.values() for one in box.xmpp.callbridges.values()}
    assert all(len(secret) == _LENGTH for secret in secrets)
    steps = [f"{step.identity}: {step.action.line}" for step in planned.plan.steps]
    leaks = ["a secret" for secret in secrets if secret in found.text]
    return [*steps, *(one.text for one in planned.plan.refusals), *leaks]


def _checked(seed: int, folder: Path) -> None:
    mixture = drawn(seed)
    world = deployed(mixture)
    sent = [len(box.audit) for box in world.boxes.values()]
    found = Imported.of(world, mixture.wanted, folder / str(seed))
    new = [box.audit[count:] for count, box in zip(sent, world.boxes.values(), strict=True)]
    assert not any(entry.is_write for entries in new for entry in entries), seed
    assert found.made.odd == (), seed
    assert _wrong(found, found.planned()) == [], seed


@pytest.mark.parametrize("seed", range(_FEW))
def test_the_plan_that_follows_is_empty(tmp_path: Path, seed: int) -> None:
    """Nothing is odd, nothing was written to a box, and nothing is left to do."""
    _checked(seed, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_plan_that_follows_is_empty_again_and_again(tmp_path: Path) -> None:
    """Clusters by lot: servers, call bridges, domains, recipes, certificates, versions."""
    chosen = sampled(range(_MANY), _SOME)
    for seed in chosen:
        _checked(seed, tmp_path)
    print(f"{len(chosen)} of {len(chosen)} plans are empty")


@pytest.mark.parametrize(
    ("switch", "position"),
    [
        pytest.param(*pair, marks=() if pair[0].startswith("xmpp-status") else pytest.mark.long)
        for pair in POSITIONS
    ],
)
def test_of_boxes_that_show_less_or_otherwise(tmp_path: Path, switch: str, position: str) -> None:
    """Each switch in each position: an empty plan, or a refusal in words, and never a step."""
    mixture = Mixture(replace(_USUAL, recipe="tac-217319"), switches={switch: position})
    world = deployed(mixture)
    found = Imported.of(world, mixture.wanted, tmp_path)
    planned = found.planned()
    assert planned.plan.steps == ()
    assert all(";" in one.text for one in planned.plan.refusals)


@cache
def _healthy() -> World:
    return deployed(Mixture(_USUAL))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(one, marks=() if one in (*SECRETS[:2], *CLUSTER[:5]) else pytest.mark.long)
        for one in FAULTS
    ],
    ids=lambda fault: fault.name,
)
def test_of_a_cluster_with_a_fault(tmp_path: Path, fault: Fault) -> None:
    """The site is written whatever is wrong, and what is wrong between servers is said in it."""
    world = copy.deepcopy(_healthy())
    for deed in fault.deeds:
        deed(world)
    world.advance(200)
    found = Imported.of(world, _USUAL, tmp_path)
    assert not any("Ab1" in text for text in found.made.odd)
    for text in found.made.odd:
        assert f"# odd: {text.partition(': ')[2]}" in found.text
    # Two servers where one is not for us, or two domains: refused by line, and said as odd.
    with suppress(InputError):
        plan = found.planned().plan
        assert plan.refusals or not plan.steps or found.made.odd
        return
    assert found.made.odd


def test_without_web_admin_the_servers_are_written_all_the_same(tmp_path: Path) -> None:
    """Which call bridges log in is not known, and that is said."""
    world = copy.deepcopy(_healthy())
    found = Imported.of(world, _USUAL, tmp_path, with_webadmin=False)
    assert _wrong(found, found.planned()) == []
    assert any("no Web Admin was asked" in text for text in found.made.odd)


def test_what_is_common_stands_once(tmp_path: Path) -> None:
    """As a person would write it: with the group, not with each host."""
    found = Imported.of(copy.deepcopy(_healthy()), _USUAL, tmp_path)
    text = found.made.files["inventory.yml"]
    for word in ("ansible_password", "xmpp_domain", "xmpp_certificate", "xmpp_cluster_first"):
        assert text.count(f"{word}:") == 1
    assert text.count("ansible_host:") == len(names(5))


def test_who_left_belongs_to_those_of_its_domain(tmp_path: Path) -> None:
    """It lists nobody, and is no cluster of its own: a plan lets it join the others again."""
    world = copy.deepcopy(_healthy())
    member_was_removed(world)
    found = Imported.of(world, _USUAL, tmp_path)
    assert "xmpp_cluster:" not in found.text
    assert any(text.startswith("cb2: it is in a cluster and names no") for text in found.made.odd)
    lines = [step.action.line for step in found.planned().plan.steps]
    assert any(line.startswith("xmpp cluster join") for line in lines)
