"""Ranges, patterns and addresses: small tables."""

from __future__ import annotations

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.inventory import Inventory, load
from cmsdeploy.inventory.addresses import checked_address, checked_place
from cmsdeploy.inventory.ranges import expanded
from cmsdeploy.inventory.words import misspelling_of

RANGES = {
    "cb1": ("cb1",),
    "cb[1:3]": ("cb1", "cb2", "cb3"),
    "cb[08:10].example.com": ("cb08.example.com", "cb09.example.com", "cb10.example.com"),
    "cb[1:5:2]": ("cb1", "cb3", "cb5"),
    "cb[:2]": ("cb0", "cb1", "cb2"),
    "r[a:b]-[1:2]": ("ra-1", "ra-2", "rb-1", "rb-2"),
    "r[y:B]": ("ry", "rz", "rA", "rB"),
}
WRONG_RANGES = {
    "cb[3:1]": "runs backwards",
    "cb[c:a]": "runs backwards",
    "cb[1:]": "has no end",
    "cb[01:100]": "differ in length",
    "cb[1:c]": "mixes numbers and letters",
    "cb[1:9:0]": "no number above 0",
    "cb[1:9:-1]": "no number above 0",
    "cb[1": "is no host range",
    "cb[0:1000]": "more than 1,000 hosts",
    "cb[1:99][1:99]": "more than 1,000 hosts",
    "cb[0:99999999999]": "is too long",
}
PATTERNS = {
    "all": "cb1 cb2 cb3 ex1 ex2",
    "xmpp_servers": "cb1 cb2 cb3",
    "cb2": "cb2",
    "callbridges:xmpp_servers": "ex1 ex2 cb3 cb1 cb2",
    "xmpp_servers,ex1": "cb1 cb2 cb3 ex1",
    "xmpp_servers:&callbridges": "cb3",
    "&callbridges:xmpp_servers": "cb3",
    "xmpp_servers:!cb2": "cb1 cb3",
    "!cb2:xmpp_servers": "cb1 cb3",
    "!xmpp_servers": "ex1 ex2",
    "cb*": "cb1 cb2 cb3",
    "call*": "ex1 ex2 cb3",
    "ex?": "ex1 ex2",
    "~c.*": "ex1 ex2 cb3 cb1 cb2",
    "xmpp_servers[0]": "cb1",
    "xmpp_servers[-1]": "cb3",
    "xmpp_servers[1:2]": "cb2 cb3",
    "xmpp_servers[1:]": "cb2 cb3",
    "xmpp_servers[9]": "",
    "all:!all": "",
}
WRONG_PATTERNS = {
    "": "is empty",
    ",": "is empty",
    ":": "is empty",
    "xmpp_server": "no host or group is called 'xmpp_server'",
    "cb9": "no host or group is called 'cb9'",
    "all:!cb9": "no host or group is called 'cb9'",
    "zz*": "no host or group is called 'zz*'",
    "~(": "does not read",
    "~zz": "no host or group matches",
}
GOOD_ADDRESSES = [
    "10.0.0.1",
    "2001:db8::1",
    "fe80::1%eth0",
    "cb1",
    "cb1.example.com",
    "CB-1.example.com.",
    "1a.com",
]
BAD_ADDRESSES = [
    "10.1",
    "0177.0.0.1",
    "10.0.0.1/24",
    "2130706433",
    "::1%eth0",
    "[::1]",
    "0.0.0.0",
    "::",
    "255.255.255.255",
    "224.0.0.1",
    "ff02::1",
    "0x7f.1",
    "0x7f000001",
    "a..b",
    "-a",
    "a-",
    "http://x",
    "a_b.c/d",
]


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    path = tmp_path_factory.mktemp("patterns") / "hosts.yml"
    path.write_text(
        "xmpp_servers: {hosts: {'cb[1:3]': }}\ncallbridges: {hosts: {ex1: , ex2: , cb3: }}\n"
    )
    return load([path])


@pytest.mark.parametrize("pattern", RANGES)
def test_a_range_is_its_hosts(pattern: str) -> None:
    assert expanded(pattern) == RANGES[pattern]


@pytest.mark.parametrize("pattern", WRONG_RANGES)
def test_a_range_that_cannot_be_meant_is_refused(pattern: str) -> None:
    with pytest.raises(InputError) as caught:
        expanded(pattern)
    assert WRONG_RANGES[pattern] in caught.value.cause
    assert caught.value.action


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_selects_its_hosts_in_order(pattern: str, inventory: Inventory) -> None:
    assert inventory.select(pattern) == tuple(PATTERNS[pattern].split())


@pytest.mark.parametrize("pattern", WRONG_PATTERNS)
def test_a_pattern_that_means_nobody_is_refused(pattern: str, inventory: Inventory) -> None:
    with pytest.raises(InputError) as caught:
        inventory.select(pattern)
    assert WRONG_PATTERNS[pattern] in caught.value.cause
    assert caught.value.action


def test_an_unknown_name_gets_a_suggestion(inventory: Inventory) -> None:
    with pytest.raises(InputError) as caught:
        inventory.select("xmpp_server")
    assert caught.value.action == "did you mean xmpp_servers?"


@pytest.mark.parametrize("address", GOOD_ADDRESSES)
def test_an_address_is_accepted(address: str) -> None:
    assert checked_address(address) == address


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_an_ambiguous_address_is_refused(address: str) -> None:
    with pytest.raises(InputError):
        checked_address(address)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("callbrige_name", "callbridge_name"),
        ("xmp_cluster", "xmpp_cluster"),
        ("xmppcluster", "xmpp_cluster"),
        ("cms-session", "cms_session"),
        ("xmpp_domian", "xmpp_domain"),
        ("my_xmpp_domain", None),
        ("domain", None),
        ("callbridge", None),
    ],
)
def test_a_slip_in_the_prefix_is_caught_too(name: str, meant: str | None) -> None:
    """A word that misses ours by a letter is refused; a word of somebody else's is let be."""
    error = misspelling_of(name)
    assert (error.action if error else None) == (f"did you mean {meant}?" if meant else None)


@pytest.mark.parametrize("place", ["10.1.1.1:5222", "cb1.example.com:5223", "[2001:db8::1]:5222"])
def test_a_place_is_accepted(place: str) -> None:
    assert checked_place(place) == place


@pytest.mark.parametrize(
    "place",
    ["10.1.1.1", "10.1.1.1:", "10.1.1.1:0", "x:65536", "x:٣", "10.1:5222", ":5222", "x y:1"],
)
def test_a_place_without_address_or_port_is_refused(place: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_place(place)
    assert caught.value.action
