"""Templates keep types, refuse what is undefined, and cannot reach out or eat the machine."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmsdeploy.errors import InputError
from cmsdeploy.model.secret import Secret
from cmsdeploy.template import (
    UndefinedVariableError,
    Verbatim,
    check_syntax,
    evaluate,
    names_in,
    render_document,
    render_value,
)

VARIABLES: dict[str, Any] = {
    "a": 1,
    "l": [1, 2],
    "d": {"x": {"y": 3}, "items": "mine"},
    "s": "text",
    "n": None,
    "secret": Secret("geheim"),
    "template": Verbatim("{{ a }}"),
}

VALUES: dict[str, Any] = {
    "plain": "plain",
    "{{ a }}": 1,
    "x{{ a }}": "x1",
    "{{ '5' }}": "5",
    "{{ l }}": [1, 2],
    "{{ l | map('string') | join(',') }}": "1,2",
    "{{ l | map('int') }}": [1, 2],
    "{{ d.x.y }}": 3,
    "{{ d['items'] }}": "mine",
    "{{ nope | default('z') }}": "z",
    "{{ nope.x.y | default('z') }}": "z",
    "{{ '' | default('z', true) }}": "z",
    "{{ n }}": None,
    "a{{ n }}b": "ab",
    "{{ nope is defined }}": False,
    "{{ ['p', 'q'] | map('extract', {'p': 1, 'q': 2}) | list }}": [1, 2],
    "{{ 'x' | extract({'x': {'y': 5}}, 'y') }}": 5,
    r"{{ '\1' }}": r"\1",
    "{{ (1, 2) }}": [1, 2],
    "{{ range(3) }}": [0, 1, 2],
    "{{ {'k': 1}.items() }}": [["k", 1]],
    "{% for i in l %}{{ i }};{% endfor %}": "1;2;",
    "{{ 'on' | bool }}": True,
    "{{ a == 1 }}": True,
    "{{ (a > 5) | ternary('p', 'q') }}": "q",
    "{{ template }}": "{{ a }}",
    "{{ '{{ a }}' }}": "{{ a }}",
    "{{ s ~ a }}": "text1",
    "{{ '%s-%03d' | format(s, a) }}": "text-001",
    "{{ 2 ** 10 }}": 1024,
    "{# note #}x": "x",
    "line\n": "line\n",
    "{{ a }}\n": "1\n",
}

REFUSED = {
    "{{ nope }}": "'nope' is undefined",
    "{{ [nope] }}": "'nope' is undefined",
    "x{{ nope.y }}": "'nope' is undefined",
    "{{ d.z }}": "has no attribute 'z'",
    "{{ ''.__class__.__mro__ }}": "forbidden",
    "{{ '' | attr('__class__') }}": "forbidden",
    "{{ lipsum.__globals__ }}": "undefined",
    "{{ cycler.__init__.__globals__ }}": "forbidden",
    "{{ self.__init__ }}": "forbidden",
    "{{ secret.reveal() }}": "forbidden",
    "x{{ secret }}": "secret",
    "{{ secret | string }}": "secret",
    "{{ 'a' * 10**8 }}": "longer than 1 MiB",
    "{{ [0] * 10**8 }}": "longer than 1 MiB",
    "{{ 'a'.center(5 * 10**8) }}": "forbidden",
    "{{ '%0500000000d' | format(1) }}": "asks for more than",
    "{{ '%0500000000d' % 1 }}": "asks for more than",
    "{{ '%*d' | format(500000000, 1) }}": "asks for more than",
    "{{ '{:>500000000}'.format(1) }}": "forbidden",
    "{{ 'a' | center(500000000) }}": "wider than",
    "{{ 'a' | indent(500000000) }}": "wider than",
    "{{ [1] | batch(500000000, 0) | list }}": "wider than",
    "{{ ('a' * 9999) | replace('a', 'a' * 9999) }}": "longer than 1 MiB",
    "{{ ['a' * 9999] * 9999 }}": "longer than 1 MiB",
    "{{ range(9999) | join('a' * 9999) }}": "longer than 1 MiB",
    "{{ 10 ** 100000000 }}": "number is too long",
    "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}": "turns",
    "{% for i in range(10**10) %}{% endfor %}": "",
    "{% set x = namespace(v='a') %}{% for i in range(99) %}{% set x.v = x.v ~ x.v %}{% endfor %}": (
        "longer than 1 MiB"
    ),
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}": "it never ends",
    "{% macro m(n) %}{% if n %}{{ m(n-1) ~ m(n-1) }}{% endif %}{% endmacro %}{{ m(50) }}": "turns",
    "{{": "does not read",
    "{%": "does not read",
    "{{ a b }}": "does not read",
    "{% if a %}": "does not read",
    "{% include 'x' %}": "",
    "{{ lookup('env', 'HOME') }}": "lookup is not available",
    "{{ l | random }}": "No filter named",
    "{{ range }}": "is a function",
    "{{ 1 / 0 }}": "division by zero",
}


@pytest.mark.parametrize("text", VALUES)
def test_a_value_is_rendered(text: str) -> None:
    value = render_value(text, VARIABLES)
    assert value == VALUES[text]
    assert type(value) is type(VALUES[text])


@pytest.mark.parametrize("text", REFUSED)
def test_a_template_that_cannot_be_meant_is_refused_soon(text: str) -> None:
    # Without the limits some of these take for ever; the number only tells that from an end.
    started = time.process_time()
    with pytest.raises(InputError) as caught:
        render_value(text, VARIABLES)
    assert REFUSED[text] in caught.value.cause
    assert time.process_time() - started < 10
    assert "geheim" not in str(caught.value)


def test_nested_values_are_rendered_and_keys_are_not() -> None:
    assert render_value({"{{ a }}": ["{{ a }}", 5, None]}, VARIABLES) == {"{{ a }}": [1, 5, None]}


def test_verbatim_text_is_never_a_template() -> None:
    assert render_value(Verbatim("{{ a }}"), VARIABLES) == "{{ a }}"


def test_a_secret_passes_through_a_single_expression() -> None:
    assert render_value("{{ secret }}", VARIABLES) == Secret("geheim")
    assert render_value("{{ {'p': secret} }}", VARIABLES) == {"p": Secret("geheim")}


class Lazy(Mapping[str, Any]):
    """Says which names were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> Any:
        self.asked.append(name)
        if name == "broken":
            raise UndefinedVariableError("inner is undefined")
        return name.upper()

    def __contains__(self, name: object) -> bool:
        return name in {"one", "two", "broken"}

    def __iter__(self) -> Iterator[str]:
        return iter(["one", "two", "broken"])

    def __len__(self) -> int:
        return 3


