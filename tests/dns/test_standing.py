"""The table of name servers, and what is said of one that is behind or shows another view."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.contract import Tabular
from cmsdeploy.model.action import Read, Reply
from cmsdeploy.model.cell import BOXES
from cmsdeploy.model.records import NameAnswer, Query, RecordSet
from cmsdeploy.model.step import Problem
from tests.contract.deployment import TestSite
from tests.dns.bind import DOMAIN
from tests.dns.material import SERVERS, parameters

FAMILY = families()["dns"]
PRIMARY, OTHER = "10.0.0.53", "10.0.0.54"
BRIDGES, CLIENTS = f"_xmpp-component._tcp.{DOMAIN}.", f"_xmpp-client._tcp.{DOMAIN}."
RIGHT = tuple(f"0 0 5223 {host}.{DOMAIN}." for host in SERVERS)
Answers = Mapping[tuple[str, str, str], NameAnswer]


def _soa(serial: int) -> NameAnswer:
    data = f"ns. h. {serial} 3600 600 86400 300"
    return NameAnswer("NOERROR", True, (RecordSet(f"{DOMAIN}.", "SOA", 600, (data,)),), 300)


def _answer(read: Query) -> NameAnswer:
    wanted = {
        (BRIDGES, "SRV"): RIGHT,
        (CLIENTS, "SRV"): tuple(f"10 50 5222 {host}.{DOMAIN}." for host in SERVERS),
        **{(f"{host}.{DOMAIN}.", "A"): (address,) for host, address in SERVERS.items()},
    }
    if read.record == "SOA":
        return _soa(7)
    data = wanted.get((read.name, read.record))
    if data is None:
        return NameAnswer("NOERROR" if read.name.startswith("cb") else "NXDOMAIN", True, (), 300)
    return NameAnswer("NOERROR", True, (RecordSet(read.name, read.record, 86400, data),), 300)


def _seen(changes: Answers, **more: object) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """The spec and the state of cb1, where all is right but for ``changes``."""
    spec = FAMILY.spec(parameters(PRIMARY, **more), TestSite("cb1"))
    replies: dict[Read, Reply] = {
        read: Reply(names=changes.get((read.server, read.name, read.record), _answer(read)))
        for read in FAMILY.reads(spec)
        if isinstance(read, Query)
    }
    return {"cb1": spec}, {"cb1": FAMILY.state(replies)}


def _problems(changes: Answers, **more: object) -> list[Problem]:
    return list(FAMILY.problems(*_seen(changes, **more)))


def _cells(changes: Answers, **more: object) -> dict[tuple[str, str], tuple[str, bool]]:
    assert isinstance(FAMILY, Tabular)
    cells = FAMILY.cells(*_seen(changes, **more))
    assert {(one.table, one.cluster, one.host) for one in cells} <= {
        ("name servers", "default", "cb1"), (BOXES, "default", "cb1"),
    }  # fmt: skip
    return {(one.row, one.column): (one.text, one.is_wrong) for one in cells}


@pytest.mark.parametrize(
    ("more", "role"), [({"servers": [PRIMARY, OTHER]}, "zone"), ({"resolvers": [OTHER]}, "view")]
)
def test_each_server_is_a_row(more: Mapping[str, object], role: str) -> None:
    """How much of each set it shows; what it does not show is wrong there and nowhere else."""
    shown = (*RIGHT[:2], f"0 0 5223 old.{DOMAIN}.")
    changes = {
        (OTHER, BRIDGES, "SRV"): NameAnswer(
            "NOERROR", True, (RecordSet(BRIDGES, "SRV", 86400, shown),)
        ),
        (OTHER, f"cb1.{DOMAIN}.", "A"): NameAnswer(trouble="silent"),
        (OTHER, f"cb2.{DOMAIN}.", "A"): NameAnswer("NXDOMAIN", True),
        (OTHER, CLIENTS, "SRV"): NameAnswer("NOERROR", False),
    }
    cells = _cells(changes, **more)
    first, second = f"{PRIMARY} (primary)", f"{OTHER} ({role})"
    named = {f"cb{n} A": ("1 of 1", False) for n in (1, 2, 3)}
    right = {**named, "SRV for bridges": ("3 of 3", False), "SRV for clients": ("3 of 3", False)}
    wrong = {
        "cb1 A": ("no answer", True),
        "cb2 A": ("none", True),
        "SRV for bridges": ("2 of 3 and 1 else", True),
        "SRV for clients": ("not its zone", True) if role == "zone" else ("none", True),
    }
    assert {column: cell for (row, column), cell in cells.items() if row == first} == right
    assert {column: cell for (row, column), cell in cells.items() if row == second} == right | wrong


@pytest.mark.parametrize(
    ("serials", "rule", "words"),
    [
        ((7, 7), "dns/servers-differ", f"name servers {PRIMARY} and {OTHER} hold different"),
        ((7, 6), "dns/secondary-behind", "serial 6, not 7; old there: cb2"),
        ((7, 8), "dns/servers-differ", f"hold different records: cb2.{DOMAIN}. A"),
        ((3, (1 << 32) - 2), "dns/secondary-behind", "serial 4294967294, not 3"),
        ((1 << 31, 0), "dns/servers-differ", "hold different records"),
        ((None, 6), "dns/servers-differ", "hold different records"),
    ],
)
def test_a_server_of_the_zone_with_another_set(
    serials: tuple[int | None, int], rule: str, words: str
) -> None:
    """It is behind where its serial number is older; the numbers run in a circle (RFC 1982)."""
    found = RecordSet(f"cb2.{DOMAIN}.", "A", 86400, ("10.9.9.9",))
    changes = {(OTHER, f"cb2.{DOMAIN}.", "A"): NameAnswer("NOERROR", True, (found,))}
    for server, serial in zip((PRIMARY, OTHER), serials, strict=True):
        soa = NameAnswer("NOERROR", True) if serial is None else _soa(serial)
        changes[server, f"{DOMAIN}.", "SOA"] = soa
    problems = {one.rule: one.text for one in _problems(changes, servers=[PRIMARY, OTHER])}
    assert words in problems[rule]
    assert len({"dns/servers-differ", "dns/secondary-behind"} & set(problems)) == 1


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (NameAnswer("NOERROR", True, (RecordSet(f"cb2.{DOMAIN}.", "A", 55, ("10.9.9.9",)),)),
         "without 10.0.0.2, with 10.9.9.9; it may remember this for 55 s more"),
        (NameAnswer("NXDOMAIN", True, (), 120),
         "without 10.0.0.2; it may remember for up to 120 s that there is none"),
        (NameAnswer("NXDOMAIN", True),
         "without 10.0.0.2; it may remember for up to 300 s that there is none"),
    ],
)  # fmt: skip
def test_a_resolver_with_another_set_says_how_long(shown: NameAnswer, words: str) -> None:
    """By the TTL of what it shows, or of there being nothing; else the zone says it."""
    changes = {(OTHER, f"cb2.{DOMAIN}.", "A"): shown}
    (problem,) = _problems(changes, resolvers=[OTHER])
    assert problem.rule == "dns/views-differ"
    assert f"{OTHER} shows cb2.{DOMAIN}. A {words}" in problem.text


def test_a_silent_resolver_has_no_other_view() -> None:
    """Unknown is not different."""
    changes = {(OTHER, f"cb2.{DOMAIN}.", "A"): NameAnswer(trouble="silent")}
    assert "dns/views-differ" not in {one.rule for one in _problems(changes, resolvers=[OTHER])}


def _refused(changes: Answers) -> list[tuple[str, str]]:
    """The refusals where cb1 has no address of ours, and the services are not as wanted."""
    hosts = [
        {"host": host, "name": f"{host}.{DOMAIN}", "addresses": [address] if host != "cb1" else []}
        for host, address in SERVERS.items()
    ]
    missing = {(PRIMARY, BRIDGES, "SRV"): NameAnswer("NXDOMAIN", True, (), 300)}
    desired, observed = _seen({**missing, **changes}, hosts=hosts)
    outcome = FAMILY.steps(desired, observed, frozenset())
    return [(one.rule, one.text) for one in outcome.refusals]


def test_a_server_without_an_address_is_no_target() -> None:
    """One that somebody else keeps is enough, of either kind; unknown is no reason to refuse."""
    name = f"cb1.{DOMAIN}."
    none = {(PRIMARY, name, kind): NameAnswer("NXDOMAIN", True, (), 300) for kind in ("A", "AAAA")}
    (refused,) = _refused(none)
    assert refused[0] == "dns/address-missing"
    assert refused[1].startswith(f"{name} has no address")
    assert "xmpp_dns_address for cb1" in refused[1]
    for kind, data in (("A", "10.0.0.1"), ("AAAA", "fd00::1")):
        there = NameAnswer("NOERROR", True, (RecordSet(name, kind, 60, (data,)),))
        assert _refused({**none, (PRIMARY, name, kind): there}) == []
    silent = dict.fromkeys(none, NameAnswer(trouble="silent"))
    assert "dns/address-missing" not in {rule for rule, _ in _refused(silent)}


def test_an_alias_of_ours_is_a_flaw_with_its_fix() -> None:
    """No update of ours can put an address beside a CNAME."""
    name = f"cb2.{DOMAIN}."
    alias = RecordSet(name, "CNAME", 60, (f"host.{DOMAIN}.",))
    changes = {(PRIMARY, name, kind): NameAnswer("NOERROR", True, (alias,)) for kind in ("A",)}
    problem = next(one for one in _problems(changes) if one.rule == "dns/cname-target")
    assert f"{name} is only another name of host.{DOMAIN}." in problem.text
    assert problem.fix
