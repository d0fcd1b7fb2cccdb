"""Every single-field mutation of the right records is found, with its rule (promises G7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from cmsdeploy.cli.commands.dns_command import _all_is_well
from cmsdeploy.errors import InputError
from cmsdeploy.families import families
from cmsdeploy.families.dns.records import flaws_of_addresses
from cmsdeploy.model.action import Command, Read, Reply
from cmsdeploy.model.records import NameAnswer, Query, RecordSet
from cmsdeploy.model.secret import Secret
from cmsdeploy.model.step import Severity
from tests.contract.deployment import TestSite
from tests.dns.bind import DOMAIN
from tests.dns.material import SERVERS, key_of, parameters, rules
from tests.lab_dns.programs import Key

PRIMARY, VIEW = "10.0.0.53", "10.0.0.54"
COMPONENT = f"_xmpp-component._tcp.{DOMAIN}."
FAMILY = families()["dns"]
Records = tuple[str, ...]


def _right() -> Records:
    return tuple(f"0 0 5223 {host}.{DOMAIN}." for host in SERVERS)


def _changed(host: str, field: int, value: str) -> Callable[[Records], Records]:
    def change(records: Records) -> Records:
        words = [one.split() for one in records]
        for one in words:
            if one[3] == f"{host}.{DOMAIN}.":
                one[field] = value
        return tuple(sorted(" ".join(one) for one in words))

    return change


def _without(host: str) -> Callable[[Records], Records]:
    return lambda records: tuple(one for one in records if f" {host}." not in one)


def _twice(host: str) -> Callable[[Records], Records]:
    return lambda records: tuple(sorted([*records, f"0 0 5222 {host}.{DOMAIN}."]))


def _mutations() -> dict[str, tuple[str, Callable[[Records], Records]]]:
    found: dict[str, tuple[str, Callable[[Records], Records]]] = {}
    for host in SERVERS:
        found |= {
            f"{host} port 5222": ("dns/wrong-port", _changed(host, 2, "5222")),
            f"{host} port 0": ("dns/wrong-port", _changed(host, 2, "0")),
            f"{host} priority": ("dns/wrong-preference", _changed(host, 0, "10")),
            f"{host} weight": ("dns/wrong-preference", _changed(host, 1, "7")),
            f"{host} elsewhere": ("dns/foreign-target", _changed(host, 3, f"old.{DOMAIN}.")),
            f"{host} dot": (
                "dns/relative-target",
                _changed(host, 3, f"{host}.{DOMAIN}.{DOMAIN}."),
            ),
            f"{host} missing": ("dns/srv-missing", _without(host)),
            f"{host} twice": ("dns/twice", _twice(host)),
        }
    return found


MUTATIONS = _mutations()


def _replies(changes: Mapping[Query, NameAnswer], **more: object) -> dict[Read, Reply]:
    """What the servers say where all is right, but for ``changes``."""
    spec = FAMILY.spec(parameters(PRIMARY, **more), TestSite("cb1"))
    wanted = {
        (f"{host}.{DOMAIN}.", "A"): RecordSet(f"{host}.{DOMAIN}.", "A", 86400, (address,))
        for host, address in SERVERS.items()
    }
    client = f"_xmpp-client._tcp.{DOMAIN}."
    wanted[COMPONENT, "SRV"] = RecordSet(COMPONENT, "SRV", 86400, _right())
    clients = tuple(f"10 50 5222 {host}.{DOMAIN}." for host in SERVERS)
    wanted[client, "SRV"] = RecordSet(client, "SRV", 86400, clients)
    soa = RecordSet(f"{DOMAIN}.", "SOA", 600, ("ns. h. 1 3600 600 86400 300",))
    wanted[f"{DOMAIN}.", "SOA"] = soa
    replies: dict[Read, Reply] = {}
    for read in FAMILY.reads(spec):
        if isinstance(read, Query):
            records = wanted.get((read.name, read.record))
            code = "NOERROR" if records or read.name.startswith("cb") else "NXDOMAIN"
            right = NameAnswer(code, True, (records,) if records else (), 300)
            replies[read] = Reply(names=changes.get(read, right))
    return replies


def _problems(replies: Mapping[Read, Reply], **more: object) -> list[str]:
    spec = FAMILY.spec(parameters(PRIMARY, **more), TestSite("cb1"))
    state = FAMILY.state(replies)
    return rules(FAMILY.problems({"cb1": spec}, {"cb1": state}))


def _mutated(records: Records, ttl: int = 86400) -> dict[Query, NameAnswer]:
    asked = Query(PRIMARY, COMPONENT, "SRV", False, follows_targets=True)
    found = (RecordSet(COMPONENT, "SRV", ttl, records),)
    return {asked: NameAnswer("NOERROR", True, found)}


def test_the_right_records_have_no_flaw() -> None:
    assert _problems(_replies({})) == []


def test_there_are_twenty_four() -> None:
    assert len(MUTATIONS) == 24


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_mutation_is_found(name: str) -> None:
    """G7: the set of targets and ports has to be that of the servers: 24 of 24."""
    rule, change = MUTATIONS[name]
    found = _problems(_replies(_mutated(change(_right()))))
    assert rule in found
    # One cause, one rule: what points elsewhere is missing where it should be, and a second
    # record with another port has the wrong port.
    assert set(found) <= {rule, "dns/srv-missing", "dns/wrong-port"}


@pytest.mark.parametrize("host", SERVERS)
def test_the_slip_of_the_document_is_called_by_its_name(host: str) -> None:
    """TAC 213479 step 9 prints 5222 where call bridges want 5223."""
    spec = FAMILY.spec(parameters(PRIMARY), TestSite("cb1"))
    state = FAMILY.state(_replies(_mutated(_changed(host, 2, "5222")(_right()))))
    (problem,) = FAMILY.problems({"cb1": spec}, {"cb1": state})
    assert f"{host}.{DOMAIN}. at port 5222, not 5223" in problem.text
    assert "a slip that TAC 213479 prints" in problem.text
    assert problem.evidence[0].command == f"dig @{PRIMARY} {COMPONENT} SRV +norecurse"


def test_a_note_is_not_denied_by_the_last_line() -> None:
    """Another TTL is nothing wrong, and not as wanted either."""
    spec = FAMILY.spec(parameters(PRIMARY), TestSite("cb1"))
    for ttl, is_as_wanted in ((86400, True), (60, False)):
        state = FAMILY.state(_replies(_mutated(_right(), ttl=ttl)))
        found = FAMILY.problems({"cb1": spec}, {"cb1": state})
        assert ("as wanted" in _all_is_well(found)) == is_as_wanted


def test_a_name_that_is_an_alias_is_named() -> None:
    """The sentence has a subject: whose name leads on, and where to."""
    spec = FAMILY.spec(parameters(PRIMARY), TestSite("cb1"))
    name, alias = f"cb2.{DOMAIN}.", f"other.{DOMAIN}."
    answer = NameAnswer("NOERROR", True, (RecordSet(name, "CNAME", 60, (alias,)),))
    (flaw,) = flaws_of_addresses(spec, name, (), (answer,))
    assert flaw.text.startswith(f"{name} is only another name of {alias}")


def test_another_ttl_is_a_note_and_a_step() -> None:
    spec = FAMILY.spec(parameters(PRIMARY), TestSite("cb1"))
    state = FAMILY.state(_replies(_mutated(_right(), ttl=60)))
    found = FAMILY.problems({"cb1": spec}, {"cb1": state})
    assert rules(found, Severity.NOTE) == ["dns/wrong-ttl"]
    (step,) = FAMILY.steps({"cb1": spec}, {"cb1": state}, frozenset()).steps
    assert step.action.line.endswith("3 stay; TTL 60 -> 86400 of all")


BOX = {
    "_xmpp-component._tcp.tptac9.com. 86400 IN SRV 0 0 5223 cb1.tptac9.com\n"
    "_xmpp-component._tcp.tptac9.com. 86400 IN SRV 0 0 5223 cb2.tptac9.com.\n"
    "_xmpp-component._tcp.tptac9.com. 86400 IN SRV 0 0 5223 cb3.tptac9.com\n": [],
    "_xmpp-component._tcp.tptac9.com has SRV record 0 0 5222 cb1.tptac9.com.\n": ["dns/box-unseen"],
    "x SRV 0 0 5222 cb1.tptac9.com\n": ["dns/box-differs"],
    "No SRV records for _xmpp-component._tcp.tptac9.com\n": ["dns/box-differs"],
    "FAILURE: No SRV records for _xmpp-component._tcp.tptac9.com\n": ["dns/box-differs"],
    "FAILURE: No DNS server answers\n": ["dns/box-unseen"],
    "0\t0\t5223\tcb1.tptac9.com\n": ["dns/box-unseen"],
    "": ["dns/box-unseen"],
}


@pytest.mark.parametrize("text", BOX)
def test_what_the_box_itself_finds(text: str) -> None:
    """The layout of `dns lookup` is UNKNOWN: what is not understood is not judged."""
    given = {**parameters(PRIMARY), "ask_boxes": True}
    spec = FAMILY.spec(given, TestSite("cb1"))
    lookup = Command.of("dns", "lookup", "SRV", COMPONENT.rstrip("."))
    assert lookup in FAMILY.reads(spec)
    state = FAMILY.state({**_replies({}), lookup: Reply(text)})
    found = FAMILY.problems({"cb1": spec}, {"cb1": state})
    assert rules(found, None) == BOX[text]


WRONG: dict[str, dict[str, object]] = {
    "is no address": {"servers": ["ns1.example.com"]},
    "servers is empty": {"servers": []},
    "has no port after #": {"servers": ["10.0.0.53#99999"]},
    "is not in the zone": {"zone": "example.net"},
    "cannot be a domain": {"domain": "10.0.0.1"},
    "cannot be a zone": {"zone": "a..b"},
    "ttl cannot be -1": {"ttl": -1},
    "ttl has to be a number": {"ttl": True},
    "exclusive has to be true or false": {"exclusive": "yes"},
    "are both cb1.tptac9.com.": {
        "hosts": [{"host": host, "name": "cb1.tptac9.com"} for host in ("cb1", "cb2")]
    },
    "cannot be a name of cb1 in DNS": {"hosts": [{"host": "cb1", "name": "."}]},
    "port of cb1 cannot be 0": {
        "hosts": [{"host": "cb1", "name": "cb1.tptac9.com", "component": {"port": 0}}]
    },
    "of cb1 is no address": {
        "hosts": [{"host": "cb1", "name": "cb1.tptac9.com", "addresses": ["10.1"]}]
    },
    "hosts is empty": {"hosts": []},
    # iD7
    "is not base64": {"key": {"name": "k", "secret": Secret("not base64!")}},
    "is too short": {"key": {"name": "k", "secret": Secret("QQ==")}},
    "cannot have the algorithm hmac-md5": {"key": key_of(Key("k", b"x" * 32, "hmac-md5"))},
    "the key needs a name": {"key": {"name": "a b", "secret": Secret("QUJDREVGR0hJSktMTU5P")}},
    "dns has no parameter 'sevrers'": {"sevrers": []},
}


@pytest.mark.parametrize("words", WRONG)
def test_what_cannot_be_meant_is_refused(words: str) -> None:
    """Before the first packet: names, addresses, keys."""
    with pytest.raises(InputError) as caught:
        FAMILY.spec(parameters(PRIMARY, **WRONG[words]), TestSite("cb1"))
    assert words in str(caught.value)
    assert caught.value.action


@pytest.mark.parametrize("name", ["cb1.tptac9.com", "cb1.tptac9.com.", "CB1.TPTAC9.COM"])
def test_a_final_dot_needs_not_be_written(name: str) -> None:
    """iD6: one absolute name, and never the zone twice. A key name needs no dot either (iD7)."""
    hosts = [{"host": "cb1", "name": name, "addresses": ["10.0.0.1"]}]
    key = key_of(Key("deploy", b"x" * 32))
    spec = FAMILY.spec(parameters(PRIMARY, hosts=hosts, key=key), TestSite("cb1"))
    state = FAMILY.blank(spec)
    lines = [
        step.action.line for step in FAMILY.steps({"cb1": spec}, {"cb1": state}, frozenset()).steps
    ]
    assert lines[0] == f"update cb1.tptac9.com. A at {PRIMARY}: + 10.0.0.1; TTL 86400"
    assert "+ 0 0 5223 cb1.tptac9.com.; TTL 86400" in lines[1]


def test_facts_hold_no_secret_and_no_ttl_of_a_resolver() -> None:
    """What a cache remembers runs out by the second, and no plan may be stale for that."""
    given = parameters(PRIMARY, resolvers=[VIEW])
    spec = FAMILY.spec(given, TestSite("cb1"))
    state = FAMILY.state(_replies({}, resolvers=[VIEW]))
    facts = state.facts()
    assert [name for name in facts if VIEW in name] == []
    assert "MDEy" not in repr(facts) + repr(spec) + repr(replace(spec))
