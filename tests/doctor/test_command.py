"""The doctor on the command line, over real SSH, SFTP and HTTPS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor import faults
from tests.e2e.site import Site, site_of


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A deployed site; each test leaves it healthy."""
    with site_of(tmp_path_factory.mktemp("doctor") / "site") as made:
        assert made.run("apply", made.playbook, "--yes").returncode == 0
        yield made


def test_a_repair_goes_through_apply_like_any_other_plan(site: Site, tmp_path: Path) -> None:
    """Found, planned and saved, nothing sent; applied, healed; the second time nothing to do."""
    assert site.run("doctor").returncode == 0
    with site.lab.lock:
        faults.cb1_carries_the_secret_of_cb3(site.lab.world)
    before = site.writes()
    plan = tmp_path / "repair.plan"
    found = site.run("doctor", site.playbook, "--fix", "-o", str(plan))
    assert found.returncode == 2, found.stderr
    assert (
        "1. cb1 [xmpp/secret-twice] on cb1, call bridge cb1 has the secret of cb3" in found.stdout
    )
    assert site.writes() == before
    lines = [step["line"] for step in json.loads(plan.read_text())["plan"]["steps"]]
    assert lines[:2] == ["xmpp callbridge del cb1", "xmpp callbridge add-secret cb1"]
    assert not any("cb2" in line or "cb3" in line for line in lines)
    applied = site.run("apply", str(plan))
    assert applied.returncode == 0, applied.stdout + applied.stderr
    healthy = site.run("doctor", "--json")
    assert healthy.returncode == 0
    assert json.loads(healthy.stdout)["findings"] == []
    everything = found.stdout + applied.stdout + applied.stderr + plan.read_text()
    assert [secret for secret in site.secrets() if secret in everything] == []


def test_a_saved_repair_is_stale_when_the_boxes_moved(site: Site, tmp_path: Path) -> None:
    """Somebody mended it by hand in the meantime: nothing is sent, and the fact is named."""
    with site.lab.lock:
        site.lab.world.boxes["cb3"].execute("xmpp disable")
    plan = tmp_path / "repair.plan"
    assert site.run("doctor", "--fix", "-o", str(plan)).returncode == 2
    with site.lab.lock:
        site.lab.world.boxes["cb3"].execute("xmpp enable")
    before = site.writes()
    stale = site.run("apply", str(plan))
    assert stale.returncode == 8, stale.stdout + stale.stderr
    assert site.writes() == before


def test_a_box_that_is_off_is_the_first_finding(site: Site) -> None:
    """Exit code 4, or 6 where the others have findings as well; the rest is still looked at."""
    site.lab.power_off("cb2")
    try:
        answer = site.run("doctor", "--json")
    finally:
        site.lab.power_on("cb2")
    assert answer.returncode in (4, 6), answer.stdout
    first = json.loads(answer.stdout)["findings"][0]
    assert (first["host"], first["rule"]) == ("cb2", "unreachable")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--from-log", "none.log"), 3, "none.log cannot be read"),
        (("--from-log", "x.log", "--fix"), 5, "a log cannot be repaired"),
        (("site.yml", "--from-log", "x.log"), 5, "do not go together"),
        (("-o", "x.plan"), 5, "give --fix as well"),
        (("none.yml",), 3, "there is no such file"),
    ],
)
def test_wrong_use_is_told_in_words(
    site: Site, words: tuple[str, ...], code: int, said: str
) -> None:
    """One cause, one next action, the exit code of the design."""
    answer = site.run("doctor", *words)
    assert answer.returncode == code
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
