"""rotate-secrets.yml on paper, where an inventory has several clusters."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.cli.entry import main

DEL = ["xmpp", "callbridge", "del"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rotate") / "site"
    make_site(folder)
    return folder


def rendered(site: Path, rotate: str) -> int:
    playbook = str(site / "playbooks" / "rotate-secrets.yml")
    inventory = str(site / "inventories" / "three-clusters")
    return main(["render", playbook, "-i", inventory, "-e", f'{{"xmpp_rotate": {rotate}}}'])


@pytest.mark.parametrize(
    ("rotate", "names"),
    [
        ('"paris-cb4"', {"paris-cb4"}),
        ('["paris-cb4", "tokyo-cms2"]', {"paris-cb4", "tokyo-cms2"}),
    ],
)
def test_each_cluster_takes_the_names_that_are_its_own(
    site: Path, rotate: str, names: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Another cluster, which has no such call bridge, is left alone and refuses nothing."""
    assert rendered(site, rotate) == 0
    words = capsys.readouterr().out.split()
    taken = {words[at + 3] for at in range(len(words) - 3) if words[at : at + 3] == DEL}
    assert taken == names


def test_a_name_of_no_cluster_is_refused(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that may be named are told, of all clusters."""
    assert rendered(site, '["paris-cb4", "paris-cb9"]') == 3
    said = capsys.readouterr().err
    assert "xmpp_rotate may name" in said
    assert "paris-cb4" in said
    assert "tokyo-cms2" in said
