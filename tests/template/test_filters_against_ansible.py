"""Filters and tests give what they give in the installed ansible-core."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory import Inventory
from cmsdeploy.model.secret import Secret
from cmsdeploy.template import OMIT, render_value
from tests.inventory.referee import Referee, need_followed_ansible, running_referee

EXPRESSIONS = (Path(__file__).parent / "cases" / "expressions.txt").read_text("utf-8").splitlines()
VARIABLES: dict[str, object] = {
    "a": 1,
    "l": [3, 1, 2],
    "d": {"x": {"y": 3}, "k": "v"},
    "s": "Text one",
    "n": None,
    "t": True,
    "dd": [{"name": "p", "v": 1}, {"name": "q", "v": 2}],
    "u": ["b", "a", "B", "b"],
    "nested": [1, [2, [3, None]], None],
}
HERE = Origin(Inventory.__name__)  # the inventory brings the filters that need YAML

REFUSED = {
    "{{ nope | to_json }}": "'nope' is undefined",
    "{{ s | regex_replace('(', 'x') }}": "does not read",
    "{{ s | regex_search('x', 'y') }}": "names no group",
    "{{ ('x' * 70000) | regex_search('x') }}": "more than 64 KiB",
    "{{ s | union([1]) }}": "a list is wanted",
    "{{ l | dict2items }}": "a mapping is wanted",
    "{{ d | combine(d, list_merge='x') }}": "list_merge cannot be",
    "{{ '{' | from_json }}": "fails",
    "{{ ('[' * 50000) | from_yaml }}": "nested deeper",
    "{{ 'a: !!python/name:os.system' | from_yaml }}": "is not supported",
    "{{ s | hash('none') }}": "there is no hash",
    "{{ 'x' is version('1', '~') }}": "cannot be compared by",
    "{{ '1.a' is version('1.1', '<') }}": "cannot be compared",
    "{{ secret | to_json }}": "not JSON serializable",
    "{{ secret | b64encode }}": "a secret has no text",
    "{{ secret | regex_replace('g', 'x') }}": "a secret has no text",
    "{{ [secret] | to_yaml }}": "fails",
    "{{ secret | hash }}": "a secret has no text",
    "x{{ omit }}": "omit is no text",
    "{{ [range(400), range(400)] | product(range(400)) | list }}": "longer than 1 MiB",
}


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    need_followed_ansible()
    with running_referee() as found:
        yield found


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_gives_what_it_gives_in_ansible(text: str, referee: Referee) -> None:
    theirs = referee.judge(kind="template", text=text, variables=VARIABLES)
    value = render_value(text, VARIABLES)
    assert json.loads(json.dumps(value)) == theirs["value"]
    assert (
        str(theirs["type"]).removeprefix("_AnsibleTagged").lower() == type(value).__name__.lower()
    )


@pytest.mark.parametrize("text", REFUSED)
def test_what_a_filter_cannot_take_is_refused_and_shows_no_secret(text: str) -> None:
    with pytest.raises(InputError) as caught:
        render_value(text, {**VARIABLES, "secret": Secret("geheim"), "omit": OMIT})
    assert REFUSED[text] in caught.value.cause
    assert "geheim" not in str(caught.value)


def test_the_order_of_sets_is_that_of_first_mention() -> None:
    assert render_value("{{ [9, 3] | union([1, 3]) }}", {}) == [9, 3, 1]
    assert render_value("{{ [9, 3, 1] | difference([3]) }}", {}) == [9, 1]
    assert render_value("{{ ['q', 'p'] | symmetric_difference(['z', 'q']) }}", {}) == ["p", "z"]
