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
from datetime import date
from pathlib import Path

from tests.mutation.mutants import ROOMS, Change, Mutant, is_about_wording, mutants_in, sample
from tests.mutation.page import told
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
    "tests/contract/test_laws.py", "tests/report/test_runbook.py", "tests/report/test_tables.py",
    "tests/doctor/test_table.py", "tests/doctor/test_logs.py", "tests/doctor/test_false_comfort.py",
    "tests/doctor/test_grouped.py", "tests/doctor/test_healthy.py",
    "tests/doctor/test_pending.py", "tests/doctor/test_report.py",
)  # fmt: skip
_SLOW = ("cut", "anywhere", "no_payload", "majority_while", "busy_box", "nobody_announced")


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 well, 1 too many live on, 2 the tests fail without any mutant."""
    options = _options(arguments)
    folder = Path(options.folder or tempfile.mkdtemp(prefix="mutants-")) / "copy"
    try:
        _copy(folder)
        return _campaign(folder, options)
    finally:
        if not options.folder:
            shutil.rmtree(folder.parent)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./scripts/test --mutants", description=__doc__)
    parser.add_argument("count", nargs="?", default="400", help="how many, or all")
    parser.add_argument("--seed", type=int, default=213479, help="which ones")
    parser.add_argument("--folder", help="keep the copy there, and go on with one that is there")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="side by side")
    parser.add_argument("--survivors", action="store_true", help="only those that lived before")
    return parser.parse_args(arguments)


def _campaign(folder: Path, options: argparse.Namespace) -> int:
    # mutmut makes its mutants when it runs some; a small module makes it begin.
    if _mutmut(folder, ["cmsdeploy.model.version.*"], options.workers):
        return 2
    counted = [each for each in _mutants(folder) if not is_about_wording(each.change)]
    count = len(counted) if options.count == "all" else int(options.count)
    drawn = sample(counted, count, options.seed)
    names = [each.name for each in drawn]
    wanted = [each.name for each in drawn if each.code in (None, 0)] if options.survivors else names
    print(f"{len(drawn)} of {len(counted)} mutants, seed {options.seed}", file=sys.stderr)
    if wanted and _mutmut(folder, wanted, options.workers):
        return 2
    result = judged((each for each in _mutants(folder) if each.name in set(names)), _reasons())
    _tell(result, len(counted), options.seed)
    return 0 if result.is_good else 1


def _tell(result: Result, of: int, seed: int) -> None:
    for mutant in result.unexplained:
        print("", *lines_for(mutant), sep="\n")
    print(f"\n{result.sentence()}")
    told(f"{date.today():%Y-%m-%d}: {result.sentence()}; of {of} mutants, seed {seed}")


def _reasons() -> Mapping[Change, str]:
    return explanations(EXPLAINED.read_text())


def _mutants(folder: Path) -> list[Mutant]:
    return list(mutants_in(folder / "mutants" / "cmsdeploy"))


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
    slow = " and ".join(f"not {word}" for word in _SLOW)
    lines = {
        "source_paths": ["cmsdeploy"],
        "only_mutate": [f"cmsdeploy/{room}/*" for room in ROOMS],
        "also_copy": copied,
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-m", "not long", "-k", slow],
        "pytest_add_cli_args_test_selection": list(_TESTS),
        # Not asked for here, and each call would pay for it.
        "track_dependencies": False,
        "use_git_change_detection": False,
    }
    table = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    return f"\n[tool.mutmut]\n{table}"


def _mutmut(folder: Path, names: Sequence[str], workers: int) -> int:
    """Its exit code: not 0 where the tests fail without any mutant, or do not fail at all."""
    # What passes in a copy that was spoilt is no number of ours.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", FILE: ""}
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    command = [mutmut, "run", f"--max-children={workers}", *names]
    return subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
