"""INI: words as a shell splits them, values as Python literals; and the other kinds of sources."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cmsdeploy.errors import InputError
from cmsdeploy.inventory import Inventory, load
from cmsdeploy.inventory.ini_words import split_host_line
from cmsdeploy.inventory.literals import typed

VALUES: dict[str, object] = {
    "22": 22,
    "-5": -5,
    "1e3": 1000.0,
    "0x1F": 31,
    "1_000": 1000,
    "True": True,
    "None": None,
    "(1, 2)": [1, 2],
    "{'a': (1,)}": {"a": [1]},
    "'22'": "22",
    "22 # comment": 22,
    "true": "true",
    "0644": "0644",
    "3.8.1": "3.8.1",
    "[a,b]": "[a,b]",
    "22:30": "22:30",
    "'\\d'": "\\d",
    "{{1}}": "{{1}}",
    "[" * 5000: "[" * 5000,
    "1if": "1if",
    "": "",
}


def loaded(tmp_path: Path, text: str) -> Inventory:
    path = tmp_path / "hosts.ini"
    path.write_text(text, encoding="utf-8")
    return load([path])


@pytest.mark.parametrize("text", VALUES, ids=lambda text: text[:12])
def test_a_value_is_a_literal_or_a_text(text: str) -> None:
    value = typed(text)
    assert value == VALUES[text]
    assert type(value) is type(VALUES[text])


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="ab ='\"\\#\t;é", max_size=20))
@example("a'b'\"c\"d")
@example("''")
def test_a_host_line_is_split_as_by_a_shell(line: str) -> None:
    try:
        theirs = shlex.split(line, comments=True)
    except ValueError:
        with pytest.raises(InputError):
            split_host_line(line)
        return
    words = split_host_line(line).words
    assert [word for _, word in words] == theirs
    columns = [column for column, _ in words]
    assert columns == sorted(set(columns))


def test_values_have_their_places(tmp_path: Path) -> None:
    inventory = loaded(
        tmp_path, "[g]\n  cb[1:2]:2222  a=1 b='x y'\n[g:vars]\nlist =  [1, {'k': 'v'}]\n"
    )
    assert inventory.hosts == ("cb1", "cb2")
    places = {"a": "2:19", "b": "2:23", "list": "4:9", "ansible_port": "2:3"}
    for name, place in places.items():
        assert str(inventory.origin("cb2", name)) == f"{tmp_path}/hosts.ini:{place}"
    assert inventory.variables("cb1")["ansible_port"] == 2222
    assert inventory.variables("cb1")["list"] == [1, {"k": "v"}]


def test_a_sharp_that_is_glued_to_a_value_is_warned_of(tmp_path: Path) -> None:
    inventory = loaded(tmp_path, "h a=b#c d=1\nk a='b#c' # a comment\n")
    assert [str(one.origin) for one in inventory.warnings] == [f"{tmp_path}/hosts.ini:1:6"]
    assert inventory.nodes("h")["a"].value == "b"
    assert "d" not in inventory.nodes("h")
    assert inventory.nodes("k")["a"].value == "b#c"


def test_a_group_may_be_used_before_it_is_declared(tmp_path: Path) -> None:
    inventory = loaded(tmp_path, "[p:children]\nlater\nq\n[later:vars]\nx=1\n[q]\nk\n[later]\nh\n")
    assert inventory.variables("h")["x"] == 1
    # A child takes its place when it is declared, as in Ansible.
    assert inventory.hosts_in("p") == ("k", "h")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hosts", "cb1\n[g]\ncb1\n"),
        ("hosts", "cb1 x=1\n"),
        ("hosts", "# a comment\n\ncb1:22\n"),
        ("hosts", "all:\n  hosts:\n    cb1:\n"),
        ("hosts", "---\nall: {hosts: {cb1: }}\n"),
        ("hosts", '{"all": {"hosts": {"cb1": null}}}'),
        ("hosts", "'all':\n\thosts: {cb1: }\n".replace("\t", "  ")),
        ("hosts.prod", "[g]\ncb1\n"),
    ],
)
def test_a_file_without_ending_is_read_as_what_it_is(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert load([tmp_path / name]).hosts == ("cb1",)


def test_a_list_of_hosts_is_an_inventory(tmp_path: Path) -> None:
    inventory = load([Path("cb1,cb2:2222, [2001:db8::1]:22,2001:db8::2,")])
    assert inventory.hosts == ("cb1", "cb2", "2001:db8::1", "2001:db8::2")
    assert inventory.variables("cb2")["ansible_port"] == 2222
    assert inventory.variables("2001:db8::1")["ansible_port"] == 22
    assert inventory.hosts_in("ungrouped") == inventory.hosts
    for wrong in ("cb1,a b", "cb[1:3],", "cb1,-x"):
        with pytest.raises(InputError, match="cannot be the name of a host"):
            load([Path(wrong)])


def test_json_is_read_as_json(tmp_path: Path) -> None:
    path = tmp_path / "hosts.json"
    path.write_text('{\n\t"all": {"hosts": {"h": {"a": 1e3, "b": "\\ud83d\\ude00", "c": 1.50}}}}\n')
    variables = load([path]).variables("h")
    assert (variables["a"], variables["b"], variables["c"]) == (1000.0, "\U0001f600", 1.5)
    path.write_text('{"all": {"hosts": {"h": {"a": {"__ansible_vault": "x"}}}}}')
    with pytest.raises(InputError, match="Ansible's own form"):
        load([path])


def test_what_is_unsafe_is_no_template_all_the_way_down(tmp_path: Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text("all: {hosts: {h: {a: !unsafe ['{{ x }}', {k: '{{ y }}'}]}}}\n")
    assert load([path]).variables("h")["a"] == ["{{ x }}", {"k": "{{ y }}"}]


def test_a_long_file_has_the_places_of_a_short_one(tmp_path: Path) -> None:
    filler = "".join(f"    f{n}: {{x: [1, 'é', {n}]}}\n" for n in range(4000))
    path = tmp_path / "hosts.yml"
    path.write_text(f"all:\n  hosts:\n{filler}    h:\n      é: 'é'\n      b: ['é', {{c: 022}}]\n")
    assert path.stat().st_size > 100_000
    inventory = load([path])
    node = inventory.nodes("h")["b"].items[1].entries["c"]
    assert (str(node.origin), node.value) == (f"{path}:4005:20", 18)
    assert node.written == "022"
    for wrong, place in (("[" * 50_000, "4003:48"), ("[1, 2", "4004:1"), ("*x", "4003:12")):
        path.write_text(f"all:\n  hosts:\n{filler}    h: {{x: {wrong}\n")
        with pytest.raises(InputError) as caught:
            load([path])
        assert str(caught.value.origin) == f"{path}:{place}"


def refusals(path: Path) -> list[InputError]:
    try:
        load([path])
    except InputError as error:
        return [error, *error.others]
    return []


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab[]:={}'\"\\#;, \n\t0-\u2028", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hosts.ini"
        path.write_bytes(text.encode())
        assert all(error.origin is not None for error in refusals(path))
