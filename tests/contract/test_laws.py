"""The six laws of the design, for every family that is found, on simulated boxes."""

from __future__ import annotations

import copy
import itertools
import random
import re
from collections.abc import Sequence

import pytest

from cmsdeploy.families import families
from cmsdeploy.lab import World
from cmsdeploy.lab.mmp.table import find
from cmsdeploy.model.action import Call, Command, Upload
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Severity, Step
from tests.contract.campaign import cut_everywhere
from tests.contract.deployment import CERTIFICATE, Deployment, names
from tests.contract.engineer import Engineer, blank_world, digest, written
from tests.contract.registration import REGISTERED
from tests.contract.renewing import watched
from tests.contract.wire import Cut
from tests.promises.numbers import counted

FAMILIES = sorted(families())
# The recipe of 2018 adds call bridges to stopped servers; all else follows the one of 2021.
SHAPES = [
    pytest.param(Deployment(tuple(names(servers)), tuple(names(bridges)), recipe=recipe))
    for servers, bridges in ((1, 1), (1, 7), (3, 1), (3, 3), (3, 7), (5, 5), (5, 7))
    for recipe in ("tac-217319", "tac-213479")
]
NEW = {**CERTIFICATE, "key": "new.key", "cert": "new.cer", "trust": "new.cer"}


def _before(name: str) -> tuple[str, ...]:
    """The families whose tasks stand before this one's in a playbook."""
    order = list(REGISTERED)
    return tuple(order[: order.index(name)])


def _world_for(name: str, wanted: Deployment) -> World:
    world = blank_world(wanted)
    if _before(name):
        Engineer(world, wanted, _before(name)).run()
    return world


def _deployed(wanted: Deployment, in_world: World) -> World:
    outcome = Engineer(in_world, wanted).run()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    return in_world


def test_every_family_has_a_place_in_the_lab() -> None:
    """A family that nobody can try on a simulated box is not finished."""
    assert set(FAMILIES) == set(REGISTERED)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_second_plan_of_a_family_is_empty(name: str) -> None:
    """Law 1, for a family with no others than those that it goes with."""
    wanted = Deployment()
    engineer = Engineer(_world_for(name, wanted), wanted, REGISTERED[name].goes_with)
    outcome = engineer.run()
    assert outcome.plan.refusals == ()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    assert engineer.again().plan().plan.is_empty


@pytest.mark.parametrize("wanted", SHAPES)
def test_the_second_plan_is_empty_and_nothing_is_wrong(wanted: Deployment) -> None:
    """Law 1, for servers and call bridges in every number, and no problem is left."""
    world = _deployed(wanted, blank_world(wanted))
    comparison = Engineer(world, wanted).plan()
    assert comparison.plan.is_empty
    assert [each for each in comparison.problems if each.severity is Severity.ERROR] == []
    assert world.secrets.given == len(wanted.bridges)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_that_is_cut_anywhere_goes_on(name: str) -> None:
    """Laws 2 and 3, for a family with no others than those that it goes with."""
    wanted = Deployment()
    world = _world_for(name, wanted)
    found = cut_everywhere(world, wanted, tuple(Cut), REGISTERED[name].goes_with)
    assert found == []


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("recipe", ["tac-217319", "tac-213479"])
def test_a_first_deployment_that_is_cut_anywhere_goes_on(recipe: str, cut: Cut) -> None:
    """Laws 2 and 3: look again, plan again: the same end state, no refusal, no second secret."""
    wanted = Deployment(recipe=recipe)
    assert cut_everywhere(blank_world(wanted), wanted, (cut,)) == []


@pytest.mark.parametrize("servers", [1, 3, pytest.param(5, marks=pytest.mark.long)])
def test_a_change_of_certificates_that_is_cut_anywhere_goes_on(servers: int) -> None:
    """Laws 2 and 3 on a live cluster that is restarted server by server."""
    boxes = tuple(names(servers))
    world = _deployed(Deployment(boxes, boxes), blank_world(Deployment(boxes, boxes)))
    if servers > 1:  # a single one has to stop
        watched(world)
    wanted = Deployment(boxes, boxes, certificate=NEW)
    # Five are the long run's: a cut in each part of the way is enough beside all those of three.
    assert cut_everywhere(world, wanted, tuple(Cut), most=60 if servers > 3 else None) == []


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 4), (3, 5)])
def test_growth_that_is_cut_anywhere_goes_on(before: int, after: int) -> None:
    """Laws 2 and 3 where servers and call bridges are added to a live cluster."""
    boxes = tuple(names(after))
    wanted = Deployment(boxes, boxes)
    some = boxes[:before]
    world = _deployed(Deployment(some, some), blank_world(wanted))
    watched(world)
    # The long run's campaign of growth (test_renewal_campaign) cuts in every way, at more writes.
    most = 24 if after > 3 else None
    assert cut_everywhere(world, wanted, (Cut.KILLED_AFTER, Cut.LOST_BEFORE), most=most) == []


