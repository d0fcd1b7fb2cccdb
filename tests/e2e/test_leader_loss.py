"""The leader's box goes dark: another leads, call bridges log in elsewhere, verify says so."""

from __future__ import annotations

import time
from pathlib import Path

from tests.e2e.site import Site, site_of


def _roles(site: Site) -> dict[str, str]:
    with site.lab.lock:
        boxes = site.lab.world.boxes
        return {
            name: box.execute("xmpp cluster status").text.partition("\n")[0]
            for name, box in boxes.items()
            if box.is_up
        }


def _leader(site: Site) -> str | None:
    leaders = [name for name, role in _roles(site).items() if role == "State: LEADER"]
    return leaders[0] if len(leaders) == 1 else None


def _until(site: Site, seconds: float, other_than: str) -> float:
    """Seconds until another box leads; raises when it takes too long."""
    begin = time.monotonic()
    asked = next(name for name in site.lab.boxes if name != other_than)
    while time.monotonic() - begin < seconds:
        # Over the wire, which is where the lab's time follows ours.
        site.run("exec", asked, "--", "xmpp", "cluster", "status")
        if _leader(site) not in (None, other_than):
            return time.monotonic() - begin
        time.sleep(0.05)
    raise AssertionError(f"no new leader within {seconds} seconds: {_roles(site)}")


def test_the_leader_goes_and_comes_back(tmp_path: Path) -> None:
    """Within the election time another leads; verify is red while a box is away, then green."""
    with site_of(tmp_path / "site") as site:
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        first = _leader(site)
        assert first is not None
        with site.lab.lock:
            site.lab.world.timing.election = 1.0
        site.lab.power_off(first)
        assert _until(site, 20.0, first) < 10.0
        with site.lab.lock:
            for name in site.lab.boxes:
                if name != first:
                    login = site.lab.world.login(name)
                    assert (login.state, login.server != first) == ("registered", True), name
        dark = site.run("verify", site.playbook)
        assert dark.returncode == 4, dark.stdout
        assert f"{first} [unreachable]" in dark.stdout
        site.lab.power_on(first)
        end = time.monotonic() + 60
        green = site.run("verify", site.playbook)
        while green.returncode and time.monotonic() < end:
            time.sleep(0.5)
            green = site.run("verify", site.playbook)
        assert green.returncode == 0, green.stdout + green.stderr
        assert _leader(site) not in (None, first)
