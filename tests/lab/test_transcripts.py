"""The twin prints what real boxes print, byte for byte, where a transcript exists."""

from __future__ import annotations

import pytest

from cmsdeploy.lab import Box, World

from .material import case, give_files, issued, said, three_nodes

SECRETS = {
    "cb1": "kvgP1SRzWVabhiPVAb1",
    "cb2": "uBiLLdIU8vVqj86CAb1",
    "cb3": "RJTmSh4smhLYguGpAb1",
}


@pytest.fixture
def box() -> Box:
    """A box of the newest version that any transcript shows."""
    box = World().add_box("CMS", "192.168.80.151", "3.9.1")
    box.mac_address = "00:50:56:BC:FC:7D"
    pair = issued("core")
    for name in ("core.key", "cmscore-fullchain.cer", "cmsedge-fullchain.cer"):
        box.write_file(name, pair.key if name.endswith(".key") else pair.certificate)
    said(box, "webadmin certs core.key cmscore-fullchain.cer", "webadmin restart")
    said(box, "callbridge certs core.key cmscore-fullchain.cer")
    said(box, "callbridge trust c2w cmsedge-fullchain.cer", "callbridge restart")
    return box


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("ipv4 a", "ipv4-status.txt"),
        ("webadmin", "webadmin-status.txt"),
        ("callbridge", "callbridge-status.txt"),
        ("license", "license-excerpt.txt"),
        ("hostname cms1", "hostname.txt"),
        ("pki csr tac CN:.*.tptac9.com subjectAltName:streamer.tptac9.com", "pki-csr.txt"),
    ],
)
def test_one_command(box: Box, line: str, name: str) -> None:
    """Status and system commands of a single box."""
    assert box.execute(line).text == case(name)


def test_prompt_is_the_host_name(box: Box) -> None:
    """An FQDN stays whole; a new host name waits for the reboot (`hostname`)."""
    assert box.prompt == "CMS> "
    box.execute("hostname cms1")
    assert box.prompt == "CMS> "
    box.hostname = "streamer.example.com"
    assert box.prompt == "streamer.example.com> "


def test_pki_list_keeps_the_order_of_arrival() -> None:
    """Not sorted, keys of requests where they arrived."""
    box = World().add_box("streamer")
    for name in case("pki-list.txt").splitlines()[1:]:
        box.write_file(name, b"x\n")
    assert box.execute("pki list").text == case("pki-list.txt")


def test_xmpp_enable() -> None:
    """With a bundle there are five lines."""
    box = World().add_box("cms1a")
    give_files(box, "cms1a", "cmslab-root-ca.cer")
    said(box, "xmpp certs cms1a.key cms1a.cer cmslab-root-ca.cer", "xmpp listen a")
    said(box, "xmpp domain conf.pod2.cms.lab")
    assert box.execute("xmpp enable").text == case("xmpp-enable-success.txt")


def test_xmpp_enable_without_bundle_has_one_line_less() -> None:
    """The bundle line comes only with a bundle (mmp 3)."""
    box = World().add_box("cms1a")
    give_files(box)
    said(box, "xmpp certs node.key node.cer", "xmpp listen a", "xmpp domain conf.pod2.cms.lab")
    wanted = case("xmpp-enable-success.txt").splitlines(keepends=True)
    del wanted[3]
    assert box.execute("xmpp enable").text == "".join(wanted)


def test_callbridge_list() -> None:
    """Three records, each behind three stars."""
    box = World().add_box("cb1")
    said(box, "xmpp domain tptac9.com")
    for name, secret in SECRETS.items():
        box.execute(f"xmpp callbridge add-secret {name}").answer(secret)
    assert box.execute("xmpp callbridge list").text == case("xmpp-callbridge-list.txt")


def test_add_secret_asks() -> None:
    """The question is what the picture shows, or has the colon of TAC-217319."""
    plain = World().add_box("cb2").execute("xmpp callbridge add-secret cb1")
    colon = World({"add-secret-prompt": "colon"}).add_box("cb2")
    assert (plain.text, plain.question) == ("", "Enter callbridge secret")
    assert not plain.is_echoed
    asked = colon.execute("xmpp callbridge add-secret cb1")
    assert asked.question == "Enter callbridge secret:"


def test_cluster_status_of_followers() -> None:
    """Two nodes list the same peers in another order (cb3 leads at .30)."""
    addresses = {"cb3": "10.106.81.30", "cb1": "10.106.81.31", "cb2": "10.106.81.32"}
    world = three_nodes(addresses=addresses, base="abhiall")
    for name, wanted in (
        ("cb1", "xmpp-cluster-status-follower.txt"),
        ("cb2", "xmpp-cluster-status-follower-2.txt"),
    ):
        world.boxes[name].xmpp.changed_at = 27 * 60 + 58  # the world starts at 07:00:00
        assert world.boxes[name].execute("xmpp cluster status").text == case(wanted)


def test_cluster_status_of_the_leader() -> None:
    """The leader marks itself, here in the last row."""
    addresses = {"cb1": "10.59.103.70", "cb2": "10.59.103.71", "cb3": "10.61.7.91"}
    text = three_nodes(addresses=addresses).boxes["cb1"].execute("xmpp cluster status").text
    assert text.startswith(case("xmpp-cluster-status-leader-head.txt"))


def test_syslog_line_has_the_blank_before_the_command() -> None:
    """The layout of the log line, and that answers are not in it."""
    box = World().add_box("cms01")
    box.execute("xmpp callbridge add-secret cb1").answer("hidden-from-logs")
    assert "issued command < xmpp callbridge add-secret cb1>: permission granted" in box.syslog()
    assert "hidden-from-logs" not in box.syslog() + repr(box.audit)
