"""Whose files are read: twelve combinations of owner and mode, names, folders, and places."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory import load
from cmsdeploy.inventory.keyring import Keyring
from cmsdeploy.inventory.lookups import Lookups
from cmsdeploy.inventory.ownership import (
    Me,
    check_own,
    folder_warning,
    me,
    shared_warning,
    writable_problem,
)
from cmsdeploy.inventory.vault_passwords import password_of
from cmsdeploy.model.secret import Secret
from tests.vault.material import never_asked, private, vault

SELF, GROUP = os.geteuid(), os.getegid()
MINE = Me(frozenset({SELF}), GROUP)
ELSEWHOSE = Me(frozenset({SELF + 1}), GROUP)
ANOTHER_GROUP = Me(frozenset({SELF}), GROUP + 1)
# Who reads, the mode of the file, and what is said: of a secret, of an inventory, as a warning.
COMBINATIONS = [
    (MINE, 0o600, "", "", ""),
    (MINE, 0o400, "", "", ""),
    (MINE, 0o640, "others may open it", "", ""),
    (MINE, 0o604, "others may open it", "", ""),
    (MINE, 0o660, "others may open it", "", ""),
    (MINE, 0o602, "others may open it", "anybody may write", ""),
    (MINE, 0o666, "others may open it", "anybody may write", ""),
    (ANOTHER_GROUP, 0o640, "others may open it", "", ""),
    (ANOTHER_GROUP, 0o660, "others may open it", "", "may write into it"),
    (ELSEWHOSE, 0o600, "belongs to somebody else", "belongs to somebody else", ""),
    (ELSEWHOSE, 0o400, "belongs to somebody else", "belongs to somebody else", ""),
    (ELSEWHOSE, 0o666, "others may open it", "belongs to somebody else", ""),
]


@pytest.mark.parametrize(("who", "mode", "secret", "inventory", "warning"), COMBINATIONS)
def test_owner_and_mode_decide(
    who: Me, mode: int, secret: str, inventory: str, warning: str, tmp_path: Path
) -> None:
    """A secret is for one person; an inventory may be read by all and written by one."""
    path = private(tmp_path / "file", "x")
    path.chmod(mode)
    if secret:
        with pytest.raises(InputError, match=secret) as caught:
            check_own(path.stat(), Origin(str(path)), who)
        assert caught.value.action
    else:
        check_own(path.stat(), Origin(str(path)), who)
    for expected, said in (
        (inventory, writable_problem(path, who)),
        (warning, shared_warning(path, who)),
    ):
        assert expected in (said.cause if said else "")
        assert bool(expected) is (said is not None)


def test_behind_sudo_the_files_of_that_person_are_mine() -> None:
    """Only for root; a person cannot become another one by a variable."""
    assert me(0, {"SUDO_UID": "4711"}).owns(4711)
    assert not me(1, {"SUDO_UID": "4711"}).owns(4711)
    assert me(0, {"SUDO_UID": "-1"}) == Me(frozenset({0}), GROUP)
    assert me(environment={}) == Me(frozenset({0, SELF}), GROUP)


def test_a_secret_with_a_second_name_is_refused(tmp_path: Path) -> None:
    """iF4: the other name may stand where everybody reads."""
    path = private(tmp_path / "pw", "geheim\n")
    os.link(path, tmp_path / "other")
    with pytest.raises(InputError, match="has 2 names") as caught:
        password_of(str(path), never_asked).secret()
    assert "geheim" not in str(caught.value)
    (tmp_path / "other").unlink()
    assert password_of(str(path), never_asked).secret() == Secret("geheim")


@pytest.mark.parametrize(("mode", "is_warned"), [(0o777, True), (0o1777, False), (0o755, False)])
def test_a_secret_where_anybody_may_put_another_is_warned_of(
    mode: int, is_warned: bool, tmp_path: Path
) -> None:
    """iF4: a folder like /tmp keeps others from that."""
    folder = tmp_path / "open"
    folder.mkdir()
    path = private(folder / "pw", "geheim\n")
    folder.chmod(mode)
    warnings: list[InputError] = []
    assert password_of(str(path), never_asked, warnings.append).secret() == Secret("geheim")
    assert len(warnings) == is_warned
    lookup = Lookups([tmp_path], Keyring((), warnings.append), lambda: True)
    assert lookup("file", "open/pw") == "geheim"
    assert len(warnings) == 2 * is_warned
    assert (folder_warning(path) is not None) is is_warned


def test_a_linked_inventory_is_judged_by_what_it_links_to(tmp_path: Path) -> None:
    """iF1: elsewhere with a check of the owner; to itself and to nothing refused."""
    real = tmp_path / "real.yml"
    real.write_text("all: {hosts: {h: }}\n")
    link = tmp_path / "link.yml"
    link.symlink_to(real)
    assert load([link]).hosts == ("h",)
    real.chmod(0o666)
    with pytest.raises(InputError, match="anybody may write into it"):
        load([link])
    for target, cause in ((link, "a symbolic link"), (tmp_path / "nobody", "no such file")):
        link.unlink()
        link.symlink_to(target)
        with pytest.raises(InputError, match=cause):
            load([link])


def test_two_variable_files_that_look_the_same_are_refused(tmp_path: Path) -> None:
    """iF6: in folders of variables too."""
    (tmp_path / "hosts.yml").write_text("g: {hosts: {h: }}\n")
    folder = tmp_path / "group_vars" / "g"
    folder.mkdir(parents=True)
    for name in ("\u00e9.yml", "e\u0301.yml"):
        (folder / name).write_text("a: 1\n")
    with pytest.raises(InputError, match="names that look the same"):
        load([tmp_path / "hosts.yml"])


OUTSIDE = ["/etc/shadow", "/etc/passwd", "../../etc/passwd", "http://10.0.0.1/x", "link"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_template_reads_no_file_from_elsewhere(name: str, tmp_path: Path) -> None:
    """iY20: not by its path, not by a link; nothing of the file is said."""
    site = tmp_path / "site" / "inventories" / "lab"
    site.mkdir(parents=True)
    (site / "link").symlink_to("/etc/passwd")
    lookup = Lookups([site], Keyring(), lambda: False)
    with pytest.raises(InputError, match=r"is outside the site|there is no file") as caught:
        lookup("file", name)
    assert "root:" not in str(caught.value)


def test_what_is_in_the_site_is_read(tmp_path: Path) -> None:
    """Beside the inventory, and in the other folders of the site."""
    site = tmp_path / "site"
    beside = site / "inventories" / "lab"
    (site / "files").mkdir(parents=True)
    beside.mkdir(parents=True)
    (site / "files" / "note").write_text("there\n")
    (beside / "note").write_text("here\n")
    lookup = Lookups([beside], Keyring(), lambda: False)
    assert lookup("file", "note") == "here"
    assert lookup("file", "../../files/note") == "there"
    assert lookup("file", str(site / "files" / "note")) == "there"
    (tmp_path / "note").write_text("outside\n")
    with pytest.raises(InputError, match="is outside the site"):
        lookup("file", "../../../note")


def test_a_secret_may_come_from_a_private_file_elsewhere(tmp_path: Path) -> None:
    """As people keep them in their home; a vault there is no exception."""
    site = tmp_path / "site"
    site.mkdir()
    lookup = Lookups([site], Keyring(), lambda: True)
    path = private(tmp_path / "pw", "geheim\n")
    assert lookup("file", str(path)) == "geheim"
    path.write_text(vault("geheim"))
    path.chmod(0o644)
    with pytest.raises(InputError, match="others may open it"):
        lookup("file", str(path))
