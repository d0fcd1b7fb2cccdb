"""What the members of a cluster decide together."""

from __future__ import annotations

import re

import pytest

from cmsdeploy.lab import Box, World

from .material import configure, issued, join, said, states, three_nodes


def _peers(box: Box) -> list[str]:
    return re.findall(r"^(\d.*)$", box.execute("xmpp cluster status").text, re.M)


def test_a_stopped_follower_stays_listed() -> None:
    """Two of three are a majority."""
    world = three_nodes()
    said(world.boxes["cb3"], "xmpp disable")
    assert states(world)[:2] == ["State: LEADER", "State: FOLLOWER"]
    assert "10.0.0.3:5222" in _peers(world.boxes["cb1"])
    said(world.boxes["cb3"], "xmpp enable")
    assert states(world) == ["State: LEADER", "State: FOLLOWER", "State: FOLLOWER"]


def test_a_lost_leader_is_replaced_and_comes_back_as_follower() -> None:
    """Exactly one leader at every look."""
    world = three_nodes()
    said(world.boxes["cb1"], "xmpp disable")
    assert sorted(states(world)[1:]) == ["State: FOLLOWER", "State: LEADER"]
    said(world.boxes["cb1"], "xmpp enable")
    assert sorted(states(world)) == ["State: FOLLOWER", "State: FOLLOWER", "State: LEADER"]
    assert states(world)[0] == "State: FOLLOWER"


def test_restart_of_the_leader_moves_the_lead() -> None:
    """The others do not wait for it."""
    world = three_nodes()
    said(world.boxes["cb1"], "xmpp restart")
    assert states(world)[0] == "State: FOLLOWER"
    assert states(world).count("State: LEADER") == 1


def test_an_election_takes_its_time() -> None:
    """Until then nobody leads, and nobody can log in."""
    world = three_nodes(election_seconds=5.0)
    said(world.boxes["cb1"], "xmpp disable")
    assert "LEADER" not in " ".join(states(world))
    assert world.login("cb2").state == "dns error"
    world.advance(4.9)
    assert "LEADER" not in " ".join(states(world))
    world.advance(0.2)
    assert states(world).count("State: LEADER") == 1
    assert world.login("cb2").state == "registered"


def test_without_majority_a_node_reports_itself_only() -> None:
    """TAC-213479 Verify; the state word is a guess."""
    world = three_nodes()
    said(world.boxes["cb2"], "xmpp disable")
    said(world.boxes["cb3"], "xmpp disable")
    assert states(world)[0] == "State: CANDIDATE"
    assert _peers(world.boxes["cb1"]) == ["10.0.0.1:5222"]
    assert world.login("cb1").state == "dns error"


def test_without_majority_the_other_position_lists_all() -> None:
    """The same state under the other guess: all peers, no mark."""
    world = three_nodes({"cluster-status-without-majority": "all-peers"})
    said(world.boxes["cb2"], "xmpp disable")
    said(world.boxes["cb3"], "xmpp disable")
    assert sorted(_peers(world.boxes["cb1"])) == [f"10.0.0.{n}:5222" for n in (1, 2, 3)]


def test_a_node_that_is_cut_off_loses_the_vote() -> None:
    """The majority elects without it; it reports itself."""
    world = three_nodes()
    world.boxes["cb1"].is_cut_off = True
    assert states(world)[0] == "State: CANDIDATE"
    assert states(world)[1:].count("State: LEADER") == 1
    assert world.login("cb1").state == "dns error"


def test_reset_of_a_member_and_a_join_leave_a_duplicate() -> None:
    """CSCvi67717, TAC-213479 scenario 3."""
    world = three_nodes()
    first, third = world.boxes["cb1"], world.boxes["cb3"]
    third.execute("xmpp reset")
    said(third, "xmpp listen a", "xmpp cluster trust node.cer")
    join(third, first)
    assert _peers(first).count("10.0.0.3:5222") == 2
    assert _peers(third).count("10.0.0.3:5222") == 2
    said(first, "xmpp cluster remove 10.0.0.3")
    assert _peers(first).count("10.0.0.3:5222") == 1
    assert states(world) == ["State: LEADER", "State: FOLLOWER", "State: FOLLOWER"]


