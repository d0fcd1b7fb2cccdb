"""Rebooting, losing power, going back to a backup."""

from __future__ import annotations

import pytest

from cmsdeploy.lab import BoxIsDownError, FileRefusedError, World

from .material import configure, issued, join, log_in, said, states, three_nodes


def test_a_box_is_away_while_it_boots() -> None:
    """For as long as the timing says; then everything is as before."""
    world = three_nodes()
    world.timing.boot = 60.0
    box = world.boxes["cb2"]
    box.execute("reboot").answer("Y")
    with pytest.raises(BoxIsDownError, match="cb2"):
        box.execute("version")
    world.advance(59.0)
    with pytest.raises(BoxIsDownError, match="boots"):
        box.execute("version")
    world.advance(1.5)
    assert states(world)[1] == "State: FOLLOWER"
    assert box.uptime < 1.0


def test_power_off_takes_the_lead_away_and_on_brings_the_node_back() -> None:
    """The leader loses power: another leads, logins move, and it comes back as a follower."""
    world = three_nodes()
    leader = world.boxes["cb1"]
    leader.power_off()
    assert [box.execute("version").text for name, box in world.boxes.items() if name != "cb1"]
    assert world.login("cb2").state == "registered"
    leader.power_on()
    assert sorted(states(world)) == ["State: FOLLOWER", "State: FOLLOWER", "State: LEADER"]
    assert states(world)[0] == "State: FOLLOWER"


def test_rollback_brings_settings_back_and_the_cluster_must_be_rebuilt() -> None:
    """DOC TAC-214620; the old entry of the node stays in the list of its peers."""
    world = three_nodes()
    first, third = world.boxes["cb1"], world.boxes["cb3"]
    said(third, "backup snapshot before")
    third.execute("xmpp disable")
    third.execute("xmpp domain other.com")
    third.execute("backup rollback before").answer("Y")
    assert (third.boots, third.xmpp.domain, third.xmpp.is_enabled) == (1, "tptac9.com", True)
    assert third.xmpp.cluster_number is None
    assert not third.xmpp.is_cluster_enabled
    assert third.xmpp.callbridges == first.xmpp.callbridges
    assert "10.0.0.3:5222" in first.execute("xmpp cluster status").text


def test_rollback_reads_only_backups() -> None:
    """An upload of that name is looked at."""
    box = World({"rollback-asks": "no"}).add_box("cb1")
    box.write_file("x.bak", b"nonsense")
    assert box.execute("backup rollback x").is_refused
    assert box.boots == 0


def test_an_overwritten_live_key_counts_from_the_next_start() -> None:
    """DOC TAC-214618: the service just needs to be restarted, for good or bad."""
    box = World().add_box("cb1")
    configure(box)
    said(box, "xmpp enable")
    box.write_file("node.key", issued("somebody else").key)
    assert box.xmpp.is_running
    assert "pair do not match" in box.execute("xmpp restart").text
    assert "STATUS                  : XMPP server not running" in box.execute("xmpp").text
    configure_again = issued("xmpp.tptac9.com", "Test Root").key
    box.write_file("node.key", configure_again)
    said(box, "xmpp enable")
    assert box.xmpp.is_running


def test_a_reboot_is_a_start_too() -> None:
    """The key was replaced long ago; the boot finds out."""
    box = World({"reboot-asks": "no"}).add_box("cb1")
    configure(box)
    said(box, "xmpp enable", "webadmin certs node.key node.cer", "webadmin restart")
    box.write_file("node.key", issued("somebody else").key)
    box.execute("reboot")
    assert box.xmpp.is_enabled
    assert not box.xmpp.is_running
    assert "webadmin not running" in box.execute("webadmin").text


@pytest.mark.parametrize(
    ("position", "is_running"), [("breaks-at-once", False), ("at-next-start", True)]
)
def test_csr_of_a_live_name_breaks_the_server(position: str, is_running: bool) -> None:
    """DOC TAC-214618: it overwrites the key and breaks the service that uses it."""
    world = three_nodes({"csr-of-live-key": position})
    box = world.boxes["cb1"]
    said(box, "pki csr node CN:x.com")
    assert box.xmpp.is_running is is_running
    assert (states(world)[1:].count("State: LEADER") == 1) is not is_running
    assert box.execute("xmpp restart").is_refused


def test_a_live_key_may_be_safe_from_uploads() -> None:
    """The other guess: the upload is refused."""
    box = World({"sftp-overwrite-live-key": "refused"}).add_box("cb1")
    configure(box)
    said(box, "xmpp enable")
    with pytest.raises(FileRefusedError, match="denied"):
        box.write_file("node.key", b"x")
    said(box, "xmpp disable")
    box.write_file("node.key", b"x")


def test_uploads_may_be_lost_at_a_reboot() -> None:
    """iS14: found by whoever looks again."""
    box = World({"files-lost-at-reboot": "yes", "reboot-asks": "no"}).add_box("cb1")
    configure(box)
    said(box, "xmpp enable")
    box.write_file("new.cer", b"x")
    box.execute("reboot")
    assert "new.cer" not in box.list_files()
    assert "node.key" in box.list_files()


def test_a_rebuilt_cluster_after_a_rollback() -> None:
    """Remove the old entry from another node, then join again."""
    world = three_nodes()
    first, third = world.boxes["cb1"], world.boxes["cb3"]
    said(third, "backup snapshot before")
    third.execute("backup rollback before").answer("Y")
    said(first, "xmpp cluster remove 10.0.0.3")
    said(third, "xmpp disable")
    for name in list(third.xmpp.callbridges):
        said(third, f"xmpp callbridge del {name}")
    join(third, first)
    assert states(world) == ["State: LEADER", "State: FOLLOWER", "State: FOLLOWER"]
    log_in(third, first.xmpp.callbridges["cb3"])
    assert world.login("cb3").state == "registered"