def test_only_the_names_that_are_used_are_asked_for() -> None:
    lazy = Lazy()
    assert render_value("{{ one }}", lazy) == "ONE"
    assert set(lazy.asked) == {"one"}


def test_the_innermost_undefined_name_is_named_and_can_be_rescued() -> None:
    assert render_value("{{ broken | default(1) }}", Lazy()) == 1
    with pytest.raises(UndefinedVariableError, match="inner is undefined"):
        render_value("{{ broken }}", Lazy())


def test_a_lookup_is_what_the_caller_gives() -> None:
    assert render_value("{{ lookup('env', 'X') }}", {}, lambda *words: list(words)) == ["env", "X"]


def test_a_condition_is_a_bare_expression() -> None:
    assert evaluate("a == 1 and l", VARIABLES) == [1, 2]
    for wrong in ("a }} {{ a", "a ==", ""):
        with pytest.raises(InputError):
            evaluate(wrong, VARIABLES)


def test_names_and_syntax_are_known_without_evaluating() -> None:
    assert names_in("{{ a.b | default(c) }} {{ lookup('env', 'X') }}") == {"a", "c", "lookup"}
    assert names_in("plain") == frozenset()
    check_syntax("{{ nope }}")
    check_syntax("nope == 1", is_expression=True)
    for text, is_expression in (("{{ a", False), ("a ==", True), ("{{ a | nofilter }}", False)):
        with pytest.raises(InputError):
            check_syntax(text, is_expression=is_expression)


def test_a_document_is_rendered_from_the_first_folder_that_has_it(tmp_path: Path) -> None:
    own, ours = tmp_path / "own", tmp_path / "ours"
    for folder in (own, ours):
        folder.mkdir()
        (folder / "a.md.j2").write_text(f"{folder.name} {{{{ x }}}}\n")
    (ours / "b.html.j2").write_text("{% if true %}\n{{ x }}\n{% endif %}\n")
    (ours / "loop.j2").write_text("{% include 'loop.j2' %}")
    search = [own, ours]
    assert render_document("a.md.j2", {"x": "<b>"}, search=search) == "own <b>\n"
    assert render_document("b.html.j2", {"x": "<b>"}, search=search) == "&lt;b&gt;\n"
    assert render_document("c", {"x": 1}, text="{{ x }}") == "1"
    with pytest.raises(InputError, match="it never ends"):
        render_document("loop.j2", {}, search=search)
    for name in ("nobody.j2", "../own/a.md.j2", "/etc/passwd"):
        with pytest.raises(InputError, match="there is no template"):
            render_document(name, {}, search=search)


def test_a_long_template_is_refused() -> None:
    with pytest.raises(InputError, match="longer than 1 MiB"):
        render_value("{{ a }}" * 200_000, VARIABLES)


def test_jinja_is_not_loaded_before_it_is_used() -> None:
    code = "import sys, cmsdeploy.inventory, cmsdeploy.playbook; print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def shown(text: str) -> str:
    """The value, or the refusal, as text."""
    try:
        return repr(render_value(text, VARIABLES))
    except InputError as error:
        return str(error)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("{}%# |.()[]'\"\\~*+-=a1lds,_:\n"), max_size=30))
def test_any_text_is_rendered_or_refused_in_words(text: str) -> None:
    for whole in (text, "{{ " + text + " }}"):
        assert "geheim" not in shown(whole)