def test_remove_before_reset_leaves_no_duplicate() -> None:
    """The way that the document wants."""
    world = three_nodes()
    first, third = world.boxes["cb1"], world.boxes["cb3"]
    said(third, "xmpp cluster remove", "xmpp disable")
    third.execute("xmpp reset")
    assert len(_peers(first)) == 2
    said(third, "xmpp listen a", "xmpp cluster trust node.cer")
    join(third, first)
    assert len(_peers(first)) == len(set(_peers(first))) == 3


def test_a_dead_node_can_be_removed_from_another() -> None:
    """RECALL: cluster remove <node>."""
    world = three_nodes()
    said(world.boxes["cb3"], "xmpp disable")
    said(world.boxes["cb1"], "xmpp cluster remove 10.0.0.3:5222")
    assert len(_peers(world.boxes["cb1"])) == 2
    assert world.boxes["cb1"].execute("xmpp cluster remove 10.9.9.9").is_refused


def test_the_last_member_takes_the_cluster_with_it() -> None:
    """Nothing is left behind in the world."""
    world = three_nodes()
    for name in ("cb3", "cb2", "cb1"):
        said(world.boxes[name], "xmpp cluster remove")
    assert world.clusters == {}


def test_joining_copies_no_call_bridge() -> None:
    """Each node needs them added (TAC-213479 steps 7 and 8)."""
    world = World()
    first, second = world.add_box("cb1"), world.add_box("cb2")
    configure(first)
    configure(second)
    said(first, "xmpp callbridge add cb1", "xmpp cluster enable", "xmpp cluster initialize")
    said(first, "xmpp enable")
    said(second, "xmpp cluster enable", "xmpp enable", "xmpp cluster join cb1")
    assert second.execute("xmpp callbridge list").text == ""


def _two(switches: dict[str, str] | None = None) -> tuple[Box, Box]:
    """One cluster of one, and a running clustered node that may want to join."""
    world = World(switches)
    first, second = world.add_box("cb1"), world.add_box("cb2")
    configure(first)
    configure(second)
    said(first, "xmpp callbridge add cb1", "xmpp cluster enable", "xmpp cluster initialize")
    said(first, "xmpp enable")
    return first, second


def test_join_needs_the_leafs_of_both_in_the_trust() -> None:
    """Certificates of their own and only their own as trust: refused (TAC-213479 step 4)."""
    first, second = _two()
    own = issued("node2.tptac9.com", "Test Root")
    second.write_file("own.key", own.key)
    second.write_file("own.cer", own.certificate)
    said(second, "xmpp certs own.key own.cer root.cer", "xmpp cluster trust own.cer")
    said(second, "xmpp cluster enable", "xmpp enable")
    assert second.execute("xmpp cluster join cb1").is_refused
    both = first.files.read("node.cer") + own.certificate
    for box in (first, second):
        box.write_file("both.cer", both)
        said(box, "xmpp disable", "xmpp cluster trust both.cer", "xmpp enable")
    said(second, "xmpp cluster join cb1")


@pytest.mark.parametrize(("position", "is_refused"), [("no", False), ("yes", True)])
def test_secrets_may_be_compared_on_join(position: str, is_refused: bool) -> None:
    """Nobody knows; both positions exist."""
    _first, second = _two({"secrets-compared-on-join": position})
    said(second, "xmpp cluster enable", "xmpp enable")
    assert second.execute("xmpp cluster join cb1").is_refused is is_refused


def test_join_again_and_other_domains_are_refused() -> None:
    """A live member joins nothing; all servers carry one domain."""
    first, second = _two()
    said(second, "xmpp domain other.com", "xmpp cluster enable", "xmpp enable")
    assert "domains differ" in second.execute("xmpp cluster join cb1").text
    said(second, "xmpp disable", "xmpp domain tptac9.com", "xmpp enable", "xmpp cluster join cb1")
    assert second.execute("xmpp cluster join cb1").is_refused
    assert len(_peers(first)) == 2


def test_initialize_again_may_tear_a_node_out() -> None:
    """The worst guess: a new cluster, and a ghost in the old one."""
    world = three_nodes({"initialize-again": "new-cluster"})
    third = world.boxes["cb3"]
    said(third, "xmpp disable", "xmpp cluster initialize", "xmpp enable")
    assert _peers(third) == ["10.0.0.3:5222 (Leader)"]
    assert len(_peers(world.boxes["cb1"])) == 3
