"""Outages over real SSH: another domain, other interfaces, and a cluster after a rollback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cmsdeploy.certificates.authority import Authority
from tests.e2e.site import Site, site_of

_MOVED = "video.tptac9.com"
_LENGTH = "is down for about 180 s"


def _rewritten(site: Site, change: Callable[[dict[str, object]], None]) -> None:
    text = site.inventory.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    wanted = json.loads("\n".join(lines))
    for host in wanted["all"]["hosts"].values():
        change(host)
    site.inventory.write_text(f"# Changed.\n{json.dumps(wanted, indent=2)}\n", encoding="utf-8")


def _book(site: Site, name: str) -> str:
    return str(site.folder / "playbooks" / f"{name}.yml")


def _moved(site: Site) -> None:
    """Another domain in the same zone, with a certificate for it."""
    authority = Authority()
    issued = authority.issue(_MOVED, list(site.lab.boxes))
    folder = site.folder / "moved"
    folder.mkdir(mode=0o700)
    contents = {"key": issued.key, "cert": issued.certificate, "bundle": authority.root}
    for role, content in contents.items():
        path = folder / f"moved-{role}.{'key' if role == 'key' else 'cer'}"
        path.touch(mode=0o600)
        path.write_bytes(content)

    def change(host: dict[str, object]) -> None:
        names = {"key": "moved-key.key", "cert": "moved-cert.cer", "bundle": "moved-bundle.cer"}
        names["trust"] = "moved-cert.cer"
        host["xmpp_domain"] = _MOVED
        host["xmpp_dns_zone"] = "tptac9.com"
        host["xmpp_certificate"] = {
            role: {"name": name, "source": str(folder / name)} for role, name in names.items()
        }

    _rewritten(site, change)


def _proved(site: Site, name: str) -> None:
    """There is nothing left, by the playbook and by the whole site."""
    again = site.run("plan", _book(site, name), "--detailed-exitcode")
    assert again.returncode == 0, again.stdout + again.stderr
    assert site.run("plan", site.playbook, "--detailed-exitcode").returncode == 0
    (cluster,) = site.lab.world.clusters.values()
    assert len(cluster.peers) == len({peer.address for peer in cluster.peers}) == 3
    assert not any(peer.is_ghost for peer in cluster.peers)
    assert {site.lab.world.login(box).state for box in site.lab.boxes} == {"registered"}


@pytest.mark.long
@pytest.mark.timeout(600)
def test_another_domain_is_refused_then_told_then_done(tmp_path: Path) -> None:
    """An old certificate stops it before any connection; without the word nothing is written; with
    it, the plan says how long."""
    with site_of(tmp_path / "site") as site:
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        old = site.secrets()
        before = site.writes()
        path = Path(_book(site, "change-domain"))
        _rewritten(site, lambda host: host.update(xmpp_domain=_MOVED))
        unfit = site.run("plan", str(path))
        assert unfit.returncode == 3
        assert _MOVED in unfit.stderr
        assert "SAN" in unfit.stderr
        _moved(site)
        told = site.run("plan", site.playbook)
        assert told.returncode == 7
        assert "playbooks/change-domain.yml" in told.stdout
        text = path.read_text()
        path.write_text(text.replace("destructive, outage]", "destructive]"))
        refused = site.run("apply", str(path), "--yes")
        assert refused.returncode == 7
        assert "allow: [outage]" in refused.stdout
        assert _LENGTH in refused.stdout
        assert site.writes() == before
        path.write_text(text)
        planned = site.run("plan", str(path))
        assert f"XMPP of cluster default {_LENGTH}" in planned.stdout
        done = site.run("apply", str(path), "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert site.secrets() == old
        assert {box.xmpp.domain for box in site.lab.world.boxes.values()} == {_MOVED}
        _proved(site, "change-domain")


@pytest.mark.long
@pytest.mark.timeout(600)
def test_other_interfaces_for_all_servers(tmp_path: Path) -> None:
    """The whole site names the playbook, and the playbook does it."""
    with site_of(tmp_path / "site") as site:
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        old = site.secrets()
        _rewritten(site, lambda host: host.update(xmpp_listen="b"))
        told = site.run("plan", site.playbook)
        assert told.returncode == 7
        assert "playbooks/change-interface.yml" in told.stdout
        done = site.run("apply", _book(site, "change-interface"), "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert _LENGTH in done.stdout
        assert site.secrets() == old
        assert {box.xmpp.interfaces for box in site.lab.world.boxes.values()} == {("b",)}
        _proved(site, "change-interface")


@pytest.mark.long
@pytest.mark.timeout(600)
def test_after_a_rollback_the_cluster_is_founded_anew(tmp_path: Path) -> None:
    """Boxes that list peers of a cluster that is no more; then it is well, and left alone."""
    with site_of(tmp_path / "site", switches={"rollback-clustering": "remembered"}) as site:
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        old = site.secrets()
        book = _book(site, "rebuild-cluster")
        well = site.run("apply", book, "--yes")
        assert well.returncode == 0
        assert "is well" in well.stdout
        with site.lab.lock:
            for box in site.lab.world.boxes.values():
                box.execute("backup snapshot before")
                box.execute("backup rollback before").answer("Y")
        # They boot; who is connected meanwhile is thrown out.
        plans = (site.run("plan", site.playbook) for _ in range(10))
        stuck = next(plan for plan in plans if "unreachable" not in plan.stdout + plan.stderr)
        assert stuck.returncode == 7
        assert "playbooks/rebuild-cluster.yml" in stuck.stdout
        done = site.run("apply", book, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert site.secrets() == old
        _proved(site, "rebuild-cluster")
