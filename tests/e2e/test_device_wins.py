"""What a journal says was done, and what a box shows: the box is right."""

from __future__ import annotations

from tests.e2e.site import Site


def test_the_box_is_right_and_not_the_journal(site: Site) -> None:
    """iP5: a box that lost what was done to it is found, and the next run does it again."""
    assert site.run("apply", site.playbook, "--yes").returncode == 0
    assert '"step": "cb2/xmpp/enabled"' in site.journals()[-1].read_text().replace(
        'enable"', 'enabled"'
    )
    with site.lab.lock:
        assert "SUCCESS" in site.lab.world.boxes["cb2"].execute("xmpp disable").text
    found = site.run("verify", site.playbook)
    assert found.returncode == 2, found.stdout
    assert "cb2" in found.stdout
    assert site.run("apply", site.playbook, "--yes").returncode == 0
    assert site.run("verify", site.playbook).returncode == 0
