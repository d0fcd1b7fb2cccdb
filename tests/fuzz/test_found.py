"""What the campaigns have found, each by its smallest input."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cmsdeploy.cli.log_doctor import told
from cmsdeploy.cli.options import Options, _json_object
from cmsdeploy.cli.saved_plan import _summed, load_plan
from cmsdeploy.errors import InputError, OptionError
from cmsdeploy.inventory import load
from cmsdeploy.inventory.document import load_document
from tests.fuzz.readers import _RECORD, _saved, readers


def test_a_plan_whose_moments_have_no_zone_is_none(tmp_path: Path) -> None:
    """They could not be compared with now."""
    path = tmp_path / "plan"
    for word in ("made_at", "expires_at"):
        path.write_bytes(_summed(_saved({word: str(_RECORD[word]).partition("+")[0]})))
        with pytest.raises(InputError, match="this is no plan of this version"):
            load_plan(path, Options(()))


def test_a_parameter_that_is_a_number_is_refused_at_its_place(tmp_path: Path) -> None:
    """A key of YAML needs no letters."""
    (tmp_path / "playbooks").mkdir()
    reader = readers(tmp_path / "playbooks")["playbooks"]
    with pytest.raises(InputError, match="has no parameter '7'"):
        reader.read(b"- hosts: all\n  tasks:\n    - xmpp: {domain: a.com, 7: x}\n")


def _took(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def test_invisible_characters_are_counted_no_further_than_they_are_told(tmp_path: Path) -> None:
    """A file of nothing else took the square of its length."""
    path = tmp_path / "hosts.yml"
    path.write_bytes(b"a: " + b"\x01" * 200_000)

    def read() -> None:
        with pytest.raises(InputError) as caught:
            load_document(path)
        assert len(caught.value.others) == 19

    assert _took(read) < 2


def test_a_plan_that_is_nested_too_deep_is_none(tmp_path: Path) -> None:
    """Nor is such a value on the command line."""
    path = tmp_path / "plan"
    path.write_bytes(_summed(b'{"x": ' + b"[" * 200_000))
    with pytest.raises(InputError, match="this is no plan of this version"):
        load_plan(path, Options(()))
    with pytest.raises(OptionError, match="is not JSON"):
        _json_object("{" + '"x": [' * 200_000)


def test_empty_lines_after_a_prompt_are_not_read_again_at_each_silence(tmp_path: Path) -> None:
    """A box that sends one now and then made us copy all of them each time."""
    reader = readers(tmp_path)["a shell"]
    assert _took(lambda: reader.read(b"cb1> " + b"\x00\r\n" * 40_000)) < 2


@pytest.mark.parametrize("text", ["cb1:{}", "cb[{}:2]", "cb[1:{}]", "cb[1:2:{}]", "[a:{}]:22"])
def test_a_number_of_thousands_of_digits_is_refused_at_its_place(tmp_path: Path, text: str) -> None:
    """Python reads no more than 4300 of them as a number, and says so by an error of its own."""
    path = tmp_path / "hosts"
    path.write_text(text.format("9" * 5000) + "\n")
    with pytest.raises(InputError) as caught:
        load([path])
    assert str(caught.value.origin).startswith(f"{path}:1")
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("text", ["all[{}]", "all[-{}]", "all[0:{}]", "all[{}:1]"])
def test_a_place_in_a_group_that_nobody_can_count_to_matches_nobody(
    tmp_path: Path, text: str
) -> None:
    """The same digits behind a pattern."""
    path = tmp_path / "hosts"
    path.write_text("cb1\n")
    with pytest.raises(InputError):
        load([path]).select(text.format("9" * 5000))


def test_a_log_with_a_line_of_a_megabyte_is_read() -> None:
    """Looking for the name of a box in a line without blanks took the square of its length."""
    assert _took(lambda: told([("a", "cb1> xmpp\n" + "x" * 400_000 + "\n")])) < 5


def test_json_that_yaml_reads_otherwise_is_refused(tmp_path: Path) -> None:
    """A key of more than 1024 characters is one in JSON, and in YAML none."""
    path = tmp_path / "hosts.yml"
    path.write_text('{"' + "1" * 5000 + '": 1}')
    with pytest.raises(InputError):
        load_document(path)
