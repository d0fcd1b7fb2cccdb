"""D2: a deployment that is cut, reset or altered at a byte, and carried out once more.

The default run takes a few bytes of each way and direction, spread evenly; the long run takes
``CMSDEPLOY_CUTS`` of each (10 where it is not set).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.faults.flow import Direction, Kind, Toxic
from tests.faults.through import Ground, Run, Said, ground
from tests.promises.numbers import reached

WAYS = [(way, direction) for way in ("ssh", "api") for direction in Direction]
KINDS = (Kind.CUT, Kind.RESET, Kind.FLIP, Kind.HALF_CLOSE, Kind.DUPLICATE, Kind.DROP)
_STOPPED = {0, 2, 4, 6}


@dataclass(frozen=True)
class Uncut:
    """How a run ends that nobody disturbs."""

    digest: tuple[str, int]
    writes: list[str]
    passed: dict[tuple[str, Direction], int]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("bytes") / "site") as made:
        yield made


@pytest.fixture(scope="module")
def uncut(place: Ground) -> Uncut:
    with place.run() as run:
        said = run.apply()
        assert said.code == 0, said.err
        passed = {(w, d): run.ways[w].proxy.passed[d] for w, d in WAYS}
        return Uncut(run.digest(), run.writes(), passed)


def _faults(run: Run, first: Said, uncut: Uncut) -> Iterator[str]:
    """What went wrong in a run that was cut and one that followed; nothing is what is promised."""
    if first.code not in _STOPPED:
        yield f"the cut run ends with {first.code}: {first.err[-400:]}"
    if first.code and "cb1" not in first.err:
        yield f"the cut run names no box: {first.err[-400:]}"
    twice = Counter(run.writes()) - Counter(uncut.writes)
    if twice:
        yield f"sent without need: {dict(twice)}"
    second = run.apply()
    if second.code != 0 or "All is as promised." not in second.out:
        yield f"the second run ends with {second.code}: {second.err[-400:]} {second.out[-400:]}"
    if run.digest() != uncut.digest:
        yield f"another end: {run.writes()}"
    # `initialize` may come again: a box does not show it before it runs, and refuses it then.
    for word in ("xmpp callbridge add ", "xmpp reset"):
        wanted = sum(1 for line in uncut.writes if line.startswith(word))
        found = sum(1 for line in run.writes() if line.startswith(word))
        if found > wanted:
            yield f"{word}: {found} times"


def _campaign(place: Ground, uncut: Uncut, count: int) -> tuple[list[str], int, int]:
    """``count`` bytes of each way and direction: faults, runs, and runs that were disturbed."""
    wrong, runs, stopped = [], 0, 0
    for way, direction in WAYS:
        total = uncut.passed[way, direction]
        for number in range(count):
            kind = KINDS[(runs + runs // len(KINDS)) % len(KINDS)]
            at = int(total * (number + 0.5) / count)
            toxic = Toxic(kind, direction, at, value=1)
            runs += 1
            with place.run([(way, toxic)]) as run:
                first = run.apply()
                stopped += first.code != 0
                wrong += [f"{way} {toxic}: {fault}" for fault in _faults(run, first, uncut)]
    return wrong, runs, stopped


def _told(runs: int, stopped: int, uncut: Uncut) -> str:
    total = sum(uncut.passed.values())
    return f"{runs} of {runs} places in {total} bytes converge; {stopped} runs stopped in words"


@pytest.mark.timeout(240)
def test_some_bytes_of_each_way(place: Ground, uncut: Uncut) -> None:
    """D2: eight runs, both ways, both directions."""
    wrong, runs, stopped = _campaign(place, uncut, 2)
    assert wrong == []
    assert stopped > 0
    reached("D2", _told(runs, stopped, uncut))


@pytest.mark.long
@pytest.mark.timeout(24 * 3600)
def test_many_bytes_of_each_way(place: Ground, uncut: Uncut) -> None:
    """D2: as many as were asked for."""
    wrong, runs, stopped = _campaign(place, uncut, int(os.environ.get("CMSDEPLOY_CUTS", "10")))
    assert wrong == []
    reached("D2", _told(runs, stopped, uncut))


def test_the_campaign_can_fail(place: Ground, uncut: Uncut) -> None:
    """A box that keeps a secret of its own, or is told something twice, is found."""
    with place.run() as run:
        first = run.apply()
        with run.lab.lock:
            run.lab.world.boxes["cb1"].execute("xmpp callbridge add zz")
            run.lab.world.boxes["cb1"].execute("xmpp callbridge add cb1")
        found = " ".join(_faults(run, first, uncut))
        assert "another end" in found
        assert "xmpp callbridge add : " in found
