"""``--limit`` with files, and why a variable has its value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.inventory import Inventory, load
from cmsdeploy.inventory.explaining import explained
from tests.vault.material import inline, keyring, vault


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    (tmp_path / "hosts.ini").write_text(
        "[servers]\ncb1 a=host\ncb2\n[bridges]\ncb3\n[all:children]\nservers\n"
        "[servers:vars]\na=group\nansible_group_priority=5\n"
    )
    for folder, text in {"group_vars/all.yml": "a: all\nb: '{{ a }}!'\n"}.items():
        path = tmp_path / folder
        path.parent.mkdir()
        path.write_text(text)
    secret = vault("a: hidden\nc: hidden\n")
    (tmp_path / "group_vars" / "servers.yml").write_text(secret)
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "cb1.yml").write_text(f"p: {inline('hidden', 2)}\n")
    return load([tmp_path / "hosts.ini"], extra={"z": 1}, keyring=keyring(default="pw"))


LIMITS = {
    "cb1\ncb2\n": "cb1 cb2",
    "\n  servers  \n\n!cb2\n": "cb1",
    "cb*\r\n&bridges\r\n": "cb3",
}
WRONG_LIMITS = {
    "": "the limit is empty",
    " \n\n": "the limit is empty",
    "cb1\ncb9\n": "no host or group is called 'cb9'",
    "# cb1\n": "no host or group is called '# cb1'",
    "all\n!all\n": "leaves no host",
}


@pytest.mark.parametrize("content", LIMITS)
def test_a_limit_file_is_its_lines(content: str, inventory: Inventory, tmp_path: Path) -> None:
    path = tmp_path / "retry"
    path.write_bytes(content.encode())
    assert inventory.limit(f"@{path}") == frozenset(LIMITS[content].split())
    assert inventory.limit(f"cb3,@{path}") >= {"cb3"} - (set() if "&" not in content else {"cb3"})


@pytest.mark.parametrize("content", WRONG_LIMITS)
def test_a_limit_that_cannot_be_meant_is_refused(
    content: str, inventory: Inventory, tmp_path: Path
) -> None:
    path = tmp_path / "retry"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        inventory.limit(f"@{path}")
    assert WRONG_LIMITS[content] in caught.value.cause
    assert caught.value.action
    if "cb9" in content:
        assert str(caught.value.origin) == f"{path}:2:1"


@pytest.mark.parametrize("text", ["", ",", ":", "all:!all", "nosuch", "@nobody"])
def test_a_limit_without_a_host_is_refused(text: str, inventory: Inventory) -> None:
    with pytest.raises(InputError):
        inventory.limit(text)


def test_the_winner_and_the_losers_are_named(inventory: Inventory, tmp_path: Path) -> None:
    found = explained(inventory, "cb1", "a")
    said = [(one.layer, one.origin.file.rpartition("/")[2], one.origin.line) for one in found.said]
    assert said == [
        ("the host cb1 in the inventory", "hosts.ini", 2),
        ("group_vars/servers", "servers.yml", 1),
        ("group_vars/all", "all.yml", 1),
        ("the group servers in the inventory", "hosts.ini", 9),
    ]
    assert [one.value for one in found.said] == ["host", "(sensitive)", "all", "group"]
    assert found.means == "host"


def test_what_a_template_means_is_shown_and_a_secret_is_not(inventory: Inventory) -> None:
    assert explained(inventory, "cb1", "b").means == "host!"
    assert explained(inventory, "cb1", "z").said[0].layer == "-e"
    for name in ("c", "p"):
        found = explained(inventory, "cb1", name)
        assert found.means == "(sensitive)"
        assert "hidden" not in json.dumps(found.as_data())
    assert explained(inventory, "cb3", "callbridge_name").said[0].layer == "computed by cmsdeploy"


def test_an_unknown_variable_gets_a_suggestion(inventory: Inventory) -> None:
    with pytest.raises(InputError, match="cb1 has no variable 'ansible_hots'") as caught:
        explained(inventory, "cb1", "ansible_hots")
    assert caught.value.action == "did you mean ansible_host?"
