"""Which task runs for which host and item, in which order and with which values: as in Ansible."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import pytest

from cmsdeploy.inventory import Inventory
from cmsdeploy.inventory import load as load_inventory
from cmsdeploy.planning.stage import Stage
from cmsdeploy.playbook import Person, load, stages

from .generated import INVENTORY, SELECTIONS, Generated, generated
from .material import REGISTRY
from .referee import ansible_playbook

MARK = re.compile(r"@@(.*?)@@")


def theirs(folder: Path, playbooks: list[Generated], selection: tuple[str, str]) -> list[str]:
    """The marks that ansible-playbook says, of all playbooks in one run."""
    tags, skip = selection
    options = [*(["--tags", tags] if tags else []), *(["--skip-tags", skip] if skip else [])]
    paths = [folder / f"{one.number}.yml" for one in playbooks]
    said = ansible_playbook(folder, "-i", folder / "hosts.yml", *options, *paths)
    return MARK.findall(said.replace('\\"', '"').replace("\\\\", "\\"))


def write(folder: Path, playbook: Generated, action: str, parameter: str) -> Path:
    path = folder / f"{playbook.number}.yml"
    path.write_text(playbook.playbook(action, parameter))
    for name, text in playbook.imported(action, parameter).items():
        (folder / name).write_text(text)
    return path


def evaluated(
    path: Path, playbook: Generated, inventory: Inventory, person: Person
) -> tuple[Stage, ...]:
    tags, skip = ([word for word in text.split(",") if word] for text in playbook.selection)
    book = load(path, inventory, registry=REGISTRY)
    return stages(book, inventory, tags=tags, skip_tags=skip, registry=REGISTRY, person=person)


def said(path: Path, playbook: Generated, inventory: Inventory) -> list[str]:
    """The marks that our ``debug`` says, in order."""
    heard: list[str] = []
    evaluated(path, playbook, inventory, Person(say=heard.append))
    return [mark for text in heard for mark in MARK.findall(text)]


def staged(path: Path, playbook: Generated, inventory: Inventory) -> list[str]:
    """The marks of the stages that a family gets, in the order of the stages."""
    made = evaluated(path, playbook, inventory, Person())
    wanted = [spec["mark"] for stage in made for spec in stage.desired.values()]
    return [mark for text in wanted for mark in MARK.findall(text)]


def by_task(marks: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Runs of one task on one batch, each with its marks: stages are by item, debug by host."""
    runs = groupby(marks, key=lambda mark: mark.split("|")[1:3])
    return [("|".join(key), sorted(found)) for key, found in runs]


def compare(folder: Path, numbers: Iterable[int]) -> int:
    """Assert that all say the same; give the number of marks."""
    (folder / "hosts.yml").write_text(INVENTORY)
    inventory = load_inventory([folder / "hosts.yml"])
    playbooks = [generated(number) for number in numbers]
    total = 0
    for selection in SELECTIONS:
        chosen = [one for one in playbooks if one.selection == selection]
        paths = [write(folder, one, "debug", "msg") for one in chosen]
        found = theirs(folder, chosen, selection) if chosen else []
        for playbook, path in zip(chosen, paths, strict=True):
            expected = [mark for mark in found if mark.startswith(f"{playbook.number}|")]
            assert said(path, playbook, inventory) == expected, playbook.text
            write(folder, playbook, "echo", "mark")
            assert by_task(staged(path, playbook, inventory)) == by_task(expected), playbook.text
            total += len(expected)
    return total


def test_generated_playbooks_run_as_in_ansible(tmp_path: Path) -> None:
    """The same tasks for the same hosts and items in the same order, with the same values."""
    assert compare(tmp_path, range(12)) > 40


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("first", range(100, 340, 40))
def test_many_generated_playbooks_run_as_in_ansible(tmp_path: Path, first: int) -> None:
    """240 more, forty in one part."""
    assert compare(tmp_path, range(first, first + 40)) > 200
