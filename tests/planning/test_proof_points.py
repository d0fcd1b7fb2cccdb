"""After which steps a box is read again."""

from __future__ import annotations

import pytest

from cmsdeploy.model.action import Command, Pause
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Risk, Step
from cmsdeploy.planning.proofs import proof_points

SECRET = SecretRef("callbridge/cb1")


def _step(name: str, *needs: str, risk: Risk = Risk.SAFE, makes: SecretRef | None = None) -> Step:
    host, family = name.split("/")[:2]
    action = Command.of("xmpp")
    return Step(name, host, family, action, "", risk, needs=frozenset(needs), makes=makes)


def _pause(*needs: str) -> Step:
    return Step("pause", "a", "", Pause("look at it"), "", needs=frozenset(needs))


# The steps, and those of them that are proof points.
ROWS: list[tuple[list[Step], set[str]]] = [
    ([], set()),
    ([_step("a/x/1"), _step("a/x/2")], {"a/x/2"}),
    ([_step("a/x/1"), _step("a/y/1"), _step("a/x/2"), _step("a/y/2")], {"a/x/2", "a/y/2"}),
    ([_step("a/x/1"), _step("a/x/2"), _step("b/x/1", "a/x/1")], {"a/x/1", "a/x/2", "b/x/1"}),
    ([_step("a/x/1"), _step("a/x/2", "a/x/1", "gone")], {"a/x/2"}),
    ([_step("a/x/1"), _step("a/x/2", risk=Risk.DISRUPTIVE), _step("a/x/3")],
     {"a/x/1", "a/x/3"}),
    ([_step("a/x/1", risk=Risk.OUTAGE), _step("b/x/1", risk=Risk.DESTRUCTIVE)],
     {"a/x/1", "b/x/1"}),
    ([_step("a/x/1", makes=SECRET), _step("a/x/2")], {"a/x/1", "a/x/2"}),
    ([_step("b/x/1"), _step("b/x/2"), _step("a/x/1", "b/x/1"), _step("a/x/2"), _step("a/x/3"),
      _pause("a/x/1"), _step("a/x/4", "pause")], {"b/x/1", "b/x/2", "a/x/1", "a/x/4"}),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "points"), ROWS)
def test_who_is_read_again(steps: list[Step], points: set[str]) -> None:
    """Before anybody else builds on it, before a risk, before a pause, and at the end."""
    assert proof_points(steps) == points
