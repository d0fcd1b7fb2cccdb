"""What we accept means what it means to Ansible: the real ansible-inventory is the referee."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cmsdeploy.inventory import Inventory, as_graph, as_list, load

ACCEPTED = Path(__file__).parent / "cases" / "accepted"
EXAMPLES = Path(__file__).parents[2] / "cmsdeploy" / "examples" / "inventories"
CASES = [*sorted(ACCEPTED.iterdir()), *sorted(EXAMPLES.iterdir())]
REFEREE = Path(sys.executable).parent / "ansible-inventory"


def asked(tmp_path: Path, *arguments: str) -> str:
    """What the real program prints, run where no configuration of a person is."""
    assert REFEREE.exists(), "ansible-core is missing: pip install the extra `test`"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    environment |= {"ANSIBLE_LOCAL_TEMP": str(tmp_path / "t"), "ANSIBLE_DEPRECATION_WARNINGS": "0"}
    done = subprocess.run(
        [str(REFEREE), *arguments],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def their_list(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    listed: dict[str, Any] = json.loads(asked(tmp_path, *arguments, "--list"))
    listed["_meta"].pop("profile", None)
    return listed


def our_list(inventory: Inventory) -> dict[str, Any]:
    listed: dict[str, Any] = json.loads(json.dumps(as_list(inventory)))
    return listed


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_the_list_is_that_of_ansible(path: Path, tmp_path: Path) -> None:
    assert our_list(load([path])) == their_list(tmp_path, "-i", str(path))


@pytest.mark.parametrize("name", ["nested.yml", "diamond.yml", "ungrouped.yml"])
def test_the_graph_is_that_of_ansible(name: str, tmp_path: Path) -> None:
    # The second level and below come in another order in each of Ansible's runs.
    theirs = asked(tmp_path, "-i", str(ACCEPTED / name), "--graph")
    ours = as_graph(load([ACCEPTED / name]))
    assert sorted(ours.splitlines()) == sorted(theirs.splitlines())


def test_the_later_of_two_sources_wins(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, value in ((one, "1"), (two, "2")):
        (folder / "group_vars").mkdir(parents=True)
        (folder / "hosts.yml").write_text(
            f"p: {{children: {{c: }}, vars: {{inline: {value}}}}}\n"
            f"c: {{hosts: {{h{value}: , h: }}}}\n"
        )
    (one / "group_vars" / "c.yml").write_text("file: child-of-one\n")
    (two / "group_vars" / "p.yml").write_text("file: parent-of-two\n")
    paths = [one / "hosts.yml", two / "hosts.yml"]
    theirs = their_list(tmp_path, "-i", str(paths[0]), "-i", str(paths[1]))
    assert our_list(load(paths)) == theirs
    assert theirs["_meta"]["hostvars"]["h"]["file"] == "parent-of-two"


def test_files_beside_the_playbook_beat_those_beside_the_inventory(tmp_path: Path) -> None:
    plays = tmp_path / "plays"
    for folder in (tmp_path, plays):
        (folder / "group_vars").mkdir(parents=True)
        (folder / "host_vars").mkdir()
    (tmp_path / "hosts.yml").write_text("p: {children: {c: {hosts: {h: {v: inline, i: 1}}}}}\n")
    (tmp_path / "group_vars" / "c.yml").write_text("a: inventory-child\nb: inventory-child\n")
    (plays / "group_vars" / "p.yml").write_text("a: play-parent\n")
    (plays / "group_vars" / "all.yml").write_text("b: play-all\ni: play-all\n")
    (tmp_path / "host_vars" / "h.yml").write_text("v: inventory-host\nw: inventory-host\n")
    (plays / "host_vars" / "h.yml").write_text("w: play-host\n")
    source = tmp_path / "hosts.yml"
    theirs = their_list(tmp_path, "-i", str(source), "--playbook-dir", str(plays))
    ours = our_list(load([source], playbook_folder=plays))
    assert ours == theirs
    assert ours["_meta"]["hostvars"]["h"] == {
        "a": "play-parent",
        "b": "inventory-child",
        "i": 1,
        "v": "inventory-host",
        "w": "play-host",
    }
