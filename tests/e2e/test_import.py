"""import, end to end: what it writes of live boxes, and that the plan which follows is empty."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.site import Site, site_of


def _imported(site: Site, out: Path) -> str:
    """Read the boxes of the lab, and give what was said. Nothing was changed on them."""
    before = site.writes()
    answer = site.run("import", "all", "-o", str(out))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert site.writes() == before
    return answer.stdout


def _texts(out: Path) -> str:
    files = [path for path in out.rglob("*") if path.is_file()]
    assert files
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    return "\n".join(path.read_text() for path in files)


@pytest.mark.parametrize(
    ("inventory", "switches"),
    [
        ("lab", {}),
        pytest.param(
            "lab",
            {"election-winner": "last-joined", "peer-order": "as-joined"},
            marks=pytest.mark.long,
        ),
        pytest.param("three-clusters", {}, marks=pytest.mark.long),
    ],
)
def test_the_plan_that_follows_is_empty(
    tmp_path: Path, inventory: str, switches: Mapping[str, str]
) -> None:
    """Of a deployed site; files 0600, and no secret of any kind in them."""
    with site_of(tmp_path / "site", inventory, switches) as site:
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        out = tmp_path / "imported"
        said = _imported(site, out)
        texts = _texts(out)
        password = next(iter(site.lab.world.boxes.values())).passwords["admin"]
        for secret in (*site.secrets(), password):
            assert secret not in texts + said
        site.environment["CMSDEPLOY_PASSWORD"] = password
        words = ("plan", str(out / "playbooks" / "imported.yml"), "-i", str(out / "inventory.yml"))
        planned = site.run(*words, "--detailed-exitcode")
        assert planned.returncode == 0, planned.stdout + planned.stderr
        assert "No changes" in planned.stdout
        # A folder that holds something is never written over.
        assert site.run("import", "all", "-o", str(out)).returncode == 3


def test_what_is_odd_is_said_beside_the_box(tmp_path: Path) -> None:
    """A secret that differs, a peer of nobody and a stopped server, each by its host."""
    with site_of(tmp_path / "site") as site:
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        with site.lab.lock:
            boxes = site.lab.world.boxes
            boxes["cb2"].xmpp.callbridges["cb1"] = "x" * 16 + "Ab1"
            boxes["cb3"].execute("xmpp disable")
        out = tmp_path / "imported"
        said = _imported(site, out)
        text = (out / "inventory.yml").read_text()
        for word in ("its secret of call bridge cb1 is not that of", "its XMPP server is stopped"):
            assert word in said
            assert f"# odd: {word}" in text
        assert "xxxxxxxx" not in said + _texts(out)
