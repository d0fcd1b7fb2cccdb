"""Hundreds of inventories, the same answers as the installed ansible-core.

Compared are inventories that we accept. The order of hosts is compared where Ansible's is the same
in each run: not below the first level of nested groups.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.inventory import Inventory, as_graph, as_host, as_list, load
from cmsdeploy.inventory.listing import COMPUTED
from tests.inventory.generated import Made, made
from tests.inventory.referee import Referee, Verdict, need_followed_ansible, running_referee

HAND_WRITTEN = Path(__file__).parent / "cases" / "accepted"
FAST, ALL = 60, 400


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    need_followed_ansible()
    with running_referee() as found:
        yield found


def judged(referee: Referee, one: Made) -> Verdict:
    plays = str(one.playbook_folder) if one.playbook_folder else None
    return referee.judge(
        kind="inventory",
        sources=one.sources,
        patterns=list(one.patterns),
        playbook_dir=plays or str(Path(one.sources[0]).parent),
        values=True,
    )


def as_data(value: object) -> object:
    """``value`` as JSON would carry it."""
    return json.loads(json.dumps(value, default=str))


def hosts_of(inventory: Inventory, pattern: str) -> list[str] | None:
    """The hosts of a pattern; None where we refuse a part that means nobody."""
    try:
        return list(inventory.select(pattern))
    except InputError as error:
        if "no host or group" not in error.cause:
            raise
        return None


def values_of(inventory: Inventory, host: str, names: list[str]) -> dict[str, object]:
    variables = inventory.variables(host)
    return {name: as_data(variables[name]) for name in names}


def compare(one: Made, theirs: Verdict) -> None:
    """Raise ``AssertionError`` where the two differ in anything."""
    assert "error" not in theirs, theirs
    inventory = load([Path(source) for source in one.sources], playbook_folder=one.playbook_folder)
    same(as_data(as_list(inventory)), theirs["list"], "list")
    same(
        sorted(as_graph(inventory).splitlines()), sorted(str(theirs["graph"]).splitlines()), "graph"
    )
    compare_patterns(one, inventory, mapping(theirs["patterns"]))
    hostvars = mapping(mapping(mapping(theirs["list"])["_meta"])["hostvars"])
    for host, given in mapping(theirs["values"]).items():
        found = mapping(given)
        names = [name for name in found if name.startswith("v_")]
        ours = values_of(inventory, host, names)
        same(ours, {name: found[name] for name in names}, f"values of {host}")
        shown = as_host(inventory, host)
        shown.pop(COMPUTED)
        same(as_data(shown), hostvars.get(host, {}), f"--host {host}")


def compare_patterns(one: Made, inventory: Inventory, theirs: dict[str, object]) -> None:
    for pattern, is_ordered in one.patterns.items():
        ours = hosts_of(inventory, pattern)
        found = theirs[pattern]
        assert isinstance(found, list)
        if ours is not None:
            order = list if is_ordered else sorted
            same(order(ours), order(found), f"hosts of {pattern}")


def same(ours: object, theirs: object, what: str) -> None:
    """Raise ``AssertionError`` that says what differs, and how."""
    if ours == theirs:
        return
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in {**ours, **theirs}:
            same(ours.get(name, "(absent)"), theirs.get(name, "(absent)"), f"{what}.{name}")
    raise AssertionError(f"{what}: ours {ours!r:.300}, theirs {theirs!r:.300}")


def mapping(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def run(numbers: range, referee: Referee) -> None:
    wrong: list[str] = []
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder:
            one = made(number, Path(folder))
            try:
                compare(one, judged(referee, one))
            except (AssertionError, InputError) as error:
                wrong.append(f"{number}: {error}")
    assert not wrong, f"{len(wrong)} differ, the first: {wrong[0]}"


def test_made_inventories_mean_what_they_mean_to_ansible(referee: Referee) -> None:
    run(range(FAST), referee)


@pytest.mark.long
def test_many_more_made_inventories(referee: Referee) -> None:
    run(range(FAST, ALL), referee)
