"""Which value of a variable wins among the levels of plays: as in Ansible, pair by pair."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from cmsdeploy.inventory import load as load_inventory
from cmsdeploy.playbook import Person, load, stages

from .material import REGISTRY
from .referee import ansible_playbook

# The weakest first. The vars of import_playbook are stronger than those of the play itself.
LEVELS = (
    "inventory group",
    "inventory host",
    "play",
    "import",
    "prompt",
    "first file",
    "second file",
    "outer block",
    "inner block",
    "imported tasks",
    "task",
    "fact",
    "extra",
)
MARK = re.compile(r"@@(.*?)@@")


@dataclass
class Site:
    """One folder in which each pair of levels gives a variable of its own two values."""

    folder: Path
    values: dict[str, list[str]] = field(default_factory=dict)

    def of(self, level: str, indent: str = "", is_flow: bool = False) -> str:
        """The variables that stand at ``level``."""
        names = [name for name, levels in self.values.items() if level in levels]
        if is_flow:
            return "{" + ", ".join(f"{name}: {level}" for name in names) + "}"
        return "".join(f"{indent}{name}: {level}\n" for name in names)

    def write(self) -> None:
        (self.folder / "hosts.yml").write_text(
            f"all:\n  vars: {self.of('inventory group', is_flow=True)}\n"
            f"  hosts: {{h: {self.of('inventory host', is_flow=True)}}}\n"
        )
        for level in ("first file", "second file"):
            (self.folder / f"{level.split()[0]}.yml").write_text(self.of(level))
        (self.folder / "extra.yml").write_text(self.of("extra"))
        (self.folder / "outer.yml").write_text(
            f"- import_playbook: plays.yml\n  vars: {self.of('import', is_flow=True)}\n"
        )
        (self.folder / "plays.yml").write_text(self._plays())
        (self.folder / "tasks.yml").write_text(self._tasks())

    def _plays(self) -> str:
        prompts = [name for name, levels in self.values.items() if "prompt" in levels]
        questions = "".join(f"    - {{name: {name}, default: prompt}}\n" for name in prompts)
        return (
            "- hosts: h\n  gather_facts: false\n  tasks:\n"
            f"    - set_fact: {self.of('fact', is_flow=True)}\n"
            "- hosts: h\n  gather_facts: false\n"
            f"  vars: {self.of('play', is_flow=True)}\n"
            f"  vars_prompt:\n{questions}"
            "  vars_files: [first.yml, [nowhere.yml, second.yml]]\n"
            "  tasks:\n"
            f"    - vars: {self.of('outer block', is_flow=True)}\n      block:\n"
            f"        - vars: {self.of('inner block', is_flow=True)}\n          block:\n"
            f"            - import_tasks: tasks.yml\n"
            f"              vars: {self.of('imported tasks', is_flow=True)}\n"
        )

    def _tasks(self) -> str:
        shown = "|".join(f"{name}={{{{ {name} }}}}" for name in self.values)
        return f'- debug: {{msg: "@@{shown}@@"}}\n  vars: {self.of("task", is_flow=True)}\n'


def test_the_levels_of_plays_win_over_each_other_as_in_ansible(tmp_path: Path) -> None:
    """All pairs of levels in one playbook; the referee and we name the same winners."""
    site = Site(tmp_path)
    for first, second in combinations(LEVELS, 2):
        site.values[f"v_{len(site.values)}"] = [first, second]
    site.write()
    expected = MARK.findall(
        ansible_playbook(tmp_path, "-i", "hosts.yml", "-e", "@extra.yml", "outer.yml")
    )
    source, extra = tmp_path / "hosts.yml", load_inventory([tmp_path / "hosts.yml"])
    given = {
        name: node.value for name, node in extra.variables_file(tmp_path / "extra.yml").items()
    }
    inventory = load_inventory([source], extra=given)
    heard: list[str] = []
    book = load(tmp_path / "outer.yml", inventory, registry=REGISTRY)
    stages(book, inventory, registry=REGISTRY, person=Person(say=heard.append))
    assert [mark for text in heard for mark in MARK.findall(text)] == expected
    winners = dict(pair.split("=", 1) for pair in expected[0].split("|"))
    assert winners == {name: levels[1] for name, levels in site.values.items()}
    assert len(winners) == 78
