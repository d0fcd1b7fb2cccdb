"""Every rule that can be met is told at length, and nothing is told that cannot be met."""

from __future__ import annotations

import dataclasses

import pytest

from cmsdeploy.families import families
from cmsdeploy.planning.explanations import EXPLANATIONS, explanations_of
from tests.laws.rules import said_rules
from tests.laws.source import Module, product

EXPLAINED = explanations_of(family.explanations for family in families().values())


def test_every_rule_is_explained_and_every_explanation_is_met() -> None:
    """An id in the code without an explanation helps nobody at night; the reverse is dead text."""
    assert said_rules(product()) == set(EXPLAINED)


@pytest.mark.parametrize("rule", sorted(EXPLAINED))
def test_an_explanation_says_everything(rule: str) -> None:
    """Title, meaning, how it is seen, cost and repair: whole sentences, none left out."""
    told = EXPLAINED[rule]
    texts = {
        p.name: getattr(told, p.name) for p in dataclasses.fields(told) if p.name != "explains"
    }
    for part, text in texts.items():
        assert text or part == "source"
        assert text == text.strip()
    assert set(told.explains) <= set(EXPLAINED) - {rule}
    for sentence in (told.meaning, told.seen, told.cost, told.repair):
        assert sentence.endswith(".")
    assert not told.title.endswith(".")


@pytest.mark.parametrize("name", sorted(families()))
def test_a_family_tells_its_own_rules(name: str) -> None:
    """The id begins with the family; what planning says begins with none."""
    assert {rule.partition("/")[0] for rule in families()[name].explanations} <= {name}
    assert not {rule.partition("/")[0] for rule in EXPLANATIONS} & set(families())


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("families/xmpp/rules.py", "x = _problem(group, host, 'xmpp/new', text)", {"xmpp/new"}),
        ("planning/compare.py", "LOST = 'lost'\nx = Refusal(host, LOST, text)", {"lost"}),
        ("families/pki/rules.py", "x = Problem(host, 'odd', text)", {"odd"}),
        ("families/xmpp/explanations.py", "x = {'xmpp/new': 1}", set()),
        ("session/box.py", "x = 'xmpp/new'", set()),
        ("families/xmpp/rules.py", "x = f'{host}/xmpp'\ny = '/api/v1'\nz = 'a/b c'", set()),
    ],
)
def test_a_planted_rule_is_found(path: str, text: str, found: set[str]) -> None:
    """The law sees a rule wherever it is said, and takes no other text for one."""
    assert said_rules([Module(f"cmsdeploy/{path}", text)]) == found
