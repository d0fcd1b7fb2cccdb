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
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate
from pathlib import Path

from tests.mutation.mutants import ROOMS, Change, is_about_wording, mutants_in, sample
from tests.mutation.page import told
from tests.mutation.trying import JOB
from tests.mutation.verdicts import EXPLAINED, Result, explanations, judged, lines_for
from tests.promises.numbers import FILE

__all__ = ["main"]

PROJECT = Path(__file__).parents[2]
_COPIED = ("cmsdeploy", "tests", "docs", "inventories", "playbooks", "templates", "scripts")
_FILES = ("pyproject.toml", "setup.cfg", "README.md")
# Pure and quick ones. What starts programs, waits for clocks or walks long campaigns stays out: a
# mutant that only those would notice counts as one that lives.
_TESTS = (
    "tests/model", "tests/planning", "tests/families", "tests/session",
    "tests/dns/test_rules.py", "tests/dns/test_standing.py",
    "tests/contract/test_laws.py", "tests/report/test_runbook.py", "tests/report/test_tables.py",
    "tests/doctor/test_table.py", "tests/doctor/test_logs.py", "tests/doctor/test_evidence.py",
    "tests/doctor/test_false_comfort.py",
    "tests/doctor/test_grouped.py", "tests/doctor/test_healthy.py",
    "tests/doctor/test_pending.py", "tests/doctor/test_report.py",
    "tests/day_two/test_servers.py", "tests/day_two/test_bridges.py",
    "tests/day_two/test_outages.py",
)  # fmt: skip
_SLOW = (
    "_cut", "cut_", "killed", "a_fault", "every_fault", "anywhere", "no_payload", "majority_while",
    "busy_box", "nobody_announced",
)  # fmt: skip
# Of the processor, for the tests of one mutant that nobody notices.
_SECONDS = 8.0


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 well, 1 too many live on, 2 the tests fail without any mutant."""
    options = _options(arguments)
    folder = Path(options.folder or tempfile.mkdtemp(prefix="mutants-")).resolve() / "copy"
    try:
        _copy(folder)
        _make(folder)
        return _campaign(folder / "mutants", options)
    except subprocess.CalledProcessError as error:
        print(f"without any mutant this fails: {error}", file=sys.stderr)
        return 2
    finally:
        if not options.folder:
            shutil.rmtree(folder.parent)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./scripts/test --mutants", description=__doc__)
    parser.add_argument("count", nargs="?", default="400", help="how many, or all")
    parser.add_argument("--seed", type=int, default=213479, help="which ones")
    parser.add_argument("--folder", help="keep the copy there, and go on with one that is there")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="side by side")
    return parser.parse_args(arguments)


def _campaign(folder: Path, options: argparse.Namespace) -> int:
    made = [each for each in mutants_in(folder / "cmsdeploy") if not is_about_wording(each.change)]
    drawn = sample(made, len(made) if options.count == "all" else int(options.count), options.seed)
    print(f"{len(drawn)} of {len(made)} mutants, seed {options.seed}", file=sys.stderr)
    callers = json.loads(_pytest(folder, "callers", {}))
    # The one without a name is no mutant; with it every test has to pass.
    names = {"": [], **{each.name: _quickest(callers.get(each.called, [])) for each in drawn}}
    job = {"names": names, "workers": options.workers}
    codes: dict[str, int] = json.loads(_pytest(folder, "codes", job))
    if codes[""]:
        raise subprocess.CalledProcessError(codes[""], "all tests in a fork")
    result = judged((replace(each, code=codes[each.name]) for each in drawn), _reasons())
    _tell(result, len(made), options.seed)
    return 0 if result.is_good else 1


def _quickest(tests: Sequence[tuple[float, str]]) -> list[str]:
    """Of the tests that call a function, the quick ones. What only the others would notice counts
    as a mutant that lives."""
    spent = accumulate(seconds for seconds, _ in tests)
    return [test for until, (_, test) in zip(spent, tests, strict=True) if until < _SECONDS]


def _tell(result: Result, of: int, seed: int) -> None:
    for mutant in result.unexplained:
        print("", *lines_for(mutant), sep="\n")
    print(f"\n{result.sentence()}")
    told(f"{date.today():%Y-%m-%d}: {result.sentence()}; of {of} mutants, seed {seed}")


def _reasons() -> Mapping[Change, str]:
    return explanations(EXPLAINED.read_text())


def _copy(folder: Path) -> None:
    """The tree, apart from the one that people work with. Times are kept: they tell mutmut what
    has changed since an earlier run in the same folder."""
    unwanted = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in _COPIED:
        shutil.copytree(PROJECT / name, folder / name, ignore=unwanted, dirs_exist_ok=True)
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


def _pytest(folder: Path, name: str, job: Mapping[str, object]) -> str:
    """Have ``trying`` do its job in the mutated copy; what it has found."""
    place, results = folder / f"{name}-job.json", folder / f"{name}.json"
    place.write_text(json.dumps({**job, "results": str(results)}))
    slow = " and ".join(f"not {word}" for word in _SLOW)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "tests.mutation.trying",
         "-p", "no:cacheprovider", "-o", "timeout=60", "-m", "not long", "-k", slow, *_TESTS],
        cwd=folder, env={**_environment(), JOB: str(place), "PYTHONPATH": str(folder)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print(done.stdout[-3000:], file=sys.stderr)
        done.check_returncode()
    return results.read_text()


def _environment() -> dict[str, str]:
    # What passes in a copy that was spoilt is no number of ours.
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", FILE: ""}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
