"""Before and after: where edges come from, and what a circle of them says."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.model.action import Answer, Command
from cmsdeploy.model.failure_limit import FailureLimit
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Risk, Step
from cmsdeploy.planning.order import Placed, connect, makers_of, sequence
from cmsdeploy.planning.proofs import proof_points


def step(
    name: str, needs: str = "", makes: str = "", uses: str = "", risk: Risk = Risk.SAFE,
    cluster: str = "default",
) -> Step:  # fmt: skip
    """A step ``host/family/rung``; ``needs`` are identities with blanks between them."""
    host, family, _ = name.split("/")
    answer = Answer("secret?", SecretRef(uses)) if uses else None
    return Step(
        name, host, family, Command(("do", name), answer=answer), "why", risk, cluster,
        frozenset(needs.split()), SecretRef(makes) if makes else None,
    )  # fmt: skip


def edges(placed: list[Placed]) -> dict[str, set[str]]:
    """What every step needs after they were connected."""
    return {each.identity: set(each.needs) for each in connect(placed)}


def at(place: tuple[int, int], *steps: Step) -> list[Placed]:
    """Steps of one play and batch."""
    return [Placed(each, place) for each in steps]


def test_a_step_needs_the_one_before_it_on_its_host() -> None:
    """The first kind of edge, between families too."""
    found = edges(at((0, 0), step("a/f/1"), step("b/f/1"), step("a/g/1")))
    assert found == {"a/f/1": set(), "b/f/1": set(), "a/g/1": {"a/f/1"}}


def test_who_uses_a_secret_needs_the_last_of_its_makers() -> None:
    """The second kind: makers that follow each other are proved together, after the last."""
    found = edges(
        at(
            (0, 0),
            step("a/f/1", makes="s1"),
            step("a/f/2", makes="s2"),
            step("a/f/3"),
            step("b/f/1", uses="s1"),
            step("c/f/1", uses="s3"),
        )
    )
    assert found["b/f/1"] == {"a/f/2"}
    assert found["c/f/1"] == set()
    makers = makers_of([step("a/f/1", makes="s1"), step("a/f/2"), step("a/f/3", makes="s2")])
    assert makers == {SecretRef("s1"): "a/f/1", SecretRef("s2"): "a/f/3"}


def test_a_later_play_comes_after_an_earlier_one_within_a_cluster() -> None:
    """The fourth kind: the last steps of every host of the place before, for each cluster alone."""
    placed = [
        *at((0, 0), step("a/f/1"), step("a/f/2"), step("b/f/1")),
        *at((0, 0), step("x/f/1", cluster="rome")),
        *at((0, 1), step("a/g/1"), step("c/g/1")),
        *at((2, 0), step("b/h/1"), step("x/h/1", cluster="rome")),
    ]
    found = edges(placed)
    assert found["a/g/1"] == {"a/f/2", "b/f/1"}
    assert found["c/g/1"] == {"a/f/2", "b/f/1"}
    assert found["b/h/1"] == {"a/g/1", "c/g/1", "b/f/1"}
    assert found["x/h/1"] == {"x/f/1"}


def test_a_circle_is_named_with_its_steps() -> None:
    """The play's order forbids what the families' order asks for: the person is told both."""
    placed = [
        *at((0, 0), step("b/f/1", uses="s")),
        *at((0, 1), step("a/f/1", makes="s")),
    ]
    with pytest.raises(InputError) as error:
        connect(placed)
    assert "b/f/1" in str(error.value)
    assert "a/f/1" in str(error.value)
    assert "serial" in str(error.value)


def test_steps_without_edges_keep_their_order() -> None:
    """A plan reads as its playbook does, wherever it can."""
    steps = [step(f"{host}/f/1") for host in "cab"]
    assert sequence(steps) == tuple(steps)
    moved = [step("a/f/1", needs="c/f/1"), step("b/f/1"), step("c/f/1")]
    assert [each.host for each in sequence(moved)] == ["b", "c", "a"]


def test_needs_that_are_not_in_the_plan_are_met() -> None:
    """A limit may have left them out."""
    assert sequence([step("a/f/1", needs="gone/f/1")])[0].identity == "a/f/1"


@pytest.mark.parametrize("seed", range(30))
def test_any_shuffle_is_sorted_into_a_valid_order(seed: int) -> None:
    """Law 5, on random graphs without circles."""
    chance = random.Random(seed)
    names = [f"h{number % 5}/f/{number}" for number in range(40)]
    steps = [
        step(name, " ".join(chance.sample(names[:place], min(place, 3))))
        for place, name in enumerate(names)
    ]
    chance.shuffle(steps)
    done: set[str] = set()
    for each in sequence(steps):
        assert each.needs <= done
        done.add(each.identity)
    assert done == set(names)


def test_proofs_are_asked_for_before_anybody_builds_on_a_step() -> None:
    """Before another host, before what is not safe, after makers, and at the end of each family."""
    steps = (
        step("a/f/1"),
        step("a/f/2", needs="a/f/1", makes="s"),
        step("a/f/3", needs="a/f/2"),
        step("a/f/4", needs="a/f/3", risk=Risk.DISRUPTIVE),
        step("a/f/5", needs="a/f/4"),
        step("a/f/6", needs="a/f/5"),
        step("a/g/1", needs="a/f/6"),
        step("b/f/1", needs="a/f/5"),
    )
    assert proof_points(steps) == {"a/f/2", "a/f/3", "a/f/5", "a/f/6", "a/g/1", "b/f/1"}


def test_every_pair_of_hosts_can_be_first() -> None:
    """No host is held by one that it has no edge to."""
    for first, second in itertools.permutations("ab"):
        found = edges(at((0, 0), step(f"{first}/f/1"), step(f"{second}/f/1")))
        assert found == {f"{first}/f/1": set(), f"{second}/f/1": set()}


def test_a_limit_of_failures_holds_the_next_batch_of_every_cluster() -> None:
    """Else a batch that fails too often would come too late to stop the next one."""
    limit = FailureLimit(0, 0, 2, 0)
    first = [
        replace(step(name, cluster=name[0]), failure_limit=limit) for name in ("p/f/1", "r/f/1")
    ]
    placed = [*at((0, 0), *first), *at((0, 1), step("p2/f/1", cluster="p"))]
    later = at((1, 0), step("r2/f/1", cluster="r"), step("x/f/1", cluster="x"))
    found = edges([*placed, *later])
    assert found["p2/f/1"] == found["x/f/1"] == {"p/f/1", "r/f/1"}
    assert found["r2/f/1"] == {"p/f/1", "r/f/1"}
    without = [Placed(replace(one.step, failure_limit=None), one.place) for one in placed]
    assert edges(without)["p2/f/1"] == {"p/f/1"}
