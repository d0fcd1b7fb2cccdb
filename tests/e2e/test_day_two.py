"""The playbooks of day two over real SSH: servers leave, come back, and every secret is new."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from cmsdeploy.lab import Lab
from tests.e2e.site import PROJECT, Site, site_of

_PLAYBOOKS = PROJECT / "cmsdeploy" / "examples" / "playbooks"
_CHANGES = (
    "add-server", "remove-server", "replace-server", "add-callbridge", "remove-callbridge",
    "rotate-secrets", "decommission", "prepare-3.x", "imported",
    "change-domain", "change-interface", "rebuild-cluster",
)  # fmt: skip


def _done(site: Site, name: str, *more: str) -> None:
    """Apply a playbook; then there is nothing left to do, and the whole site is as wanted."""
    path = str(site.folder / "playbooks" / f"{name}.yml")
    done = site.run("apply", path, "--yes", *more)
    assert done.returncode == 0, done.stdout + done.stderr
    again = site.run("plan", path, "--detailed-exitcode")
    assert again.returncode == 0, again.stdout + again.stderr


@pytest.mark.long
@pytest.mark.timeout(600)
def test_three_become_one_and_three_again_with_new_secrets(tmp_path: Path) -> None:
    """By the inventory's words alone; a reset is sent to those who left, and to nobody else."""
    with site_of(tmp_path / "site") as site:
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        old = site.secrets()
        words = site.inventory.parent / "host_vars"
        words.mkdir()
        for host in ("cb2", "cb3"):
            (words / f"{host}.yml").write_text("xmpp_state: absent\n")
        refused = site.run("apply", site.playbook, "--yes")
        assert refused.returncode in (3, 7)
        small = site.folder / "playbooks" / "remove-server.yml"
        small.write_text(
            small.read_text().replace(
                "disruptive, destructive", "disruptive, destructive, undersized"
            )
        )
        _done(site, "remove-server")
        resets = {name: lines.count("xmpp reset") for name, lines in site.writes().items()}
        assert resets == {"cb1": 0, "cb2": 1, "cb3": 1}
        for host in ("cb2", "cb3"):
            (words / f"{host}.yml").unlink()
        _done(site, "add-server")
        _done(site, "rotate-secrets", "-e", "xmpp_rotate=all")
        assert not old & site.secrets()
        assert site.run("plan", site.playbook, "--detailed-exitcode").returncode == 0
        (cluster,) = site.lab.world.clusters.values()
        assert sorted(peer.address for peer in cluster.peers) == sorted(
            box.address for box in site.lab.world.boxes.values()
        )
        for secret in (*old, *site.secrets()):
            assert not any(secret in path.read_text() for path in site.journals())


@pytest.mark.parametrize("name", _CHANGES)
def test_every_change_can_be_rendered_as_a_runbook(tmp_path: Path, name: str) -> None:
    """Without a network; what it does is in it, and a change founds nothing, but for outages."""
    inventory = tmp_path / "hosts.yml"
    text = (PROJECT / "inventories" / "lab" / "hosts.yml").read_text()
    three = "        cb3: {ansible_host: 127.0.1.3}\n"
    more = "".join(f"        cb{n}: {{ansible_host: 127.0.1.{n}}}\n" for n in (4, 5))
    inventory.write_text(text.replace(three, three + more))
    (tmp_path / "host_vars").mkdir()
    absent = {
        "remove-server": "xmpp_state: absent",
        "remove-callbridge": "callbridge_state: absent",
    }
    for host in ("cb4", "cb5") if name in absent else ():
        (tmp_path / "host_vars" / f"{host}.yml").write_text(f"{absent[name]}\n")
    extra = {
        "rotate-secrets": {"xmpp_rotate": ["cb2"]},
        "replace-server": {"xmpp_peers_absent": ["10.0.0.9"]},
    }
    site = Site(tmp_path, inventory, cast(Lab, None))
    site.environment["CMSDEPLOY_LAB_PASSWORD"] = "not a password"
    words = ("-e", json.dumps(extra.get(name, {})), "--format", "markdown")
    said = site.run("render", str(_PLAYBOOKS / f"{name}.yml"), *words)
    assert said.returncode == 0, said.stdout + said.stderr
    is_change = name not in ("imported", "change-domain", "change-interface", "rebuild-cluster")
    assert ("cluster initialize" in said.stdout) is not is_change
    sent = {
        "add-server": "xmpp cluster join",
        "remove-server": "xmpp reset",
        "replace-server": "xmpp cluster remove 10.0.0.9",
        "remove-callbridge": "xmpp callbridge del cb4",
        "rotate-secrets": "xmpp callbridge add cb2",
        "decommission": "xmpp domain none",
        "prepare-3.x": "xmpp domain none",
        "change-domain": "is down for about",
        "change-interface": "is down for about",
        "rebuild-cluster": "xmpp callbridge add-secret cb1",
    }
    assert sent.get(name, "") in said.stdout


@pytest.mark.long
@pytest.mark.timeout(600)
def test_before_3_x_what_depends_on_xmpp_is_named_and_then_nothing_is_left(tmp_path: Path) -> None:
    """A web bridge that runs stops everything at the first look."""
    with site_of(tmp_path / "site") as site:
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        box = site.lab.world.boxes["cb2"]
        with site.lab.lock:
            box.services["webbridge"].is_enabled = True
        before = site.writes()
        path = str(site.folder / "playbooks" / "prepare-3.x.yml")
        refused = site.run("apply", path, "--yes")
        assert refused.returncode == 7
        assert "cb2" in refused.stdout
        assert "webbridge" in refused.stdout
        assert site.writes() == before
        with site.lab.lock:
            box.services["webbridge"].is_enabled = False
        _done(site, "prepare-3.x")
        for one in site.lab.world.boxes.values():
            assert (one.xmpp.domain, one.xmpp.callbridges) == (None, {})
