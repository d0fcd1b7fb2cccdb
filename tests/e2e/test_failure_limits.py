"""A box that refuses among batches of several clusters: who is still worked on, and who is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.lab import Fault
from tests.e2e.site import Site, site_of

# Two boxes of Paris, two of London, one of Tokyo; the second one of Paris says no.
BATCHES = ("paris-cb4", "paris-cb5"), ("london-cb4", "london-cb5"), ("tokyo-cb4",)
REFUSING = "paris-cb5"
PLAY = """\
- name: Clocks
  hosts: callbridges_only
  gather_facts: false
  serial: 2
  allow: [disruptive]
  %s
  tasks:
    - mmp: {command: timezone Europe/Rome, read: timezone, shows: Europe/Rome}
"""
WHOLE = {"london-cb4", "london-cb5", "tokyo-cb4"}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_of(tmp_path_factory.mktemp("limits") / "site", "three-clusters") as made:
        made.lab.faults(REFUSING).add(Fault("refuse", match="timezone Europe", count=None))
        yield made


@pytest.fixture
def site(fleet: Site) -> Site:
    with fleet.lab.lock:
        for box in fleet.lab.world.boxes.values():
            box.timezone = "Etc/UTC"
    return fleet


def written(site: Site, keyword: str) -> str:
    path = site.folder / "playbooks" / "clocks.yml"
    path.write_text(PLAY % keyword)
    return str(path)


def changed(site: Site) -> set[str]:
    """The boxes that have the new zone."""
    with site.lab.lock:
        return {n for n, box in site.lab.world.boxes.items() if box.timezone == "Europe/Rome"}


@pytest.mark.parametrize(
    ("keyword", "reached"),
    [
        ("tags: [none]", WHOLE),
        ("max_fail_percentage: 50", WHOLE),
        ('max_fail_percentage: "{{ 25 * 2 }}"', WHOLE),
        ("max_fail_percentage: 49", set()),
        ("max_fail_percentage: 0", set()),
        ("any_errors_fatal: true", set()),
    ],
)
def test_a_failing_box_stops_what_the_play_says(
    site: Site, keyword: str, reached: set[str]
) -> None:
    """One of two is 50 per cent: as in Ansible, that stops at 49 and goes on at 50. The batch in
    which it fails is finished where nothing failed; nothing is taken back."""
    answer = site.run("apply", "--yes", "-f", "1", written(site, keyword))
    assert answer.returncode == 2, answer.stdout + answer.stderr
    assert changed(site) == {"paris-cb4"} | reached
    recap = {line.split()[0]: line for line in answer.stdout.splitlines() if "skipped=" in line}
    assert "failed=1" in recap[REFUSING]
    for name in WHOLE - reached:
        assert "changed=0" in recap[name]
        assert "skipped=1" in recap[name]


def test_a_box_that_is_dead_at_the_first_look_counts(site: Site) -> None:
    """Then nothing is sent to anybody, and the refusals say why."""
    site.lab.faults("paris-cb4").refuse_connections()
    try:
        answer = site.run("apply", "--yes", written(site, "any_errors_fatal: true"))
    finally:
        site.lab.faults("paris-cb4").accept_connections()
    assert answer.returncode == 7, answer.stdout + answer.stderr
    assert "play/too-many-failed" in answer.stdout
    assert changed(site) == set()


def test_a_saved_plan_holds_its_limit(site: Site, tmp_path: Path) -> None:
    """A limit that is loosened behind a plan that was approved makes it another plan."""
    saved = tmp_path / "night.plan"
    playbook = written(site, "max_fail_percentage: 49")
    assert site.run("plan", playbook, "-o", str(saved)).returncode == 0
    written(site, "max_fail_percentage: 50")
    stale = site.run("apply", str(saved))
    assert stale.returncode == 8, stale.stdout + stale.stderr
    assert changed(site) == set()
    written(site, "max_fail_percentage: 49")
    assert site.run("apply", "-f", "1", str(saved)).returncode == 2
    assert changed(site) == {"paris-cb4"}
