"""Before and after of each object, and what a sign stands before."""

from __future__ import annotations

import pytest

from cmsdeploy.model.action import Action, Answer, Call, Command, Manual, Upload, Wait
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Step
from cmsdeploy.report.difference import difference_lines
from cmsdeploy.report.signs import sign_of

_SECRET = SecretRef("callbridge/x")


@pytest.mark.parametrize(
    ("action", "sign"),
    [
        (Upload("k.key", "files/k.key", "key:1"), "+"),
        (Command.of("thing", "list", "add", "x"), "+"),
        (Command.of("thing", "domain", "x"), "~"),
        (Command.of("thing", "rm", "x"), "-"),
        (Command.of("rm"), "~"),
        (Call("DELETE", "/x"), "-"),
        (Call("PUT", "/x"), "~"),
        (Call("POST", "/x"), "+"),
        (Wait("it is so", ()), ""),
        (Manual("look"), ""),
    ],
    ids=lambda value: getattr(value, "line", None) or repr(value),
)
def test_the_sign_of_a_step(action: Action, sign: str) -> None:
    """By the verb after the first word; what changes nothing has none."""
    assert sign_of(action) == sign


def _step(action: Action, makes: SecretRef | None = None) -> Step:
    return Step(f"a/x/{action.line}", "a", "x", action, "why", makes=makes)


def test_every_field_once_and_secrets_by_name() -> None:
    """New, gone and changed; lists by what is in them; the content of a key and a secret never."""
    steps = (
        _step(Upload("k.key", "files/k.key", "key:1", Secret("geheim"))),
        _step(Upload("k.cer", "files/k.cer", "sha256:12", b"x")),
        _step(Command.of("thing", "make"), makes=_SECRET),
        _step(Command(("thing", "take"), answer=Answer("Enter it", SecretRef("callbridge/y")))),
    )
    before = {"same": 1, "name": "", "gone": "z", "on": False, "peers": ["p", "q"]}
    after = {"same": 1, "name": "n\x1b", "gone": "", "on": True, "peers": ["q", "r"]}
    plan = Plan(("a", "b"), steps, facts={"a": {"x": before}})
    assert list(difference_lines(plan, {"a": {"x": after}, "b": {"x": after}})) == [
        "~ a x",
        '    + name: "n\\u001b"',
        '    - gone: "z"',
        "    ~ on: false -> true",
        '    - peers: "p"',
        '    + peers: "r"',
        "    + file k.key: (sensitive)",
        "    + file k.cer: sha256:12",
        "    + secret callbridge/x: (sensitive)",
        "    ~ secret callbridge/y: (sensitive)",
        "",
    ]


def test_nothing_is_said_of_nothing() -> None:
    """No step, no block, whatever is predicted."""
    assert list(difference_lines(Plan(("a",), ()), {"a": {"x": {"b": 1}}})) == []
