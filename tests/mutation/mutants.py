"""The mutants that mutmut has made: what each changes, which are counted, and a fair sample.

mutmut numbers its mutants, and the numbers move with every line. Here a mutant is known by what it
changes: the place, the function, and the statement before and after.
"""

from __future__ import annotations

import ast
import difflib
import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, zip_longest
from pathlib import Path

__all__ = ["ROOMS", "Change", "Mutant", "is_about_wording", "mutants_in", "sample", "status_of"]

ROOMS = ("model", "planning", "families", "session")
# How mutmut ends the name of a function: the number of the mutant, or the function as it was.
_ORIGINAL = "__mutmut_orig"
_NUMBERED = re.compile(r"__mutmut_\d+$")
# mutmut's exit codes: what its own table calls killed, survived and so on.
_STATUS = {0: "survived", 1: "killed", 3: "killed", 5: "not reached", 33: "not reached",
           24: "timeout", -24: "timeout", 36: "timeout", 152: "timeout", 255: "timeout",
           None: "not tried"}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """``place`` is below the package, ``function`` has its class before a dot; ``before`` and
    ``after`` are whole statements, as ``ast.unparse`` writes them, on one line."""

    place: str
    function: str
    before: str
    after: str


@dataclass(frozen=True)
class Mutant:
    """``name`` is mutmut's, good for this copy only. ``code`` is the exit code of its tests."""

    name: str
    change: Change
    code: int | None

    @property
    def called(self) -> str:
        """The function under the name by which mutmut notes that a test calls it."""
        return _NUMBERED.sub("", self.name).replace("__init__.", "", 1)


def status_of(mutant: Mutant) -> str:
    """killed, survived, timeout, not reached (no test runs it), not tried, or crashed."""
    return _STATUS.get(mutant.code, "crashed")


def mutants_in(mutated: Path) -> Iterator[Mutant]:
    """All mutants below ``mutated``, the folder of mutmut that holds the package."""
    for meta in sorted(path for room in ROOMS for path in mutated.glob(f"{room}/**/*.meta")):
        codes: Mapping[str, int | None] = json.loads(meta.read_text())["exit_code_by_key"]
        if codes:
            source = meta.with_suffix("")
            functions = _Functions(source.read_text())
            for name, code in codes.items():
                change = functions.change(source.relative_to(mutated).as_posix(), name)
                yield Mutant(name, change, code)


@dataclass(frozen=True)
class _Functions:
    """The functions of one mutated file; each stands there as it was and once for each mutant."""

    source: str

    @cached_property
    def by_name(self) -> Mapping[str, ast.FunctionDef]:
        tree = ast.parse(self.source)
        return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}

    def change(self, place: str, name: str) -> Change:
        own = name.rpartition(".")[2]
        stem = _NUMBERED.sub("", own)
        before, after = _lines(self.by_name[stem + _ORIGINAL]), _lines(self.by_name[own])
        # xǁClassǁmethod, or x_function.
        function = stem.removeprefix("xǁ").replace("ǁ", ".").removeprefix("x_")
        gone, come = _differing(before, after)
        return Change(place, function, gone, come)


def _lines(function: ast.FunctionDef) -> list[str]:
    """Its arguments and its body, a line each statement, without the name that mutmut gave."""
    first = f"def {ast.unparse(function.args)}:"
    return [first, *chain.from_iterable(ast.unparse(node).splitlines() for node in function.body)]


def _differing(before: list[str], after: list[str]) -> tuple[str, str]:
    found = list(difflib.ndiff(before, after))
    sides = (" ".join(line[2:].strip() for line in found if line[0] == sign) for sign in "-+")
    gone, come = sides
    return gone, come


def is_about_wording(change: Change) -> bool:
    """Only a sentence for people is spelt another way: in capitals, in small letters, or with XX
    around it. Tests hold what a sentence says and not each letter; such mutants are not counted.

    A sentence is a text with a space in it; a word that the product looks for is counted."""
    if change.before == change.after:
        return False
    texts = [_strings(side) for side in (change.before, change.after)]
    if len(texts[0]) != len(texts[1]):
        return False
    pairs = [(a, b) for a, b in zip(*texts, strict=True) if a != b]
    folded = [_folded(side) for side in (change.before, change.after)]
    return bool(pairs) and folded[0] == folded[1] and all(" " in a.strip() for a, _ in pairs)


_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


def _strings(statement: str) -> list[str]:
    return _STRING.findall(statement)


def _folded(statement: str) -> str:
    return _STRING.sub(lambda text: text[0].casefold().replace("xx", ""), statement)


def sample(mutants: Iterable[Mutant], count: int, seed: int) -> list[Mutant]:
    """``count`` of them, spread evenly over the modules: one of each in turn, by lot."""
    chance = random.Random(seed)
    modules: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        modules.setdefault(mutant.change.place, []).append(mutant)
    for own in modules.values():
        chance.shuffle(own)
    places = sorted(modules)
    chance.shuffle(places)
    rounds = zip_longest(*(modules[place] for place in places))
    drawn = [mutant for each in rounds for mutant in each if mutant is not None]
    return drawn[:count]
