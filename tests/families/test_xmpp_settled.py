"""Which secret counts where servers differ, and what several servers are seen to list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.xmpp.facts import Bridge, XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.settled import is_open, settled_secret
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.families.xmpp.symptoms import symptoms
from cmsdeploy.model.secret import UNKNOWN, Secret
from tests.contract.deployment import Deployment

WANTED = Deployment()
NAMES = ("cb1", "cb2")


def _group(*seen: str | None, peers: tuple[tuple[str, ...], ...] = ()) -> Group:
    """Three servers; ``seen`` has one letter for each secret of cb1 and cb2, - where there is none,
    and None for a server whose list cannot be read."""
    specs: dict[str, XmppSpec] = {
        host: families()["xmpp"].spec(WANTED.server(host), WANTED.site(host))
        for host in WANTED.servers
    }
    states = {}
    for place, (host, letters) in enumerate(zip(specs, seen, strict=True)):
        bridges = {
            name: Bridge("d", Secret(letter))
            for name, letter in zip(NAMES, letters or "", strict=False)
            if letter != "-"
        }
        listed = peers[place] if peers else ()
        states[host] = XmppState(
            enabled=True, clustered=True, role="FOLLOWER", leader="10.0.0.1:5222", peers=listed,
            bridges=UNKNOWN if letters is None else bridges,
        )  # fmt: skip
    return Group("default", specs, states)


@pytest.mark.parametrize(
    ("seen", "secret", "is_guess"),
    [
        (("a-", "b-", "b-"), "b", False),  # most servers win, and not the first
        (("a-", "b-", "c-"), "a", True),  # the first of equals
        (("bx", "ab", "cx"), "a", True),  # the first has what is another's
        (("b-", "ab", None), "a", False),
        (("--", "b-", "a-"), "b", True),  # the first has none: who comes first
        ((None, "--", "a-"), "a", False),
        (("--", "--", None), None, False),
    ],
)
def test_the_secret_that_counts(
    seen: tuple[str | None, ...], secret: str | None, is_guess: bool
) -> None:
    """Scenario 2 of TAC 213479: the first server is the one that is wrong."""
    group = _group(*seen)
    assert settled_secret(group, "cb1") == (Secret(secret) if secret else None)
    assert is_open(group, "cb1") is is_guess


@pytest.mark.parametrize("first", ["cb1", "cb2", "cb3"])
def test_of_equals_the_one_that_founds_the_cluster_counts(first: str) -> None:
    """Wherever it stands in the inventory."""
    group = _group("a-", "b-", "c-")
    specs = {host: replace(spec, first=first) for host, spec in group.specs.items()}
    assert settled_secret(replace(group, specs=specs), "cb1") == Secret("abc"[int(first[-1]) - 1])


def test_servers_that_list_others() -> None:
    """Each that does not list what another lists, with what it lists; and too many in all."""
    one, two = "10.0.0.1:5222", "10.0.0.2:5222"
    group = _group("--", "--", "--", peers=((one, two), (one,), ()))
    told = {(one.rule, one.host): one for one in symptoms(group)}
    assert told["xmpp/same-peers", "cb2"].evidence[0].seen == f"lists {one}"
    assert told["xmpp/same-peers", "cb3"].evidence[0].seen == "lists none"
    assert told["xmpp/same-peers", "cb3"].text.startswith(f"it does not list {one}, {two}, which")
    assert ("xmpp/same-peers", "cb1") not in told
    count = told["xmpp/peer-count", "cb1"]
    assert count.text == "2 peers are listed for 3 servers in the inventory"
    assert count.evidence[0].seen == f"all servers together list {one}, {two}"
