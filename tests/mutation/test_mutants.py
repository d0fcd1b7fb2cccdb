"""The count of mutants can fail: what is drawn, what is explained, and what is too much."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.mutation.mutants import Change, Mutant, is_about_wording, mutants_in, sample, status_of
from tests.mutation.page import DECIDES, with_paragraph
from tests.mutation.run import forget, quickest
from tests.mutation.trying import JOB, tried_in
from tests.mutation.verdicts import EXPLAINED, explanations, judged, lines_for

Noticed = tuple[int, str]
PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "cmsdeploy"
# As mutmut writes a module: each function as it was, then once for each mutant.
MUTATED = '''
def x_twice__mutmut_orig(number, step=2):
    """Twice."""
    return [
        number * step,
    ]
def x_twice__mutmut_1(number, step=3):
    """Twice."""
    return [
        number * step,
    ]
def x_twice__mutmut_2(number, step=2):
    """Twice."""
    return [
        number / step,
    ]
class Box:
    def xǁBoxǁname__mutmut_orig(self):
        return "a box"
    def xǁBoxǁname__mutmut_1(self):
        return "A BOX"
'''


def _mutant(place: str, number: int, code: int | None = 1) -> Mutant:
    return Mutant(f"{place}:{number}", Change(place, "f", "a", str(number)), code)


def test_a_mutant_is_known_by_what_it_changes(tmp_path: Path) -> None:
    """Not by its number, which moves with every line."""
    names = {"cmsdeploy.model.x.x_twice__mutmut_1": 0, "cmsdeploy.model.x.x_twice__mutmut_2": 1,
             "cmsdeploy.model.x.xǁBoxǁname__mutmut_1": None}  # fmt: skip
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "x.py").write_text(MUTATED)
    (tmp_path / "model" / "x.py.meta").write_text(json.dumps({"exit_code_by_key": names}))
    found = list(mutants_in(tmp_path))
    assert [each.change for each in found] == [
        Change("model/x.py", "twice", "def number, step=2:", "def number, step=3:"),
        Change("model/x.py", "twice", "return [number * step]", "return [number / step]"),
        Change("model/x.py", "Box.name", "return 'a box'", "return 'A BOX'"),
    ]
    assert [status_of(each) for each in found] == ["survived", "killed", "not tried"]
    called = "cmsdeploy.model.x."
    assert {each.called for each in found} == {f"{called}x_twice", f"{called}xǁBoxǁname"}


@pytest.mark.parametrize(
    ("before", "after", "is_wording"),
    [
        ("raise E('no such file', 1)", "raise E('XXno such fileXX', 1)", True),
        ("raise E('No such file')", "raise E('NO SUCH FILE')", True),
        ("f('key', 'a word or two')", "f('XXkeyXX', 'a word or two')", False),
        ("f('key')", "f('KEY')", False),
        ("raise E('no such file', 1)", "raise E('no such file', 2)", False),
        ("raise E('no such file', 1)", "raise E(None, 1)", False),
        ("f('a b', x)", "f('a b', y)", False),
        ("f('a b')", "f('a b')", False),
    ],
)
def test_only_the_letters_of_a_sentence_do_not_count(
    before: str, after: str, is_wording: bool
) -> None:
    """A word that the product looks for counts, and so does a sentence that is gone."""
    assert is_about_wording(Change("model/x.py", "f", before, after)) is is_wording


def test_a_sample_is_even_and_the_same_again() -> None:
    """Each module in turn; a small one is used up, a large one does not take its place."""
    all_of_them = [_mutant("a", n) for n in range(50)]
    all_of_them += [_mutant("b", n) for n in range(2)] + [_mutant("c", n) for n in range(50)]
    drawn = sample(all_of_them, 12, 1)
    assert Counter(each.change.place for each in drawn) == {"a": 5, "b": 2, "c": 5}
    assert drawn == sample(all_of_them, 12, 1)
    assert drawn != sample(all_of_them, 12, 2)
    assert len(sample(all_of_them, 999, 1)) == 102


def test_too_many_that_live_without_a_reason_fail() -> None:
    """Four of a hundred may, five may not; what no test reaches lives too."""
    killed = [_mutant("a", n) for n in range(95)] + [_mutant("a", 95, 36)]
    alive = [_mutant("a", n, code) for n, code in enumerate((0, 0, 33, 0), 100)]
    assert judged([*killed, *alive], {}).is_good
    one_more = [*killed[1:], *alive, _mutant("a", 200, 0)]
    result = judged(one_more, {})
    assert not result.is_good
    assert result.sentence() == (
        "sample 100: 94 killed, 1 not reached, 4 survived, 1 timeout; of those that live on"
        " 0 explained, 5 not (5.0 %)"
    )
    explained = {one_more[-1].change: "the same"}
    assert judged(one_more, explained).is_good
    assert judged(one_more, explained).explained == 1


@pytest.mark.parametrize("code", [None, -11])
def test_a_mutant_that_was_not_tried_is_no_success(code: int | None) -> None:
    """Nor is one whose tests crashed, nor no mutant at all."""
    assert not judged([_mutant("a", n) for n in range(99)] + [_mutant("a", 99, code)], {}).is_good
    assert not judged([], {}).is_good


TESTS = """
import os
SEEN = []
def test_one():
    SEEN.append(1)
    assert os.environ["MUTANT_UNDER_TEST"] != "bad"
def test_two():
    assert len(SEEN) == 1, "another mutant was here"
def test_loop():
    while os.environ["MUTANT_UNDER_TEST"] == "endless":
        pass
