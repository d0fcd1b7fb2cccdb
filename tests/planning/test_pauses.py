"""A pause stands between all that comes before and all that comes after, or it is not there."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.model.action import Pause
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Step
from cmsdeploy.planning.order import Placed, connect, sequence
from cmsdeploy.planning.pauses import placed_pause, settled
from cmsdeploy.planning.proofs import proof_points
from tests.planning.test_order import step

PAUSE = Pause("Look.", 5)


def placed(words: str) -> list[Placed]:
    """``a/f/1 | b/f/1``: steps, each of a cluster of its host's name, and pauses between them."""
    return [
        placed_pause(PAUSE, "Look", (0, 0))
        if word == "|"
        else Placed(step(word, cluster=word[0]), (0, 0))
        for word in words.split()
    ]


def planned(words: str) -> tuple[Step, ...]:
    return connect(settled(placed(words)))


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("", ""),
        ("|", ""),
        ("| | |", ""),
        ("a/f/1 |", "a/f/1"),
        ("| a/f/1", "a/pause/1 a/f/1"),
        ("a/f/1 | b/f/1 |", "a/f/1 b/pause/1 b/f/1"),
        ("a/f/1 b/f/1 | b/f/2 a/f/2", "a/f/1 b/f/1 b/pause/1 b/f/2 a/f/2"),
        ("a/f/1 | | b/f/1 | a/f/2", "a/f/1 b/pause/1 b/pause/2 b/f/1 a/pause/3 a/f/2"),
    ],
)
def test_a_pause_exists_where_a_step_comes_after_it(words: str, order: str) -> None:
    """Nothing to do, no pause: a second plan is empty. It belongs to who goes on first."""
    assert [each.identity for each in planned(words)] == order.split()


def test_a_pause_is_of_no_host_yet_and_of_no_family() -> None:
    """Whoever goes on after it gives it a host; nobody gives it a family."""
    bare = Step("", "", "", PAUSE, "the play pauses: Look")
    assert placed_pause(PAUSE, "Look", (2, 1)) == Placed(bare, (2, 1))


def test_its_edges_hold_every_host_of_every_cluster() -> None:
    """The last step of each before it; the first of each after it; nothing that is there anyway."""
    steps = planned("a/f/1 a/f/2 b/f/1 | a/f/3 b/f/2 b/f/3 c/f/1")
    needs = {each.identity: set(each.needs) for each in steps}
    assert needs["a/pause/1"] == {"a/f/2", "b/f/1"}
    assert needs["a/f/3"] == {"a/f/2", "a/pause/1"}
    assert needs["b/f/2"] == {"b/f/1", "a/pause/1"}
    assert needs["b/f/3"] == {"b/f/2"}
    assert needs["c/f/1"] == {"a/pause/1"}


@pytest.mark.parametrize("seed", range(20))
def test_shuffled_steps_keep_to_their_side_of_a_pause(seed: int) -> None:
    """Law 5: the edges alone restore it."""
    chance = random.Random(seed)
    words = [f"{chance.choice('abc')}/f/{number}" for number in range(12)]
    for _ in range(3):
        words.insert(chance.randrange(len(words)), "|")
    steps = list(planned(" ".join(words)))
    sides = _sides(steps)
    chance.shuffle(steps)
    assert _sides(sequence(steps)) == sides


def _sides(steps: list[Step] | tuple[Step, ...]) -> list[set[str]]:
    sides: list[set[str]] = [set()]
    for each in steps:
        if isinstance(each.action, Pause):
            sides.append(set())
        else:
            sides[-1].add(each.identity)
    return sides


def test_boxes_are_read_again_before_a_pause() -> None:
    """A person may look at them meanwhile; a pause itself proves nothing."""
    steps = planned("a/f/1 b/f/1 | a/f/2 b/f/2 c/f/1")
    assert proof_points(steps) == {"a/f/1", "b/f/1", "a/f/2", "b/f/2", "c/f/1"}


def test_makers_of_secrets_on_both_sides_are_proved_apart() -> None:
    """Else who uses the first secret before the pause would wait for what comes after it."""
    first, user, second = (
        step("a/f/1", makes="s1"), step("b/f/1", uses="s1"), step("a/f/2", makes="s2"),
    )  # fmt: skip
    pause = placed_pause(PAUSE, "Look", (0, 0))
    # Another host goes on first: the pause is given to it, and not to the maker.
    after = [Placed(step("c/f/1"), (0, 0)), Placed(second, (0, 0))]
    between = [Placed(first, (0, 0)), Placed(user, (0, 0)), pause, *after]
    order = [each.identity for each in connect(settled(between))]
    assert order == ["a/f/1", "b/f/1", "c/pause/1", "c/f/1", "a/f/2"]


def test_a_pause_that_cannot_be_kept_is_refused() -> None:
    """Before it stands what needs the other side."""
    user, maker = step("b/f/1", uses="s1"), step("a/f/1", makes="s1")
    pause = placed_pause(PAUSE, "Look", (0, 0))
    with pytest.raises(InputError, match="cannot be kept") as caught:
        connect(settled([Placed(user, (0, 0)), pause, Placed(maker, (0, 0))]))
    assert "the pause" in caught.value.action


def test_a_pause_is_in_the_digest() -> None:
    """Another text or time is another plan."""
    steps = planned("a/f/1 | b/f/1")
    digests = {
        Plan(("a", "b"), (steps[0], replace(steps[1], action=pause), steps[2])).digest
        for pause in (PAUSE, Pause("Look!", 5), Pause("Look.", 6), Pause("Look."))
    }
    assert len(digests) == 4
