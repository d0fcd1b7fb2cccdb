"""Files and folders that are offered as an inventory."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.inventory import load

REFUSED = {
    "hosts.toml": ("[a]\n", "TOML inventories are not supported"),
    "script": ("#!/bin/sh\n", "inventory scripts are not supported"),
    "plug-in.yml": ("plugin: constructed\n", "inventory plug-ins are not supported"),
    "age.yml": ("age-encryption.org/v1\n", "it is encrypted with age, which is not supported"),
    "sops.yml": (
        "all: {vars: {x: 'ENC[AES256_GCM,data:aGk=,iv:eA==,tag:eA==,type:str]'}}\n",
        "it is encrypted with SOPS, which is not supported",
    ),
    "list.ini": ("", "the inventory has no host"),
    "missing.yml": (None, "there is no such file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_another_kind_of_inventory_is_refused_by_name(name: str, tmp_path: Path) -> None:
    content, cause = REFUSED[name]
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError) as caught:
        load([path])
    assert caught.value.cause == cause
    assert caught.value.action
    assert caught.value.origin
    assert caught.value.origin.file == str(path)


def test_no_source_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no inventory is named"):
        load([])
    with pytest.raises(InputError, match="the folder holds no inventory"):
        load([tmp_path])


def test_a_linked_inventory_is_read(tmp_path: Path) -> None:
    (tmp_path / "real.yml").write_text("all: {hosts: {h: }}\n")
    (tmp_path / "link.yml").symlink_to(tmp_path / "real.yml")
    assert load([tmp_path / "link.yml"]).hosts == ("h",)


def test_a_misspelt_variable_file_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("callbridges: {hosts: {h: }}\n")
    (tmp_path / "group_vars" / "callbridges").mkdir(parents=True)
    (tmp_path / "group_vars" / "callbridges.yml").write_text("a: 1\n")
    (tmp_path / "group_vars" / "callbridge.yml").write_text("a: 1\n")
    hidden, unused = load([tmp_path / "hosts.yml"]).warnings
    assert hidden.cause == "it is not read: callbridges comes first"
    assert unused.action == "did you mean callbridges?"


def test_a_wrong_variable_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("g: {hosts: {h: }}\n")
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "group_vars" / "g.yml").write_text("- a\n")
    with pytest.raises(InputError, match="a variable file is a mapping, this is a list") as caught:
        load([tmp_path / "hosts.yml"])
    assert str(caught.value.origin) == f"{tmp_path}/group_vars/g.yml:1:1"
    (tmp_path / "group_vars" / "g.yml").write_text("1: a\n")
    with pytest.raises(InputError, match="the name of a variable is a number"):
        load([tmp_path / "hosts.yml"])


def test_twenty_thousand_hosts_load_soon(tmp_path: Path) -> None:
    lines = "".join(f"    h{number}:\n" for number in range(20_000))
    (tmp_path / "hosts.yml").write_text("all:\n  hosts:\n" + lines)
    assert len(load([tmp_path / "hosts.yml"]).hosts) == 20_000


@pytest.mark.parametrize("mode", [0o602, 0o622, 0o666, 0o777, 0o606, 0o646])
@pytest.mark.parametrize("name", ["hosts.yml", "group_vars/g.yml"])
def test_a_file_into_which_anybody_may_write_is_refused(
    name: str, mode: int, tmp_path: Path
) -> None:
    (tmp_path / "hosts.yml").write_text("g: {hosts: {h: }}\n")
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "g.yml").write_text("a: 1\n")
    (tmp_path / name).chmod(mode)
    with pytest.raises(InputError, match="anybody may write into it") as caught:
        load([tmp_path / "hosts.yml"])
    assert str(caught.value.origin) == str(tmp_path / name)
    assert len(load([tmp_path / "hosts.yml"], allow_open_files=True).warnings) == 1
    (tmp_path / name).chmod(mode & ~0o002)
    assert load([tmp_path / "hosts.yml"]).warnings == []


def test_two_names_that_look_the_same_are_refused(tmp_path: Path) -> None:
    for name in ("\u00e9.yml", "e\u0301.yml"):
        (tmp_path / name).write_text("g: {hosts: {h: }}\n")
    with pytest.raises(InputError, match="names that look the same"):
        load([tmp_path])


def test_a_host_and_a_group_of_one_name_are_warned_of(tmp_path: Path) -> None:
    (tmp_path / "hosts.ini").write_text("[cb1]\ncb1\n")
    (warning,) = load([tmp_path / "hosts.ini"]).warnings
    assert warning.cause == "cb1 is a host and a group: in a pattern the host is meant"
    assert str(warning.origin) == f"{tmp_path}/hosts.ini:2:1"
