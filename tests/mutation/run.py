"""``python -m tests.mutation.run [N|all]``: break the pure rooms N times, and count who notices.

Works in a copy of the tree, with mutmut from the environment of this interpreter. Exit code 1 where
five of a hundred or more live on without an explanation in ``explained.txt``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import date
from pathlib import Path

from tests.mutation.mutants import ROOMS, Change, Mutant, is_about_wording, mutants_in, sample
from tests.mutation.page import told
from tests.mutation.trying import JOB, NOT_REACHED, looked_at, tried_in
from tests.mutation.verdicts import EXPLAINED, Result, explanations, judged, lines_for
from tests.promises.numbers import FILE

__all__ = ["forget", "main", "quickest"]

# What one mutant is tried by and has come to: the seconds of its tests, those in their order, its
# exit code, and the test that noticed it.
Tried = tuple[float, list[str], int, str]

PROJECT = Path(__file__).parents[2]
_COPIED = ("cmsdeploy", "tests", "docs", "inventories", "playbooks", "templates", "scripts")
_FILES = ("pyproject.toml", "setup.cfg", "README.md")
_UNWANTED = shutil.ignore_patterns("__pycache__", "*.pyc")
# Pure and quick ones. What starts programs, waits for clocks or walks long campaigns stays out: a
# mutant that only those would notice counts as one that lives.
_TESTS = (
    "tests/model", "tests/planning", "tests/families", "tests/session", "tests/records",
    "tests/dns/test_rules.py", "tests/dns/test_standing.py",
    "tests/contract/test_laws.py", "tests/report/test_runbook.py", "tests/report/test_tables.py",
    "tests/doctor/test_table.py", "tests/doctor/test_logs.py", "tests/doctor/test_evidence.py",
    "tests/doctor/test_false_comfort.py",
    "tests/doctor/test_grouped.py", "tests/doctor/test_healthy.py",
    "tests/doctor/test_pending.py", "tests/doctor/test_report.py",
    "tests/day_two/test_servers.py", "tests/day_two/test_bridges.py",
    "tests/day_two/test_outages.py", "tests/day_two/test_rollback.py",
    "tests/day_two/test_drill.py", "tests/day_two/test_watch.py",
    "tests/day_two/test_leave_and_return.py", "tests/day_two/test_import.py",
    "tests/contract/test_renewal.py",
    "tests/contract/test_no_secret.py", "tests/executor", "tests/report/test_text.py",
    "tests/report/test_sheet.py", "tests/report/test_left.py", "tests/report/test_difference.py",
    "tests/report/test_html.py",
)  # fmt: skip
# It counts lines of code that is run, and those of mutmut too.
_WITHOUT = ("--ignore=tests/planning/test_operations.py",)
_SLOW = (
    "_cut", "cut_", "killed", "a_fault", "every_fault", "anywhere", "no_payload", "majority_while",
    "busy_box", "nobody_announced", "over_real_ssh", "names_cause_and_box",
    "ends_well_or_in_words", "nothing_secret_in_any_form",
)  # fmt: skip
# Of the processor, for the tests of one mutant that nobody notices.
_SECONDS = 16.0
_RECORDS = "tests/records/"
_EARLIER = 0.1
# A smaller sample says too little to be told on the page of promises.
_TOLD_FROM = 100


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 well, 1 too many live on, 2 the tests fail without any mutant, 130 stopped
    by Ctrl-C: the same command with ``--folder`` goes on then."""
    options = _options(arguments)
    folder = Path(options.folder or tempfile.mkdtemp(prefix="mutants-")).resolve()
    print(f"to go on after a stop: --folder {folder} --seed {options.seed}", file=sys.stderr)
    try:
        _make_ready(folder, options)
        code = _campaign(folder, options)
    except subprocess.CalledProcessError as error:
        print(f"without any mutant this fails: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    if not options.folder:
        shutil.rmtree(folder)
    return code


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./scripts/test --mutants", description=__doc__)
    parser.add_argument("count", nargs="?", default="400", help="how many, or all")
    parser.add_argument("--seed", type=int, default=213479, help="which ones")
    parser.add_argument("--folder", help="keep the copy there, or go on with the one that is there")
    parser.add_argument(
        "--retry", action="store_true", help="try those that live again, with the tests of today"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="side by side")
    return parser.parse_args(arguments)


def _campaign(folder: Path, options: argparse.Namespace) -> int:
    mutated, results = folder / "copy" / "mutants", folder / "tried.jsonl"
    made = _counted(mutated)
    drawn = sample(made, len(made) if options.count == "all" else int(options.count), options.seed)
    print(f"{len(drawn)} of {len(made)} mutants, seed {options.seed}", file=sys.stderr)
    callers = _callers(mutated)
    chosen = {each.name: quickest(callers.get(each.called, []), _SECONDS) for each in drawn}
    if options.retry:
        forget(results, {name: tests for name, (_, tests) in chosen.items()})
    _pytest(mutated, {"names": chosen, "workers": options.workers, "results": str(results)})
    tried = tried_in(results)
    _check(mutated, options.workers, {name: (*chosen[name], *tried[name]) for name in chosen})
    result = judged((replace(each, code=tried[each.name][0]) for each in drawn), _reasons())
    for mutant in result.unexplained:
        print("", *lines_for(mutant), sep="\n")
    _tell(folder / f"found-{options.seed}-{options.count}.txt", result,
          f"of {len(made)} mutants, seed {options.seed}")  # fmt: skip
    return 0 if result.is_good else 1


def _counted(mutated: Path) -> list[Mutant]:
    """Those that are no matter of wording. To compare so many functions takes a while, so it is
    done once."""
    kept = mutated / "counted.json"
    if not kept.is_file():
        made = mutants_in(mutated / "cmsdeploy")
        counted = [each for each in made if not is_about_wording(each.change)]
        kept.write_text(json.dumps([[each.name, *astuple(each.change)] for each in counted]))
    found = json.loads(kept.read_text())
    return [Mutant(name, Change(*change), None) for name, *change in found]


def quickest(tests: Sequence[tuple[float, str]], limit: float) -> tuple[float, list[str]]:
    """Of the tests that call a function, with their seconds, those with which a mutant is tried:
    quick ones first, and of many cases of one test not all before the first of another; records
    of scenes before others, as they hold everything that a scene shows. Those that ``limit`` leaves
    no seconds for are out: what only they would notice counts as one that lives.
    """
    turn: Counter[str] = Counter()
    ranked: list[tuple[float, float, str]] = []
    for seconds, test in sorted(tests):
        is_record = test.startswith(_RECORDS)
        kind = test.partition("," if is_record else "[")[0]
        turn[kind] += 1
        ranked.append((seconds * turn[kind] * (_EARLIER if is_record else 1), seconds, test))
    spent, chosen = 0.0, []
    for _, seconds, test in sorted(ranked):
        if spent + seconds <= limit:
            spent += seconds
            chosen.append(test)
    return spent, chosen


def _callers(mutated: Path) -> Mapping[str, list[tuple[float, str]]]:
    """Which tests call which function. Each test has to pass on the way."""
    results, is_whole = mutated / "looked.jsonl", mutated / "looked"
    if not is_whole.is_file():
        _pytest(mutated, {"results": str(results)})
        is_whole.touch()
    callers: dict[str, list[tuple[float, str]]] = {}
    for test, seconds, calls in looked_at(results):
        for function in calls.split() if seconds <= _SECONDS else ():
            callers.setdefault(function, []).append((seconds, test))
    return callers


def forget(results: Path, tests: Mapping[str, Collection[str]]) -> None:
    """What of ``tests``, by mutant those of today, lived is to be tried again; and what a test has
    noticed that is not among them any more, or nobody could check it."""
    lines = [
        json.dumps([name, code, noticed])
        for name, (code, noticed) in tried_in(results).items()
        if name not in tests
        or (code not in (0, NOT_REACHED) and (not noticed or noticed in tests[name]))
    ]
    results.write_text("".join(f"{line}\n" for line in lines))


def _check(mutated: Path, workers: int, tried: Mapping[str, Tried]) -> None:
    """The tests that noticed, once more in the same order and without any mutant: all must pass.
    Tests that fail when others have not run before them would notice everything."""
    longest: dict[tuple[str, ...], tuple[float, list[str]]] = {}
    for seconds, tests, code, noticed in tried.values():
        if code not in (0, NOT_REACHED):
            until = tests.index(noticed) + 1 if noticed else len(tests)
            # Many mutants have the same tests; the longest beginning stands for all of them.
            _, known = longest.get(tuple(tests), (0.0, []))
            longest[tuple(tests)] = (seconds, max(known, tests[:until], key=len))
    names = {f"none {number}": one for number, one in enumerate(longest.values())}
    results = mutated / "check.jsonl"
    results.unlink(missing_ok=True)
    _pytest(mutated, {"names": names, "workers": workers, "results": str(results)})
    for code, noticed in tried_in(results).values():
        if code:
            raise subprocess.CalledProcessError(code, noticed or "a test that ran too long")


def _tell(found: Path, result: Result, of: str) -> None:
    """As found, and where tests were written since, also what lives on after them."""
    said = result.sentence()
    print(f"\n{said}")
    if not found.is_file():
        found.write_text(said)
    elif found.read_text() != said:
        said = f"as found: {found.read_text()}; with the tests that it has asked for: {said}"
    if result.tried < _TOLD_FROM:
        print(f"fewer than {_TOLD_FROM}: not told in docs/promises.md")
    else:
        told(f"{date.today():%Y-%m-%d}: {said}; {of}")


def _reasons() -> Mapping[Change, str]:
    return explanations(EXPLAINED.read_text())


def _make_ready(folder: Path, options: argparse.Namespace) -> None:
    """A copy of the tree with mutants, as it was when it was made; ``--retry`` renews its tests."""
    copy, is_made = folder / "copy", folder / "made"
    if not is_made.is_file():
        (copy / "mutants" / "counted.json").unlink(missing_ok=True)
        _copy(copy)
        _make(copy)
        is_made.touch()
    elif options.retry:
        shutil.rmtree(copy / "mutants" / "tests")
        shutil.copytree(PROJECT / "tests", copy / "mutants" / "tests", ignore=_UNWANTED)
        for name in ("looked", "looked.jsonl"):
            (copy / "mutants" / name).unlink(missing_ok=True)


def _copy(folder: Path) -> None:
    """The tree, apart from the one that people work with."""
    for name in _COPIED:
        shutil.copytree(PROJECT / name, folder / name, ignore=_UNWANTED, dirs_exist_ok=True)
    for name in _FILES:
        shutil.copy2(PROJECT / name, folder)
    with (folder / "pyproject.toml").open("a") as file:
        file.write(_configuration())


def _configuration() -> str:
    """What mutmut wants to know. Lists of texts in JSON are lists of texts in TOML."""
    copied = [*_COPIED[2:], *_FILES]
    lines = {
        "source_paths": ["cmsdeploy"],
        "only_mutate": [f"cmsdeploy/{room}/*" for room in ROOMS],
        "also_copy": copied,
        # Its own run is over as soon as the mutants are made; trying.py does the rest.
        "pytest_add_cli_args_test_selection": ["tests/model/test_words_and_errors.py"],
        # Not asked for here, and each call would pay for it.
        "track_dependencies": False,
        "use_git_change_detection": False,
    }
    table = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    return f"\n[tool.mutmut]\n{table}"


def _make(folder: Path) -> None:
    """Let mutmut make its mutants. It does so only to run some; two are enough."""
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    first = "cmsdeploy.model.version.xǁVersionǁfound_in__mutmut_1"
    subprocess.run(
        [mutmut, "run", "--max-children=2", first],
        cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True,
    )  # fmt: skip


def _pytest(folder: Path, job: Mapping[str, object]) -> None:
    """Have ``trying`` do its job in the mutated copy."""
    place = folder / "job.json"
    place.write_text(json.dumps(job))
    slow = " and ".join(f"not {word}" for word in _SLOW)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "tests.mutation.trying",
         "-p", "no:cacheprovider", "-o", "timeout=20", "-m", "not long", "-k", slow,
         *_WITHOUT, *_TESTS],
        cwd=folder, env={**_environment(), JOB: str(place), "PYTHONPATH": str(folder)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print(done.stdout[-3000:], file=sys.stderr)
        done.check_returncode()


def _environment() -> dict[str, str]:
    # What passes in a copy that was spoilt is no number of ours.
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", FILE: ""}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
