"""Which survivors are explained, and whether the others are few enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutants import Change, Mutant, status_of

__all__ = ["EXPLAINED", "Result", "explanations", "judged", "lines_for"]

EXPLAINED = Path(__file__).parent / "explained.txt"
# Issue 7: under five of a hundred.
_LIMIT = 0.05


@dataclass(frozen=True)
class Result:
    """What has become of a sample. ``unexplained`` are the survivors that nobody has looked at."""

    tried: int
    statuses: Mapping[str, int]
    explained: int
    unexplained: tuple[Mutant, ...]

    @property
    def is_good(self) -> bool:
        """Every mutant was tried, and fewer than five of a hundred live on without a reason."""
        untold = self.statuses.get("not tried", 0) + self.statuses.get("crashed", 0)
        return self.tried > 0 and not untold and len(self.unexplained) < _LIMIT * self.tried

    def sentence(self) -> str:
        """The numbers, in the order in which they add up."""
        counts = ", ".join(f"{number} {status}" for status, number in sorted(self.statuses.items()))
        share = 100 * len(self.unexplained) / max(self.tried, 1)
        return (f"sample {self.tried}: {counts}; of those that live on {self.explained} explained,"
                f" {len(self.unexplained)} not ({share:.1f} %)")  # fmt: skip


def explanations(text: str) -> Mapping[Change, str]:
    """The file of explained survivors: for each a line ``place function``, a line ``-`` before, a
    line ``+`` after and a line ``=`` with the reason. Lines with ``#`` and empty ones say nothing.

    Raises ``ValueError`` with the line where one is missing."""
    found: dict[Change, str] = {}
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1)]
    lines = [(n, line) for n, line in lines if line and not line.startswith("#")]
    for at in range(0, len(lines), 4):
        four = lines[at : at + 4]
        signs = "".join(line[0] for _, line in four[1:])
        if signs != "-+=" or not four[-1][1][1:].strip():
            raise ValueError(f"line {four[0][0]}: place and function, then lines with - + and =")
        place, _, function = four[0][1].partition(" ")
        before, after, reason = (line[1:].strip() for _, line in four[1:])
        change = Change(place, function, before, after)
        if change in found:
            raise ValueError(f"line {four[0][0]}: explained twice")
        found[change] = reason
    return found


def judged(tried: Iterable[Mutant], explained: Mapping[Change, str]) -> Result:
    """Killed and timed out are noticed; what no test reaches lives on like any survivor."""
    tried = list(tried)
    alive = [each for each in tried if status_of(each) in ("survived", "not reached")]
    unexplained = tuple(each for each in alive if each.change not in explained)
    statuses = Counter(map(status_of, tried))
    return Result(len(tried), statuses, len(alive) - len(unexplained), unexplained)


def lines_for(mutant: Mutant) -> Iterator[str]:
    """A survivor as ``explained.txt`` wants it, but for the reason."""
    change = mutant.change
    yield f"{change.place} {change.function}"
    yield f"- {change.before}"
    yield f"+ {change.after}"