def test_growth_and_new_certificates_together_that_are_cut_anywhere_go_on() -> None:
    """Laws 2 and 3 where everything changes at once: no edge runs in a circle."""
    boxes = tuple(names(5))
    wanted = Deployment(boxes, boxes, certificate=NEW)
    some = boxes[:3]
    world = _deployed(Deployment(some, some), blank_world(wanted))
    watched(world)
    assert cut_everywhere(world, wanted, (Cut.KILLED_BEFORE,), most=40) == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:])
@pytest.mark.parametrize("recipe", ["tac-217319", "tac-213479"])
def test_swapped_secrets_are_put_right_wherever_the_repair_is_cut(
    order: tuple[int, ...], recipe: str
) -> None:
    """Scenario 2 of TAC 213479, with every permutation of the three secrets on one server."""
    wanted = Deployment(recipe=recipe)
    world = _deployed(wanted, blank_world(wanted))
    bridges = world.boxes["cb1"].xmpp.callbridges
    right = dict(bridges)
    bridges.update(zip(right, (list(right.values())[place] for place in order), strict=True))
    assert cut_everywhere(world, wanted, (Cut.KILLED_AFTER, Cut.LOST_AFTER)) == []
    _deployed(wanted, world)
    assert [box.xmpp.callbridges for box in world.boxes.values()] == [right] * 3
    counted("A9", "permutations of three secrets put right, wherever the repair is cut")


@pytest.mark.parametrize("wanted", SHAPES)
def test_looking_only_reads(wanted: Deployment) -> None:
    """A plan sends no command that could change a box."""
    world = blank_world(wanted)
    Engineer(world, wanted).plan()
    _deployed(wanted, world)
    for box in world.boxes.values():
        box.audit.clear()
    Engineer(world, wanted).plan()
    assert written(world) == {name: [] for name in world.boxes}
    assert all(box.audit for box in world.boxes.values())


def promised(plan: Plan) -> dict[str, list[str]]:
    """What a plan says that each box will be asked to change, as a box writes it down."""
    promised: dict[str, list[str]] = {}
    for step in plan.steps:
        line = _as_written_down(step)
        promised.setdefault(step.host, []).extend([line] if line else [])
    return promised


def _as_written_down(step: Step) -> str:
    action = step.action
    if isinstance(action, Call):
        fields = sorted([*dict(action.form), *dict(action.secrets)])
        return f"{action.method} {action.path} {','.join(fields)}"
    if isinstance(action, Upload):
        return action.name
    return action.line if isinstance(action, Command) else ""


@pytest.mark.parametrize("wanted", SHAPES)
def test_what_is_printed_is_what_is_sent(wanted: Deployment) -> None:
    """Law 4: the same lines on each box, in the same order, and nothing else."""
    world = blank_world(wanted)
    printed = Engineer(world, wanted).plan().plan
    outcome = Engineer(world, wanted).run()
    assert outcome.plan.digest == printed.digest
    assert written(world) == promised(printed)
    # Whoever approves it reads why, and from which document.
    said = [str(text) for step in printed.steps for text in (step.why, step.source)]
    assert [text for text in said if not text or "None" in text] == []


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("forks", [1, 5])
def test_shuffled_steps_find_a_valid_order_by_their_edges(seed: int, forks: int) -> None:
    """Law 5: the place of a step in the list means nothing, its edges mean all."""
    wanted = Deployment(tuple(names(3)), tuple(names(5)))
    world = blank_world(wanted)
    usual = _deployed(wanted, copy.deepcopy(world))

    def shuffled(steps: Sequence[Step]) -> Sequence[Step]:
        return random.Random(seed).sample(steps, len(steps))

    outcome = Engineer(world, wanted).run(shuffled, forks=forks)
    assert outcome.report is not None
    assert outcome.report.errors == {}
    assert digest(world) == digest(usual)


@pytest.mark.parametrize("wanted", SHAPES)
def test_every_word_is_one_that_the_boxes_know(wanted: Deployment) -> None:
    """Each command line is a command of the MMP, and none of them resets a server."""
    plan = Engineer(blank_world(wanted), wanted).plan().plan
    lines = [step.action.line for step in plan.steps if isinstance(step.action, Command)]
    assert [line for line in lines if find(tuple(line.split()), (2, 9)) is None] == []
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._: -]+", line)] == []
    assert "xmpp reset" not in lines


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_knows_its_reads(name: str) -> None:
    """Every command that a family reads with is one that it calls a read, or belongs to another."""
    wanted = Deployment()
    for stage in Engineer(blank_world(wanted), wanted).stages():
        if stage.family != name:
            continue
        for spec in stage.desired.values():
            lines = [r.words for r in families()[name].reads(spec) if isinstance(r, Command)]
            strange = [w for w in lines if not any(f.is_read(w) for f in families().values())]
            assert strange == []
