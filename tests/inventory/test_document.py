"""Files that no YAML loader should be given: bytes, bombs, depth, and things that are no files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmsdeploy.errors import InputError
from cmsdeploy.inventory.document import load_document
from cmsdeploy.inventory.reading import read_bytes
from cmsdeploy.template import Verbatim
from tests.ending import ends_within

BOMB = b"".join(
    b"%c: &%c [%s]\n" % (name, name, b", ".join([b"*%c" % (name - 1) if name > 97 else b"1"] * 9))
    for name in range(97, 103)
)

REFUSED = {
    "duplicate key": (b"a: 1\nb: {c: 1, c: 2}\na: 2\n", "2:11: the key 'c' stands twice"),
    "two keys that are one": (b"1: x\n0x1: y\n", "2:1: the key '0x1' stands twice"),
    "alias bomb": (BOMB, "6:4: its aliases unfold to more than 100,000 values"),
    "alias in itself": (b"a: &x [*x]\n", "1:4: this alias contains itself"),
    "brackets": (b"[" * 200_000, "1:41: YAML: nested deeper than 40 levels"),
    "braces": (b"{" * 200_000, "1:41: YAML: nested deeper than 40 levels"),
    "dashes": (b"- " * 100_000 + b"x", "1:81: YAML: nested deeper than 40 levels"),
    "tab": (b"a:\n\tb: 1\n", "2:1: a tab indents this line"),
    "NUL": (b"a: \x00\n", "1:4: the character U+0000 is invisible"),
    "raw escape": (b"a: \x1b[31m\n", "1:4: the character U+001B is invisible"),
    "lone carriage return": (b"a: 1\rb: 2\n", "1:5: the character U+000D is invisible"),
    "next line": ("a: x\u0085y\n".encode(), "1:5: the character U+0085 is invisible"),
    "line separator": ("a: x\u2028y\n".encode(), "1:5: the character U+2028 is invisible"),
    "right to left": ("a: \u202ex\n".encode(), "1:4: the character U+202E is invisible"),
    "Latin-1": (b"a: 1\nb: caf\xe9\n", "2:7: byte 0xe9 is not UTF-8"),
    "bell in text": (b'a: "\\x07"\n', "1:4: the character U+0007 is invisible"),
    "two documents": (b"a: 1\n---\nb: 1\n", "2:1: YAML: but found another document"),
    "object": (b"a: !!python/object:x.y {}\n", "1:4: the tag !!python/object:x.y is not supported"),
    "binary": (b"a: !!binary aGk=\n", "1:4: the tag !!binary is not supported"),
    "vault": (b"a: !vault |\n  x\n", "1:4: !vault stands before a text that is no vault"),
    "date": (b"a: 2024-13-45\n", "1:4: 2024-13-45 looks like a timestamp, but is none"),
    "wrong number": (b"a: !!int ten\n", "1:4: ten looks like a int, but is none"),
    "list as key": (b"? [a]\n: 1\n", "1:3: a key cannot be a collection"),
    "merge of a text": (b"a:\n  <<: x\n", "2:7: << merges mappings only"),
    "unclosed": (b"a: [1\nb: 2\n", "2:2: YAML: expected ',' or ']'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_at_its_place_and_soon(name: str, tmp_path: Path) -> None:
    content, expected = REFUSED[name]
    path = tmp_path / "hosts.yml"
    path.write_bytes(content)
    with ends_within(2), pytest.raises(InputError) as caught:
        load_document(path)
    assert f"{caught.value.origin}: {caught.value.cause}".startswith(f"{path}:{expected}")
    assert caught.value.action


def test_both_lines_of_a_duplicate_key_are_named(tmp_path: Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text("cb1: 1\n\ncb1: 2\n")
    with pytest.raises(InputError, match="here and in line 1") as caught:
        load_document(path)
    assert caught.value.origin
    assert caught.value.origin.line == 3


def test_all_problems_of_a_pass_are_named_in_order(tmp_path: Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text("a: !x 1\nb: 1\nb: 2\nc: 2024-99-99\n")
    with pytest.raises(InputError) as caught:
        load_document(path)
    problems = [caught.value, *caught.value.others]
    assert [one.origin.line for one in problems if one.origin] == [1, 3, 4]


def test_a_line_that_may_hold_a_secret_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text("ansible_password: [geheim\nb: c\n  password: geheim: x\n")
    with pytest.raises(InputError) as caught:
        load_document(path)
    assert "geheim" not in str(caught.value)


def test_scalars_mean_what_they_mean_to_ansible(tmp_path: Path) -> None:
    path = tmp_path / "values.yml"
    path.write_text(
        "\ufeffa: NO\nb: 'NO'\nc: 0644\nd: 0o644\ne: 22:30\nf: 1e3\ng: y\nh: ~\n"
        "i: !unsafe '{{ x }}'\n"
        "j: &j {k: 1}\nl: {<<: *j, m: 2}\nn: 1_000\r\n"
    )
    root = load_document(path)
    assert root is not None
    value = root.value
    assert value["a"] is False
    assert value["b"] == "NO"
    assert value["c"] == 420
    assert value["d"] == "0o644"
    assert value["e"] == 1350
    assert value["f"] == "1e3"
    assert value["g"] == "y"
    assert value["h"] is None
    assert value["n"] == 1000
    assert isinstance(value["i"], Verbatim)
    assert value["l"] == {"k": 1, "m": 2}
    assert root.entries["a"].written == "NO"
    assert root.entries["e"].written == "22:30"
    assert str(root.entries["e"].origin) == f"{path}:5:4"


def test_an_empty_file_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty.yml"
    path.write_text("# only a comment\n")
    assert load_document(path) is None


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    loop, dangling, pipe = tmp_path / "loop", tmp_path / "dangling", tmp_path / "pipe"
    loop.symlink_to(loop)
    dangling.symlink_to(tmp_path / "nobody")
    os.mkfifo(pipe)
    expected = {
        loop: "it is a symbolic link that may not be followed",
        dangling: "there is no such file",
        pipe: "it is no regular file",
        tmp_path: "it is a folder",
        Path("/dev/zero"): "it is no regular file",
        tmp_path / "nobody": "there is no such file",
        tmp_path / "no\x00body": "embedded null byte",
    }
    for path, cause in expected.items():
        with pytest.raises(InputError) as caught:
            read_bytes(path)
        assert caught.value.cause == cause
        assert caught.value.origin


def test_a_link_elsewhere_is_read_only_where_links_are_allowed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert read_bytes(tmp_path / "link") == b"x"
    with pytest.raises(InputError, match="symbolic link"):
        read_bytes(tmp_path / "link", is_link_allowed=False)


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yml"
    with path.open("wb") as file:
        file.truncate(10 << 30)
    with ends_within(1), pytest.raises(InputError, match="longer than 4,194,304 bytes"):
        load_document(path)


def refusals(path: Path) -> list[InputError]:
    try:
        load_document(path)
    except InputError as error:
        return [error, *error.others]
    return []


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#%@`,? \n\t0\\\u2028"), max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hosts.yml"
        path.write_bytes(text.encode())
        assert all(error.origin is not None for error in refusals(path))
