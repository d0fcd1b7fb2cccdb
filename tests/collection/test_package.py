"""What ansible-galaxy and ansible-doc say to the collection as it would be published."""

from __future__ import annotations

import ast
import json
import subprocess
from pathlib import Path

import pytest
import yaml

from cmsdeploy.embedding import RESOURCES, arguments_of
from docs.make_collection import PLUGINS, modules
from tests.collection.ansible import COLLECTION, galaxy, program
from tests.e2e.site import PROJECT


def test_modules_are_as_the_tables_write_them() -> None:
    """`python docs/make_collection.py` would change nothing."""
    written = [*PLUGINS.glob("modules/*.py"), *PLUGINS.glob("doc_fragments/*.py")]
    found = {str(one.relative_to(PLUGINS)): one.read_text(encoding="utf-8") for one in written}
    assert found == modules()


def test_every_resource_leads_to_the_one_plug_in() -> None:
    """Names, routes, the action group and the documentation speak of the same resources."""
    runtime = yaml.safe_load((COLLECTION / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    routes = {name: row["redirect"] for name, row in runtime["plugin_routing"]["action"].items()}
    assert routes == dict.fromkeys({*RESOURCES} - {"cluster"}, "cmsdeploy.mmp.cluster")
    assert sorted(runtime["action_groups"]["mmp"]) == sorted(RESOURCES)
    assert [path.name for path in (COLLECTION / "plugins" / "action").glob("*.py")] == [
        "cluster.py"
    ]


def test_the_plug_in_is_thin_and_alone_in_its_licence() -> None:
    """What imports Ansible is GPL, stands here, and is no second engine."""
    text = (COLLECTION / "plugins" / "action" / "cluster.py").read_text(encoding="utf-8")
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    assert "SPDX-License-Identifier: GPL-3.0-or-later" in text
    assert len(statements) < 110
    product = [*(PROJECT / "cmsdeploy").rglob("*.py")]
    assert [path for path in product if "import ansible" in path.read_text(encoding="utf-8")] == []


def test_verified_offline(collections: Path) -> None:
    """What was installed from the archive is what the archive says."""
    words = ["collection", "verify", "cmsdeploy.mmp", "--offline", "-p", str(collections)]
    done = galaxy(collections.parent, *words)
    assert done.returncode == 0, done.stderr
    assert "checksums" in done.stdout


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_documented(collections: Path, name: str) -> None:
    """ansible-doc shows each resource with the options that the library checks."""
    done = subprocess.run(
        [program("ansible-doc"), "-j", f"cmsdeploy.mmp.{name}"],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(collections.parent),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)[f"cmsdeploy.mmp.{name}"]
    assert sorted(shown["doc"]["options"]) == sorted(arguments_of(RESOURCES[name]))
    assert shown["examples"]
    assert shown["return"]["commands"]
