"""``graph``: pictures of a site, from paper and from a saved plan, into a private file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.cli.entry import main
from cmsdeploy.cli.options import Options
from cmsdeploy.cli.plan_in_file import plan_in_file
from cmsdeploy.cli.saved_plan import load_plan, save_plan
from cmsdeploy.errors import InputError
from cmsdeploy.model.action import Action, Answer, Call, Command, Manual, Upload, Wait
from cmsdeploy.model.failure_limit import FailureLimit
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.records import RecordSet, Update, UpdateKey
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Step

RECORDS = RecordSet("cb1.example.com.", "A", 300, ("10.0.0.1", "10.0.0.2"))
STEP = Step("cb1/xmpp/enable", "cb1", "xmpp", Command.of("xmpp", "enable"), "it runs")


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

    def saved(self, site: Path, folder: Path) -> Path:
        seen = {"state": "FOLLOWER", "enabled": True}
        leads = {"xmpp": {**seen, "state": "LEADER"}}
        alarm = {"callbridge": {"name": "cb3", "alarm": True}}
        facts = {"cb1": leads, "cb2": {"xmpp": seen}, "cb3": alarm}
        plan = Plan(("cb1", "cb2", "cb3"), (STEP,), facts=facts)
        options = Options(inventory=(site / "inventories" / "tac-213479",))
        path = folder / "night.plan"
        save_plan(path, plan, site / "playbooks" / "site.yml", options)
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

    def test_its_steps_are_drawn(
        self, site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Everything that a picture shows stands in the file."""
        assert main(["graph", str(self.saved(site, tmp_path))]) == 0
        assert "1 on cb1: xmpp enable. it runs. Risk: safe" in capsys.readouterr().out

    @pytest.mark.parametrize(
        "broken", [{"steps": [{"id": "x"}]}, {"facts": 1}, {}, {"steps": [STEP.identity]}]
    )
    def test_a_broken_one_is_refused_in_words(
        self, site: Path, tmp_path: Path, broken: dict[str, object]
    ) -> None:
        """Of another version, or made by somebody else; the file is named."""
        saved = load_plan(self.saved(site, tmp_path), Options(inventory=()))
        body = {**saved.body, **broken} if broken else {}
        with pytest.raises(InputError, match=r"this is no plan") as caught:
            plan_in_file(replace(saved, body=body))
        assert "night.plan" in str(caught.value)


def test_every_kind_of_step_comes_back_from_a_file(tmp_path: Path) -> None:
    """The lines, the secrets and so the edges of a plan are those of the plan that was saved."""
    secret = SecretRef("callbridge/cb1")
    actions: list[Action] = [
        Command.of("xmpp", "enable"),
        Command(("xmpp", "callbridge", "add-secret", "cb1"), answer=Answer("Enter", secret)),
        Upload("a.cer", "my files/a.cer", "sha256:00"),
        Call("PUT", "/api", (("name", "cb1"), ("address", "")), (("sharedSecret", secret),)),
        Wait("it names a leader", ()),
        Manual("turn the key"),
        Update(
            "10.0.0.9#5353", "example.com.", None, RECORDS, UpdateKey("k", "hmac-sha256", secret)
        ),
        Update("10.0.0.9", "example.com.", RECORDS, replace(RECORDS, ttl=60, data=("10.0.0.2",))),
        Update("10.0.0.9", "example.com.", RECORDS, None),
    ]
    limit = FailureLimit(0, 0, 3, 50)
    steps = tuple(
        replace(STEP, identity=f"cb1/x/{n}", action=a, failure_limit=limit if n % 2 else None)
        for n, a in enumerate(actions)
    )
    plan = Plan(("cb1",), steps)
    path = tmp_path / "night.plan"
    save_plan(path, plan, Path("site.yml"), Options(inventory=()))
    back = plan_in_file(load_plan(path, Options(inventory=())))
    assert [step.action.line for step in back.steps] == [action.line for action in actions]
    assert [step.action.kind for step in back.steps] == [action.kind for action in actions]
    assert [step.uses for step in back.steps] == [step.uses for step in steps]
    assert back.digest == plan.digest
