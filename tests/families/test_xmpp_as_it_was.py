"""What is wanted of a server that is put back: every setting that its box showed before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.undoing import Facts
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.families.xmpp.undo import former
from tests.contract.deployment import Deployment

WANTED = Deployment()
SHOWN: Facts = {
    "state": "FOLLOWER", "clustered": True, "enabled": True, "domain": "old.com",
    "listen": ["b"], "key": "old.key", "certificate": "old.cer", "bundle": "old-root.cer",
    "trust": "old-trust.cer", "callbridges": ["cb1", "cb9"],
}  # fmt: skip
OUTSIDE: Facts = {"state": None, "clustered": False, "enabled": False, "callbridges": []}


def _spec(host: str = "cb1") -> XmppSpec:
    spec: XmppSpec = families()["xmpp"].spec(WANTED.server(host), WANTED.site(host))
    return replace(spec, gone=("10.0.0.9",), rotated=("cb1",), has_dead_removed=True)


def _was(before: Facts, done: frozenset[str] = frozenset()) -> XmppSpec:
    return former({"cb1": _spec()}, {"cb1": before}, {"cb1": done}).wanted["cb1"]


def test_a_member_gets_every_setting_back() -> None:
    """By the names on the box; what is not here is not looked at."""
    assert _was(SHOWN) == replace(
        _spec(), domain="old.com", listen=("b",), key="old.key", certificate="old.cer",
        bundle="old-root.cer", trust="old-trust.cer", bridges=("cb1", "cb9"),
        absent=("cb2", "cb3"), gone=(), rotated=(), has_dead_removed=False, first="cb1",
        servers=("cb1",), is_cluster_wanted=True, look=None, is_unseen=True, leaf="", trusted=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "value"),
    [("domain", "unknown"), ("key", ""), ("certificate", None), ("bundle", "unknown"),
     ("trust", "unknown"), ("callbridges", "unknown"), ("listen", "unknown"), ("listen", [])],
)  # fmt: skip
def test_what_the_box_did_not_show_stays_as_it_is_wanted(fact: str, value: object) -> None:
    """An unknown fact is no wish."""
    field = "bridges" if fact == "callbridges" else fact
    assert getattr(_was({**SHOWN, fact: value}), field) == getattr(_spec(), field)


@pytest.mark.parametrize(
    ("more", "is_purged"),
    [
        ({"domain": ""}, True),
        ({"domain": "unknown"}, True),
        ({"domain": "old.com"}, False),
        ({"domain": "", "enabled": True}, False),
    ],
)
def test_who_was_in_no_cluster_leaves_it(more: Facts, is_purged: bool) -> None:
    """Domain and certificate go where it had none and did not run."""
    assert _was({**OUTSIDE, **more}) == replace(
        _spec(), is_leaving=True, is_purged=is_purged, gone=(), rotated=(), has_dead_removed=False
    )


def test_the_first_that_stays_is_one_of_those_that_were_in() -> None:
    """Where the founder was outside, a member of those days founds nothing and is asked first."""
    desired = {host: _spec(host) for host in WANTED.servers}
    before = {"cb1": OUTSIDE, "cb2": SHOWN, "cb3": {**SHOWN, "state": None}}
    wanted = former(desired, before, {}).wanted
    assert {host: (spec.first, spec.is_leaving) for host, spec in wanted.items()} == {
        "cb1": ("cb2", True), "cb2": ("cb2", False), "cb3": ("cb2", False),
    }  # fmt: skip
    assert {spec.servers for spec in wanted.values()} == {("cb1", "cb2", "cb3")}
