"""``graph``: pictures of a site, from paper and from a saved plan, into a private file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.cli.entry import main


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph") / "site"
    make_site(folder)
    return folder


def graph(site: Path, *more: str, inventory: str = "tac-213479") -> int:
    playbook = str(site / "playbooks" / "xmpp-resilience.yml")
    return main(["graph", playbook, "-i", str(site / "inventories" / inventory), *more])


@pytest.mark.parametrize("show", ["steps", "cluster"])
@pytest.mark.parametrize("form", ["svg", "dot", "mermaid"])
def test_every_picture_of_every_kind(
    site: Path, show: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """From blank boxes, without a network; the three boxes are in each of them."""
    assert graph(site, "--show", show, "--format", form) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("cb1", "cb2", "cb3"))
    if form == "svg":
        ElementTree.fromstring(shown)


def test_a_bridge_with_an_address_of_its_own(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example of three clusters has one call bridge that follows no DNS."""
    assert graph(site, "--show", "cluster", inventory="three-clusters") == 0
    shown = capsys.readouterr().out
    assert "127.0.3.1 leads to london-cms1" in shown
    assert "_xmpp-component._tcp.paris.example.com leads to paris-cms3" in shown


def test_the_file_is_private_and_nothing_is_overwritten(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mode 0600 whatever the umask; the second time is refused with exit code 3."""
    out = tmp_path / "plan.svg"
    before = os.umask(0)
    try:
        assert graph(site, "-o", str(out)) == 0
    finally:
        os.umask(before)
    assert out.stat().st_mode & 0o777 == 0o600
    assert graph(site, "-o", str(out)) == 3
    assert "next: name a new file" in capsys.readouterr().err


class TestSavedPlan:
    """What was seen when the plan was made."""

    def saved(self, site: Path, folder: Path, **more: object) -> Path:
        seen = {"state": "FOLLOWER", "enabled": True}
        facts = {"cb1": {"xmpp": {**seen, "state": "LEADER"}}, "cb2": {"xmpp": seen}}
        facts["cb3"] = {"callbridge": {"name": "cb3", "alarm": True}}
        body = {"version": 1, "hosts": ["cb1", "cb2", "cb3"], "facts": facts, "refusals": []}
        record = {
            "format": "cmsdeploy plan",
            "playbook": str(site / "playbooks" / "site.yml"),
            "inventory": [str(site / "inventories" / "tac-213479")],
            "limit": None,
            "tags": [],
            "skip_tags": [],
            "extra_vars": [],
            "plan": {**body, "steps": [], **more},
        }
        path = folder / "night.plan"
        path.write_text(json.dumps(record), encoding="utf-8")
        path.chmod(0o600)
        return path

    def test_leader_followers_and_an_alarm(
        self, site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The inventory is the plan's own."""
        plan = self.saved(site, tmp_path)
        assert main(["graph", str(plan), "--show", "cluster"]) == 0
        shown = capsys.readouterr().out
        assert "cb2 follows cb1" in shown
        assert "not logged in" in shown

    def test_it_cannot_be_live(self, site: Path, tmp_path: Path) -> None:
        """Exit code 5: an option that means nothing here."""
        assert main(["graph", str(self.saved(site, tmp_path)), "--live"]) == 5

    def test_a_broken_one_is_refused_in_words(
        self, site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit code 3, and the file is named."""
        plan = self.saved(site, tmp_path, steps=[{"id": "x"}])
        assert main(["graph", str(plan)]) == 3
        assert "night.plan: this is no plan" in capsys.readouterr().err
