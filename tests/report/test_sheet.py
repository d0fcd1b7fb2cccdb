"""The Web Admin sheet: what a person types, where the secret is shown, and never the secret."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cmsdeploy.errors import OptionError
from cmsdeploy.families import families
from cmsdeploy.model.host import Host
from cmsdeploy.model.plan import Plan
from cmsdeploy.planning.compare import compare
from cmsdeploy.planning.look import blank_look
from cmsdeploy.report.sheet import sheet
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, blank_world
from tests.contract.registration import stages_of

WANTED = Deployment()


class ByHand(Deployment):
    """The same boxes, none of them with a Web Admin that is talked to."""

    def host(self, name: str) -> Host:
        """Without an API."""
        return replace(super().host(name), webadmin=None)


def _plan(*chosen: str) -> Plan:
    stages = stages_of(WANTED, chosen)
    return compare(stages, blank_look(stages, families()), families()).plan


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_page_for_each_call_bridge(language: str) -> None:
    """Name, domain, blank address; the secret by name, and the command that shows it."""
    text = sheet(_plan("xmpp", "callbridge"), title="site.yml", language=language)
    for name in WANTED.bridges:
        part = text.partition(f"## {name}\n")[2].partition("\n## ")[0]
        assert f"| Unique Call Bridge name | `{name}` |" in part
        assert "| Domain | `tptac9.com` |" in part
        assert f"callbridge/{name}, " in part
        assert "`xmpp callbridge list`" in part
    assert "DNS |" in text


def test_without_the_servers_any_of_them_shows_the_secret() -> None:
    """A playbook of call bridges alone knows no box that makes it."""
    text = sheet(_plan("callbridge"), title="x")
    assert "shown by `xmpp callbridge list` on any XMPP server of the cluster" in text


def test_a_box_without_an_api_has_its_page_and_keeps_its_secret(tmp_path: Path) -> None:
    """The steps by hand of a plan against boxes; a site's own template comes first."""
    world = blank_world(WANTED)
    Engineer(world, WANTED, ("pki", "xmpp")).run()
    plan = Engineer(world, ByHand(), ("xmpp", "callbridge")).plan().plan
    assert [step.action.kind for step in plan.steps] == ["manual"] * 3
    text = sheet(plan, title="x")
    assert "| Unique Call Bridge name | `cb2` |" in text
    held = [secret for box in world.boxes.values() for secret in box.xmpp.callbridges.values()]
    assert len(set(held)) == 3
    assert not [secret for secret in held if secret in text]
    (tmp_path / "webadmin.md.j2").write_text("{{ pages | length }} pages of {{ title }}")
    assert sheet(plan, title="x", search=[tmp_path]).strip() == "3 pages of x"


def test_nothing_to_do_and_another_language() -> None:
    """In words."""
    assert "No login is to be set." in sheet(_plan("pki"), title="x")
    with pytest.raises(OptionError, match="no sheet in"):
        sheet(_plan("pki"), title="x", language="de")
