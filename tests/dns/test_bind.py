"""Check and update against BIND: dig sees what we promised, and a second plan is empty."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.model.step import Severity
from tests.dns.bind import DOMAIN, Server, forwarding, primary, secondary, two_views
from tests.dns.material import SERVERS, CountedNames, Person, parameters, right_zone, rules
from tests.lab_dns.programs import Key, nsupdate, short

COMPONENT = f"_xmpp-component._tcp.{DOMAIN}"
CLIENT = f"_xmpp-client._tcp.{DOMAIN}"
# A race is over in 60 ms; two hundred of them take longer than a default run may.
RACES = [pytest.param(40), pytest.param(200, marks=pytest.mark.long)]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with primary(tmp_path_factory.mktemp("empty")) as server:
        yield server


def test_an_empty_zone_gets_its_records_and_the_second_plan_is_empty(tmp_path: Path) -> None:
    with primary(tmp_path) as server:
        person = Person(parameters(server.words))
        assert rules(person.found()) == ["dns/address-missing"] * 3 + ["dns/srv-missing"] * 2
        assert person.apply().errors == {}
        assert short(server.place, COMPONENT, "SRV") == [
            f"0 0 5223 {host}.{DOMAIN}." for host in SERVERS
        ]
        assert len(short(server.place, CLIENT, "SRV")) == 3
        assert [short(server.place, f"{host}.{DOMAIN}", "A") for host in SERVERS] == [
            [address] for address in SERVERS.values()
        ]
        second = person.plan()
        assert second.plan.is_empty
        assert second.problems == ()
        assert person.names.updates == 5


# Each zone has one thing wrong that no update may touch by itself (promises G1).
BAD_ZONES = {
    "cname-target": ["alias IN CNAME cb1", "_xmpp-component._tcp IN SRV 0 0 5223 alias"],
    "address-missing": ["_xmpp-component._tcp IN SRV 0 0 5223 nobody"],
    "address-target": ["_xmpp-component._tcp IN SRV 0 0 5223 10.0.0.1."],
    "null-target": ["_xmpp-component._tcp IN SRV 0 0 5223 ."],
    "relative-target": [f"_xmpp-component._tcp IN SRV 0 0 5223 cb1.{DOMAIN}"],
    "alias-owner": ["_xmpp-component._tcp IN CNAME elsewhere", "elsewhere IN TXT x"],
    # The slip of a name without its domain, and a server of ours that is an alias.
    "relative-target ": ["_xmpp-component._tcp IN SRV 0 0 5223 cb1."],
    "cname-target ": ["cb1 IN CNAME real", "real IN A 10.0.0.1"],
}


@pytest.mark.parametrize("name", BAD_ZONES)
def test_a_bad_zone_is_named_and_no_update_is_sent(name: str, tmp_path: Path) -> None:
    """G1: eight bad zones, each with its finding, and nothing is sent for any of them."""
    rule = f"dns/{name.strip()}"
    with primary(tmp_path, BAD_ZONES[name]) as server:
        person = Person(parameters(server.words))
        planned = person.plan()
        assert rule in rules(planned.problems)
        assert rule in {refusal.rule for refusal in planned.plan.refusals}
        assert planned.plan.steps == ()
        person.apply()
        assert person.names.updates == 0


@pytest.mark.parametrize("name", ["address-target", "null-target", "relative-target"])
def test_what_may_be_removed_is_removed(name: str, tmp_path: Path) -> None:
    """Where a person says that the sets are ours alone, the same zones are put right."""
    with primary(tmp_path, BAD_ZONES[name]) as server:
        person = Person(parameters(server.words, exclusive=True))
        assert person.apply().errors == {}
        assert person.plan().plan.is_empty
        assert person.found() == ()


@pytest.mark.parametrize(
    ("exclusive", "left", "rule"),
    [(None, 4, ["dns/foreign-target"]), (False, 4, []), (True, 3, [])],
)
def test_records_of_others_stay_unless_somebody_says_so(
    exclusive: bool | None, left: int, rule: list[str], tmp_path: Path
) -> None:
    lines = [*right_zone()[:5], "old 60 IN A 10.0.0.9", "_xmpp-component._tcp IN SRV 0 0 5223 old"]
    with primary(tmp_path, lines) as server:
        person = Person(parameters(server.words, exclusive=exclusive))
        assert person.apply().errors == {}
        assert len(short(server.place, COMPONENT, "SRV")) == left
        assert rules(person.found()) == rule
        assert person.plan().plan.is_empty


def test_the_ttl_is_part_of_the_plan(tmp_path: Path) -> None:
    """G8: one record more changes the TTL of all, and every line of the plan says so."""
    lines = [line for line in right_zone(300) if "cb3" not in line]
    with primary(tmp_path, lines) as server:
        steps = Person(parameters(server.words)).plan().plan.steps
        shown = [step.action.line.rpartition("; ")[2] for step in steps]
        assert (
            shown
            == ["TTL 300 -> 86400 of all"] * 2 + ["TTL 86400"] + ["TTL 300 -> 86400 of all"] * 2
        )
        assert next(step.action.line for step in steps if "SRV" in step.action.line) == (
            f"update {COMPONENT}. SRV at {server.words}: + 0 0 5223 cb3.{DOMAIN}.; 2 stay;"
            " TTL 300 -> 86400 of all"
        )


def _racer(server: Server, domain: str, name: str) -> Person:
    hosts = [{"host": name, "name": f"{name}.{domain}", "addresses": ["10.0.0.1"]}]
    given = parameters(server.words, domain=domain, zone=DOMAIN, hosts=hosts)
    return Person({**given, "hosts": [{**hosts[0], "client": "none"}]}, hosts=(name,))


def _race(server: Server, number: int) -> tuple[int, int]:
    """Two people add their server to one set at the same moment; gives refusals and records."""
    domain = f"r{number}.{DOMAIN}"
    people = [_racer(server, domain, name) for name in ("one", "two")]
    start = threading.Barrier(2)
    lost: list[int] = []

    def run(person: Person) -> None:
        observation = person.look()
        start.wait(20)
        report = person.apply(observation)
        while report.errors:
            lost.extend("somebody else" in str(error) for error in report.errors.values())
            report = person.apply()

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sum(lost), len(short(server.place, f"_xmpp-component._tcp.{domain}", "SRV"))


@pytest.mark.parametrize("times", RACES)
def test_two_updaters_race_and_no_update_is_lost(empty: Server, times: int) -> None:
    """G3: the whole old set is the condition, so the second one sees that it was second."""
    ends = [_race(empty, number + times * 1000) for number in range(times)]
    assert [records for _, records in ends if records != 2] == []
    # Else nobody ever met anybody, and the test proved nothing.
    assert sum(lost for lost, _ in ends) >= times // 2


def test_a_condition_less_updater_would_lose_updates(empty: Server) -> None:
    """The same race with the planted defect: the set is written without looking."""
    person = _racer(empty, f"planted.{DOMAIN}", "one")
    other = _racer(empty, f"planted.{DOMAIN}", "two")
    before = person.look()
    assert other.apply().errors == {}
    key = Key("deploy.", b"0123456789abcdef0123456789abcdef")
    name = f"_xmpp-component._tcp.planted.{DOMAIN}."
    blind = [f"zone {DOMAIN}", f"update delete {name} SRV", f"update add {name} 60 SRV 0 0 1 one."]
    report = person.apply(before)
    assert any("somebody else made the records" in str(one) for one in report.errors.values())
    assert nsupdate(empty.place, blind, key) == "NOERROR"
    assert short(empty.place, name, "SRV") == ["0 0 1 one."]


def test_a_secondary_that_is_behind_is_found(tmp_path: Path) -> None:
    """G4: each server of the zone is asked by its address."""
    with primary(tmp_path / "one") as first, secondary(tmp_path / "two", first) as second:
        person = Person(parameters(first.words, second.words), wait_seconds=0.3)
        report = person.apply()
        assert "10.0.0.1" not in short(second.place, f"cb1.{DOMAIN}", "A")
        assert "is not so" in str(report.errors["cb1"])
        found = person.found()
        assert rules(found) == ["dns/secondary-behind"]
        assert "serial 10, not 1" in found[0].text
        assert short(first.place, COMPONENT, "SRV") != []


def test_a_secondary_that_keeps_up_is_waited_for(tmp_path: Path) -> None:
    """The same with a secondary that is started later: it has fetched all, and all is well."""
    with primary(tmp_path / "one") as first:
        Person(parameters(first.words)).apply()
        with secondary(tmp_path / "two", first) as second:
            person = Person(parameters(first.words, second.words))
            assert person.plan().plan.is_empty
            assert person.found() == ()


def test_two_views_that_differ_are_found(tmp_path: Path) -> None:
    """G4: the inside is right, the outside misses a server and has the port of clients."""
    outside = [line.replace("5223 cb2", "5222 cb2") for line in right_zone() if "cb3" not in line]
    with two_views(tmp_path, right_zone(), outside) as server:
        view = f"::1#{server.place.port}"
        person = Person(parameters(server.words, resolvers=[view]))
        found = [one.text for one in person.found() if one.rule == "dns/views-differ"]
        assert len(found) == 3  # the address of cb3, and both services
        assert f"with 0 0 5222 cb2.{DOMAIN}." in " ".join(found)
        assert all(view in text for text in found)
        assert Person(parameters(server.words)).found() == ()


def test_a_remembered_absence_is_told_with_its_time(tmp_path: Path) -> None:
    """G4, iD12: asked before the update, a resolver goes on saying that there is none."""
    with (
        primary(tmp_path / "one", negative=123) as first,
        forwarding(tmp_path / "two", first) as resolver,
    ):
        assert short(resolver.place, COMPONENT, "SRV") == []
        person = Person(parameters(first.words, resolvers=[resolver.words]))
        assert person.apply().errors == {}
        found = person.plan()
        texts = [one.text for one in found.problems if one.rule == "dns/views-differ"]
        assert texts
        assert any("s that there is none (SOA minimum)" in text for text in texts)
        assert any("up to 123 s (SOA minimum)" in line for line in found.summary)
        assert found.plan.is_empty


def test_a_dead_server_among_the_living_is_one_finding(tmp_path: Path) -> None:
    """iD11: one of two servers is down; the other is updated all the same."""
    with primary(tmp_path) as server:
        names = CountedNames()
        person = Person(parameters(server.words, "127.0.0.1#1"), names)
        assert person.apply().errors == {}
        found = person.found()
        assert rules(found) == ["dns/no-answer"]
        assert "127.0.0.1#1 gives no answer: nothing listens there" in found[0].text
        assert person.plan().plan.is_empty


def test_a_wildcard_does_not_pass_for_an_address(tmp_path: Path) -> None:
    """iD5: a name that nobody has leads somewhere, and our records are made all the same."""
    with primary(tmp_path, ["* IN A 10.0.0.1"]) as server:
        person = Person(parameters(server.words))
        assert "dns/wildcard" in rules(person.found(), Severity.NOTE)
        assert person.apply().errors == {}
        assert short(server.place, f"cb2.{DOMAIN}", "A") == ["10.0.0.2"]
        assert rules(person.found()) == []
