"""Networks that break, elections that take time, servers that come and go."""

from __future__ import annotations

import pytest

from cmsdeploy.lab import Network, World

from .material import configure, log_in, said, states, three_nodes

LED = ["State: FOLLOWER", "State: FOLLOWER", "State: LEADER"]


def test_cuts_have_names_and_are_mended_alone() -> None:
    """Two cuts of one pair: both must be taken back."""
    network = Network()
    network.cut("cable", ("a", "b"))
    network.split("room", ("a",), ("b", "c"))
    assert network.cuts == ("cable", "room")
    assert not network.is_open("b", "a")
    network.mend("room")
    assert (network.is_open("a", "c"), network.is_open("a", "b")) == (True, False)
    network.mend()
    network.mend("never")
    assert network.is_open("a", "b")


def test_the_larger_part_elects_and_the_smaller_one_knows_no_leader() -> None:
    """The leader is cut from both others, and comes back as a follower."""
    world = three_nodes()
    world.network.split("wire", ("cb1",), ("cb2", "cb3"))
    assert states(world)[0] == "State: CANDIDATE"
    assert sorted(states(world)[1:]) == ["State: FOLLOWER", "State: LEADER"]
    assert world.login("cb1").state == "dns error"
    assert world.login("cb2").state == "registered"
    world.network.mend("wire")
    assert sorted(states(world)) == LED
    assert world.login("cb1").state == "registered"


def test_a_network_in_single_pieces_has_no_leader() -> None:
    """Nobody reaches a majority."""
    world = three_nodes()
    world.network.split("all", ("cb1",), ("cb2",), ("cb3",))
    assert states(world) == ["State: CANDIDATE"] * 3


def test_one_broken_pair_leaves_the_node_in_the_middle_to_lead() -> None:
    """The leader loses one follower only: it keeps the majority, that follower is alone."""
    world = three_nodes()
    world.network.cut("pair", ("cb1", "cb3"))
    assert states(world) == ["State: LEADER", "State: FOLLOWER", "State: CANDIDATE"]


@pytest.mark.parametrize(
    ("position", "leader"), [("rotating", 1), ("first-joined", 0), ("last-joined", 2)]
)
def test_who_wins_is_a_switch(position: str, leader: int) -> None:
    """UNKNOWN; the first election has one candidate, the second three."""
    world = three_nodes({"election-winner": position})
    for name in world.boxes:
        world.boxes[name].is_cut_off = True
    world.settle()
    for name in world.boxes:
        world.boxes[name].is_cut_off = False
    assert states(world)[leader] == "State: LEADER"


def test_an_entry_left_behind_counts_or_not() -> None:
    """Three living nodes and two duplicates: one more loss is fatal only if these count."""
    for position, is_led in (("yes", False), ("no", True)):
        world = three_nodes({"duplicate-peers-count": position})
        cluster = world.clusters[1]
        cluster.peers += [type(cluster.peers[0])("cb3", "10.0.0.3", is_ghost=True)] * 2
        said(world.boxes["cb3"], "xmpp disable")
        world.settle()
        assert (cluster.leader is not None) is is_led


def test_join_over_a_broken_network_is_refused() -> None:
    """The target does not answer, or has no leader."""
    world = three_nodes()
    new = world.add_box("cb4")
    configure(new)
    said(new, "xmpp cluster enable", "xmpp enable")
    world.network.cut("wire", ("cb4", "cb1"))
    assert "Unable to connect" in new.execute("xmpp cluster join 10.0.0.1").text
    world.network.split("wire", ("cb1",), ("cb2", "cb3"))
    assert "has no leader" in new.execute("xmpp cluster join 10.0.0.1").text
    world.network.mend()
    said(new, "xmpp cluster join 10.0.0.1")


def test_remove_may_ask() -> None:
    """A capital Y, where it asks."""
    world = three_nodes({"remove-asks": "yes"})
    third = world.boxes["cb3"]
    assert third.execute("xmpp cluster remove").answer("y").is_refused
    assert not third.execute("xmpp cluster remove").answer("Y").is_refused
    assert third.xmpp.cluster_number is None


def test_a_login_stays_while_its_server_runs_and_moves_when_it_stops() -> None:
    """DOC TAC-213479: one connection; another server after a loss; no way back by itself."""
    world = three_nodes()
    assert world.login("cb1").server == "cb1"
    said(world.boxes["cb1"], "xmpp disable")
    world.advance(1.0)
    assert world.login("cb1").server == "cb2"
    said(world.boxes["cb1"], "xmpp enable")
    world.advance(100.0)
    assert world.login("cb1").server == "cb2"
    text = world.boxes["cb1"].event_log()
    assert text.count("connection established") == 2


def test_a_failed_login_is_tried_again_after_its_time() -> None:
    """With a real retry time the call bridge does not notice the server at once."""
    world = three_nodes()
    world.timing.login_retry = 64.0
    for box in world.boxes.values():
        said(box, "xmpp disable")
    assert world.login("cb1").state == "dns error"
    for box in world.boxes.values():
        said(box, "xmpp enable")
    assert world.login("cb1").state == "dns error"
    world.advance(65.0)
    assert world.login("cb1").state == "registered"


