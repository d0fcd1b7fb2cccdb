"""What the family xmpp makes of replies: of true ones the facts, of odd ones nothing wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmsdeploy.families.xmpp.commands import BRIDGE_LIST, CLUSTER_STATUS, STATUS, address
from cmsdeploy.families.xmpp.facts import XmppState, understand
from cmsdeploy.model.action import Command, Read, Reply
from cmsdeploy.model.secret import UNKNOWN, Secret
from tests.families.cases import reply_in

LIST = reply_in("xmpp-callbridge-list.txt")
# The lab values that Cisco published in TAC 213479.
PUBLISHED = {
    "cb1": "kvgP1SRzWVabhiPVAb1",
    "cb2": "uBiLLdIU8vVqj86CAb1",
    "cb3": "RJTmSh4smhLYguGpAb1",
}


def seen(command: Command, text: str) -> XmppState:
    """The state after one reply."""
    return understand({command: Reply(text)})


def bridges(text: str) -> dict[str, tuple[str, Secret]] | None:
    """The bridges of a list with domain and secret; None for unknown."""
    found = seen(BRIDGE_LIST, text).bridges
    if found is UNKNOWN:
        return None
    return {n: (b.domain, b.secret) for n, b in found.items() if isinstance(b.secret, Secret)}


def test_the_list_of_call_bridges_is_read() -> None:
    """Transcript of TAC 213479, steps 7 and 8."""
    wanted = {name: ("tptac9.com", Secret(secret)) for name, secret in PUBLISHED.items()}
    assert bridges(LIST) == wanted


def test_the_fault_of_scenario_2_is_read_as_it_is() -> None:
    """cb1 carries the secret of cb3, and nothing is put right while reading."""
    found = bridges(reply_in("xmpp-callbridge-list-wrong-secret.txt"))
    assert found is not None
    assert found["cb1"][1] == found["cb3"][1] == Secret(PUBLISHED["cb3"])
    assert found["cb2"][1] == Secret(PUBLISHED["cb2"])


@pytest.mark.parametrize(
    ("case", "role", "leader", "peers"),
    [
        ("follower", "FOLLOWER", "10.106.81.30:5222", "30 31 32"),
        ("follower-2", "FOLLOWER", "10.106.81.30:5222", "30 32 31"),
    ],
)
def test_the_status_of_a_follower_is_read(case: str, role: str, leader: str, peers: str) -> None:
    """Transcripts of TAC 213479, Verify: a cut date is no error, the order differs per node."""
    state = seen(CLUSTER_STATUS, reply_in(f"xmpp-cluster-status-{case}.txt"))
    assert (state.role, state.leader, state.is_leader) == (role, leader, False)
    assert state.peers == tuple(f"10.106.81.{last}:5222" for last in peers.split())
    assert (state.key, state.certificate, state.trust) == (
        "abhiall.key",
        "abhiall.cer",
        "abhiall.cer",
    )
    assert (state.clustered, state.enabled, state.has_strange_peers) == (True, True, False)


def test_the_status_of_a_leader_is_read() -> None:
    """Transcript of TAC 213479, scenario 3, as the French edition prints it: cut after the list."""
    state = seen(CLUSTER_STATUS, reply_in("xmpp-cluster-status-leader.txt"))
    assert (state.role, state.leader, state.is_leader) == ("LEADER", "10.59.103.70:5222", True)
    assert len(state.peers) == 3
    assert state.trust is UNKNOWN


def test_a_peer_that_is_listed_twice_stays_twice() -> None:
    """Scenario 3 (CSCvi67717): the English edition shows 10.61.7.91 twice."""
    text = reply_in("xmpp-cluster-status-leader.txt")
    state = seen(CLUSTER_STATUS, text.replace("10.61.7.91:5222", "10.61.7.91:5222\n" * 2))
    assert state.peers.count("10.61.7.91:5222") == 2


def test_an_enable_is_no_status() -> None:
    """Result lines are not fields."""
    assert seen(STATUS, reply_in("xmpp-enable-success.txt")) == XmppState()


def test_the_addresses_of_the_box_are_read() -> None:
    """Transcript ipv4-status (true layout): the observed address, no route."""
    state = understand({address("a"): Reply(reply_in("ipv4-status.txt"))})
    assert state.addresses == {"192.168.80.151"}


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("FAILURE: Unknown interface e", {"e"}),
        ("FAILURE: no such Interface", {"e"}),
        ("FAILURE: permission denied", set()),
        ("Unknown command", set()),
        (reply_in("ipv4-status.txt"), set()),
    ],
)
def test_an_interface_that_the_box_does_not_have(text: str, lacking: set[str]) -> None:
    """Only a failure that speaks of the interface says so (guess: no source shows the sentence)."""
    assert seen(address("e"), text).lacking == lacking
    # A server may listen on `lo`, and nothing says that `ipv4` knows it.
    assert seen(address("lo"), text).lacking == set()


@pytest.mark.parametrize(
    ("case", "enabled"),
    [
        ("streamer-status-disabled.txt", False),
        ("streamer-status-2x.txt", False),
        ("recorder-status.txt", True),
        ("uploader-status.txt", False),
        ("webadmin-status.txt", True),
        ("callbridge-status.txt", UNKNOWN),
        ("license-excerpt.txt", UNKNOWN),
        ("hostname.txt", UNKNOWN),
    ],
)
def test_layouts_of_other_services_are_read_alike(case: str, enabled: object) -> None:
    """The layout of `xmpp` is not known; those of its sisters are, padded and unpadded."""
    assert seen(STATUS, reply_in(case)).enabled is enabled


RECORD = "***\nCallbridge : cb1\nDomain     : d.example\nSecret     : 0123456789abcdefAb1\n"
ONE = {"cb1": ("d.example", Secret("0123456789abcdefAb1"))}
ODD_LISTS = [
    ("empty", "", {}),
    ("blank lines", "\n \n\n", {}),
    ("one", RECORD, ONE),
    ("blank lines between", RECORD.replace("\n", "\n\n"), ONE),
    ("line ends of a terminal", RECORD.replace("\n", "\r\n"), ONE),
    ("fields in another order", "***\nSecret : 0123456789abcdefAb1\nDomain : d.example\n"
     "Callbridge : cb1\n", ONE),
    ("more stars", "*" + RECORD, ONE),
    ("tabs", RECORD.replace(" ", "\t"), ONE),
    ("no stars", RECORD.removeprefix("***\n"), None),
    ("other stars", RECORD.replace("***", "---"), None),
    ("upper case", RECORD.upper(), None),
    ("a further field", RECORD + "Port : 5223\n", None),
    ("a field missing", RECORD.replace("Domain     : d.example\n", ""), None),
    ("a field without value", RECORD.replace("d.example", ""), None),
    ("a field twice", RECORD + "Secret     : 9876543210abcdefAb1\n", None),
    ("the same bridge twice", RECORD * 2, None),
    ("a wrapped secret", RECORD.replace("abcdef", "\nabcdef"), None),
    ("cut within a record", RECORD + "***\nCallbridge : cb2\nDomain", None),
    ("a prompt inside", RECORD + "cb1> \n", None),
    ("a prompt and its echo inside", RECORD + "cb1> xmpp callbridge list\n" + RECORD, None),
    ("a warning in front", "Warning: maintenance\n" + RECORD, None),
    ("unknown command", "Unknown command: xmpp callbridge list\n", None),
    ("failure", "FAILURE: XMPP server is not running\n", None),
    ("success of another service", "SUCCESS: Webbridge enabled\n", None),
    ("lower-case success", "success\n", None),
    ("failure behind a list", RECORD + "FAILURE: too many\n", None),
    ("other words", "Anrufbrücke : cb1\n", None),
    ("a question", "Are you sure? (y/n)", None),
    ("progress", "....\n" + RECORD, None),
    ("a line separator in the middle", RECORD.replace("012", "0\u20281"), None),
    ("a unicode next line", RECORD.replace("012", "0\x851"), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"), [row[1:] for row in ODD_LISTS], ids=[row[0] for row in ODD_LISTS]
)
def test_odd_lists_give_the_facts_or_nothing(
    text: str, wanted: dict[str, tuple[str, Secret]] | None
) -> None:
    """A list that is not wholly understood is unknown: it is never read as a shorter one."""
    assert bridges(text) == wanted


def test_a_thousand_bridges_are_read() -> None:
    """A long list is a list."""
    text = "".join(RECORD.replace("cb1", f"cb{number}") for number in range(1000))
    assert len(bridges(text) or {}) == 1000


def test_a_value_with_words_of_the_grammar_is_text() -> None:
    """A name that holds separators or result words is a name, and goes nowhere by itself."""
    found = bridges(RECORD.replace("d.example", "d; xmpp reset SUCCESS: ok"))
    assert found == {"cb1": ("d; xmpp reset SUCCESS: ok", Secret("0123456789abcdefAb1"))}


@settings(derandomize=True, max_examples=300)
@given(st.integers(0, 11), st.sampled_from(["", "x\n", "cb1> \n", "***\n", "Secret : x\n", ":\n"]))
def test_a_list_with_one_line_more_or_less_gives_no_wrong_value(place: int, line: str) -> None:
    """One line taken away or put in: unknown, or records that were there."""
    lines = LIST.splitlines(keepends=True)
    changed = "".join([*lines[:place], line, *lines[place + (not line) :]])
    whole = bridges(LIST) or {}
    assert all(whole.get(name) == value for name, value in (bridges(changed) or {}).items())


@settings(derandomize=True, max_examples=300)
@given(st.text(max_size=200) | st.text("*: \nCSDaelb\t\r", max_size=200))
def test_no_text_breaks_a_parser(text: str) -> None:
    """Whatever a box says is understood or unknown, and never an error of ours."""
    reads: list[Read] = [STATUS, BRIDGE_LIST, CLUSTER_STATUS, address("a")]
    replies = {read: Reply(text) for read in reads}
    state = understand(replies)
    assert state.facts()


STATUS_ROWS = [
    ("padded", "Enabled                 : true\nDomain                  : d\n", True, "d"),
    ("unpadded", "Enabled : false\nDomain : none\n", False, ""),
    ("enabled in words", "Enabled : Enabled\n", True, UNKNOWN),
    ("another word", "Enabled : yes\n", UNKNOWN, UNKNOWN),
    ("twice", "Enabled : true\nEnabled : false\n", True, UNKNOWN),
    ("no blank behind the colon", "Enabled:true\n", UNKNOWN, UNKNOWN),
    ("empty", "", UNKNOWN, UNKNOWN),
    ("failure", "FAILURE: no\nEnabled : true\n", UNKNOWN, UNKNOWN),
    ("success", "SUCCESS: ok\nEnabled : true\n", UNKNOWN, UNKNOWN),
    ("unknown command", "Unknown command\nEnabled : true\n", UNKNOWN, UNKNOWN),
    ("in a value", "Banner : Enabled : true\n", UNKNOWN, UNKNOWN),
]


@pytest.mark.parametrize(
    ("text", "enabled", "domain"), [row[1:] for row in STATUS_ROWS], ids=[r[0] for r in STATUS_ROWS]
)
def test_odd_status_replies_give_the_facts_or_nothing(
    text: str, enabled: object, domain: object
) -> None:
    """A field that is not understood is unknown, never false."""
    state = seen(STATUS, text)
    assert (state.enabled, state.domain) == (enabled, domain)


HEAD = "State: FOLLOWER\nList of peers\n"
CLUSTERS = [
    ("two leaders", HEAD + "10.0.0.1:5222 (Leader)\n10.0.0.2:5222 (Leader)\n", None, 2, False),
    ("no leader", HEAD + "10.0.0.1:5222\n", None, 1, False),
    ("no peers", HEAD + "Last state change: 2017-Aug-13 07:27:58\n", None, 0, False),
    ("by name", HEAD + "cb1.example.com:5222 (Leader)\n", "cb1.example.com:5222", 1, False),
    ("sixth version", HEAD + "[fd00::1]:5222 (Leader)\n", "[fd00::1]:5222", 1, False),
    ("another mark", HEAD + "10.0.0.1:5222 (leader)\n10.0.0.2:5222\n", None, 0, True),
    ("without ports", HEAD + "10.0.0.1 (Leader)\n10.0.0.2\n", None, 0, True),
    ("a prompt inside", HEAD + "10.0.0.1:5222 (Leader)\ncb1>\n10.0.0.2:5222\n", None, 0, True),
]


@pytest.mark.parametrize(
    ("text", "leader", "count", "is_strange"),
    [row[1:] for row in CLUSTERS],
    ids=[row[0] for row in CLUSTERS],
)
def test_odd_lists_of_peers(text: str, leader: str | None, count: int, is_strange: bool) -> None:
    """A list of peers with a line that is no peer is not read as a shorter list."""
    state = seen(CLUSTER_STATUS, text)
    assert (state.leader, len(state.peers), state.has_strange_peers) == (leader, count, is_strange)


@pytest.mark.parametrize(
    "text",
    ["", "FAILURE: x\nState: LEADER\n", "Unknown command\n", "state: LEADER\n", "State:LEADER\n"],
)
def test_a_status_that_is_none_shows_no_role(text: str) -> None:
    """A box that is not running, or in no cluster, says something that we do not know."""
    assert seen(CLUSTER_STATUS, text) == XmppState()