"""


def _tried(folder: Path, names: Mapping[str, tuple[float, list[str]]]) -> dict[str, Noticed]:
    (folder / "test_it.py").write_text(TESTS)
    results = folder / "tried.jsonl"
    job = {"workers": 2, "names": names, "results": str(results)}
    (folder / "job.json").write_text(json.dumps(job))
    environment = {**os.environ, JOB: str(folder / "job.json"), "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "tests.mutation.trying", "."]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "--rootdir=."], cwd=folder, env=environment,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return tried_in(results)


def test_each_mutant_is_tried_by_itself(tmp_path: Path) -> None:
    """In a fork: noticed and by which test, lived, no test at all."""
    one, two, loop = (f"test_it.py::test_{name}" for name in ("one", "two", "loop"))
    tried = _tried(
        tmp_path,
        {"bad": (0.1, [one, two]), "good": (0.1, [one, two]), "lost": (0.0, []),
         "again": (0.1, [two]), "endless": (-1.0, [one, loop])},
    )  # fmt: skip
    assert tried == {
        "bad": (1, one), "good": (0, ""), "lost": (33, ""), "again": (1, two),
        "endless": (-signal.SIGXCPU, ""),
    }  # fmt: skip


def test_a_campaign_that_was_stopped_goes_on(tmp_path: Path) -> None:
    """What is known is not tried again; the line that the stop has cut is."""
    (tmp_path / "tried.jsonl").write_text('["bad", 0, ""]\n["good", 1, "test_')
    (one,) = ["test_it.py::test_one"]
    tried = _tried(tmp_path, {"bad": (0.1, [one]), "good": (0.1, [one])})
    assert tried == {"bad": (0, ""), "good": (0, "")}


def test_quick_tests_come_first_and_cases_of_one_test_take_turns() -> None:
    """What there are no seconds for is left out."""
    tests = [(1.0, "slow"), (0.1, "a[1]"), (0.1, "a[2]"), (0.15, "b"), (0.1, "a[3]"), (9.0, "huge")]
    spent, chosen = quickest(tests, 8.0)
    assert chosen == ["a[1]", "b", "a[2]", "a[3]", "slow"]
    assert round(spent, 2) == 1.45
    assert quickest([], 8.0) == (0.0, [])
    scene = "tests/records/test_records.py::test_a_scene_gives_its_record"
    records = [(0.5, f"{scene}[fault, a]"), (0.6, f"{scene}[fault, b]"), (0.7, f"{scene}[zone, 1]")]
    _, chosen = quickest([*records, (0.4, "a[1]"), (0.01, "b")], 8.0)
    assert [one[-10:] for one in chosen] == ["b", "[fault, a]", "d[zone, 1]", "[fault, b]", "a[1]"]


def test_what_lived_is_tried_again_and_what_was_noticed_is_not(tmp_path: Path) -> None:
    """Of this sample only: another one may be under way in the same folder."""
    results = tmp_path / "tried.jsonl"
    lines = [
        ["a", 1, "test"], ["b", 0, ""], ["c", 33, ""], ["d", 0, ""], ["e", -24, ""],
        ["f", 1, "not tried any more"], ["g", 1, "not tried any more"],
    ]  # fmt: skip
    results.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    forget(results, {name: ["other", "test"] for name in "abcef"})
    left = {"a": (1, "test"), "d": (0, ""), "e": (-24, ""), "g": (1, "not tried any more")}
    assert tried_in(results) == left


def test_the_page_has_the_last_run_once() -> None:
    """In the place of the run before, above the list of what decides."""
    begins = "Mutants of `model`, `planning`, `families` and `session` (`./scripts/test --mutants`)"
    once = list(with_paragraph(["| A1 |", "", DECIDES, "", "- A1"], [f"{begins}: 1", ""]))
    assert once == ["| A1 |", "", f"{begins}: 1", "", DECIDES, "", "- A1"]
    twice = list(with_paragraph(once, [f"{begins}: 2", ""]))
    assert twice == ["| A1 |", "", f"{begins}: 2", "", DECIDES, "", "- A1"]


def test_a_survivor_is_printed_as_the_file_wants_it() -> None:
    """With a reason below it, it is read back."""
    mutant = _mutant("model/x.py", 7)
    text = "\n".join(["# why", "", *lines_for(mutant), "= it is the same"])
    assert explanations(text) == {mutant.change: "it is the same"}


@pytest.mark.parametrize(
    "text",
    [
        "model/x.py f\n- a\n+ b\n",
        "model/x.py f\n- a\n+ b\n=\n",
        "model/x.py f\n+ b\n- a\n= c\n",
        "model/x.py f\n- a\n+ b\n= c\nmodel/x.py f\n- a\n+ b\n= c\n",
    ],
)
def test_an_explanation_that_is_none_is_refused(text: str) -> None:
    """Without a reason, out of order, or twice."""
    with pytest.raises(ValueError, match=r"^line \d"):
        explanations(text)


def test_no_explanation_is_stale() -> None:
    """Each is about a statement that still stands in its function."""
    explained = explanations(EXPLAINED.read_text())
    stale = [change for change in explained if change.before not in _statements(change)]
    assert stale == []


def _statements(change: Change) -> str:
    """The function of ``change`` as one line, written as its statements are."""
    name = change.function.rpartition(".")[2]
    tree = ast.parse((PACKAGE / change.place).read_text())
    found = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    heads = [f"def {ast.unparse(node.args)}:" for node in found]
    lines = [line.strip() for node in found for line in ast.unparse(node).splitlines()]
    return " ".join([*heads, *lines])