@pytest.mark.parametrize("retry", [0.0, 10.0, 64.0, 500.0])
def test_the_event_log_repeats_every_64_seconds(retry: float) -> None:
    """However often the call bridge tries (SEEN webadmin-event-log-dns-error)."""
    world = World()
    world.timing.login_retry = retry
    box = world.add_box("cb1")
    log_in(box, "any")
    world.advance(64.002 * 5 + 1)
    assert box.event_log().count("No DNS A or AAAA records") == 6


def test_records_of_the_box_say_where_to_log_in() -> None:
    """SRV by priority, then weight (TAC-213479); a wrong port reaches nobody."""
    world = three_nodes()
    box = world.boxes["cb1"]
    record = "_xmpp-component._tcp.tptac9.com. 60 IN SRV {} {} {} {}."
    said(box, "dns add rr " + record.format(10, 0, 5223, "cb2"))
    said(box, "dns add rr " + record.format(5, 10, 5223, "cb3"))
    said(box, "dns add rr " + record.format(5, 20, 5222, "cb1"))
    log_in(box, box.xmpp_settings["sharedSecret"], serverAddressOverride="localhost")
    log_in(box, box.xmpp_settings["sharedSecret"], serverAddressOverride="")
    assert world.login("cb1").server == "cb3"
    said(world.boxes["cb3"], "xmpp disable")
    assert world.login("cb1").server == "cb2"
    said(box, "dns del rr _xmpp-component._tcp.tptac9.com SRV")
    said(box, "dns add rr " + record.format(5, 20, 5222, "cb2"))
    log_in(box, box.xmpp_settings["sharedSecret"], serverAddressOverride="localhost")
    log_in(box, box.xmpp_settings["sharedSecret"], serverAddressOverride="")
    assert world.login("cb1").state == "connection failure"


def test_status_page_in_each_state() -> None:
    """Words of TAC-213479 scenario 2 and TAC-213821."""
    world = three_nodes()
    box = world.boxes["cb1"]
    world.advance(3600.0 * 25)
    assert "XMPP connection connected to cb1 for 1 day, 1 hour\n" in box.status_page()
    log_in(box, "wrong", serverAddressOverride="localhost")
    world.advance(62.0)
    page = box.status_page()
    wanted = (
        "failed to connect to localhost due to authentication failure (1 minute, 2 seconds ago)"
    )
    assert wanted in page
    assert "Authentication service no authentication components found" in page
    assert 'XMPP connection to "localhost" failed' in page
    assert "not configured" in World().add_box("x").status_page()
    assert "XMPP" not in World().add_box("x", version="3.0").status_page()


def _database(world: World, count: int) -> None:
    for number in range(1, count + 1):
        box = world.add_box(f"d{number}")
        for name in ("s.key", "s.cer", "c.key", "c.cer", "ca.cer"):
            box.write_file(name, b"x\n")
        said(box, "database cluster localnode a")
        said(box, "database cluster certs s.key s.cer c.key c.cer ca.cer")


def test_database_commands_take_time_and_can_be_polled() -> None:
    """DOC TAC-215421: wait for Success; a small y does not go on (TAC-216549)."""
    world = World()
    world.timing.database = 30.0
    _database(world, 2)
    first, second = world.boxes.values()
    assert first.execute("database cluster initialize").answer("y").is_refused
    first.execute("database cluster initialize").answer("Y")
    assert "'database cluster initialize' (In progress)" in _status(first.name, world)
    assert first.execute("database cluster initialize").is_refused
    world.advance(31.0)
    assert "(Success)" in _status(first.name, world)
    second.execute("database cluster join nobody.example.com").answer("Y")
    world.advance(31.0)
    assert "ERROR" in _status(second.name, world)
    assert "(Failed)" in _status(second.name, world)
    said(second, "database cluster clear_error")
    second.execute("database cluster join 10.0.0.1").answer("Y")
    world.advance(31.0)
    assert "Connected Replica ( In Sync )" in _status("d1", world)
    assert second.execute("database cluster certs none").is_refused
    second.execute("database cluster remove").answer("Y")
    world.advance(31.0)
    assert len(world.databases[1].nodes) == 1


def _status(name: str, world: World) -> str:
    return world.boxes[name].execute("database cluster status").text


def test_a_database_of_three_survives_its_primary_and_shares_its_objects() -> None:
    """Call bridges are in the database: one list for all. A fourth node is too many."""
    world = World({"database-asks": "no"})
    _database(world, 5)
    first, *others = world.boxes.values()
    said(first, "database cluster initialize")
    first.api("POST", "/api/v1/callBridges", {"name": "cms-1"})
    for box in others[:3]:
        said(box, "database cluster join d1")
    assert "Too many" in _status("d4", world)
    said(others[3], "database cluster connect 10.0.0.1")
    assert "cms-1" in others[3].api("GET", "/api/v1/callBridges").body
    first.power_off()
    assert "10.0.0.2 (me)        : Connected Primary" in _status("d2", world)
    assert "10.0.0.1             : Not connected" in _status("d2", world)
    body = others[0].api("GET", "/api/v1/system/database").body
    assert '<node hostname="10.0.0.2" up="true" master="true" />' in body
