"""The families of one box each, with what a box can show by lot: what is said, and what is done."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from cmsdeploy.families import families
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.news import Connection, News
from cmsdeploy.families.clock.facts import ClockState
from cmsdeploy.families.contract import State, Tabular
from cmsdeploy.families.database.facts import STATUS
from cmsdeploy.families.pki.facts import PkiState
from cmsdeploy.model.action import Reply
from cmsdeploy.model.secret import UNKNOWN, Secret, SecretRef
from tests.contract.deployment import KEY_TEXT, Deployment
from tests.contract.registration import REGISTERED
from tests.families.cases import case
from tests.records.said import facts, named_in, problems, refusals, steps

__all__ = ["SCENES"]

WELL = case("database-cluster-status.txt")
HOSTS = ("cb1", "cb2", "cb3")


def _database() -> Sequence[State]:
    texts = (
        WELL,
        WELL.replace("( In Sync )", "( Out of Sync )", 1),
        WELL.replace("Connected Replica", "Not connected", 1),
        WELL.replace("Connected Primary", "Connected Replica ( In Sync )"),
        WELL.replace("Connected Replica ( In Sync )", "Connected Primary"),
        WELL.replace("(Success)", "(Failed)"),
        WELL.replace("(Success)", ""),
        WELL.replace(": Enabled", ": Error"),
        f"ERROR                    : no room\n{WELL}",
        "Status                   : Disabled\n",
        "Unknown command: database cluster status\n",
        "",
    )
    return [families()["database"].state({STATUS: Reply(text)}) for text in texts]


def _clock() -> Sequence[State]:
    shown = (0.0, 0.0, 0.0, 1.0, 1.9, 2.0, 59.4, 60.0, 61.0, -61.5, -300.0, 3600.0, 3661.0, 900.0)
    known = [ClockState(ahead, is_utc) for ahead in shown for is_utc in (True, False)]
    return [*known, ClockState(UNKNOWN, False)]


def _callbridge() -> Sequence[State]:
    well = CallbridgeState(True, "cb1", "tptac9.com", "", False, News(Connection.HELD))
    connections = [replace(well, has_alarm=UNKNOWN, news=News(one)) for one in Connection]
    alarms = [replace(one, has_alarm=True) for one in connections]
    return [
        *connections, *alarms, well, CallbridgeState(), replace(well, name="", domain=""),
        replace(well, name="cb9"), replace(well, domain="other.com", has_alarm=True),
        replace(well, server_address="10.0.0.7"), replace(well, server_address=UNKNOWN),
        replace(well, has_api=False), replace(well, shown_secret=Secret("shown by the box")),
        replace(well, is_pending=True), replace(well, is_fresh=True), replace(well, name=UNKNOWN),
    ]  # fmt: skip


def _pki() -> Sequence[State]:
    files = ("node.cer", "node.key", "root.cer")
    contents = {
        "node.key": Secret(KEY_TEXT), "node.cer": Secret(b"the certificate node.cer\n"),
        "root.cer": Secret(b"the certificate root.cer\n"),
    }  # fmt: skip
    bare = PkiState(names=frozenset())
    there = PkiState(names=frozenset(files), contents=contents)
    other = {**contents, "node.cer": Secret(b"something else\n")}
    pair = frozenset({("node.key", "node.cer")})
    return [
        bare, there, PkiState(), replace(there, contents={}), replace(there, contents=other),
        replace(there, contents=other, used=frozenset(files)), replace(there, denied=pair),
        replace(there, contents={}, pairs=pair), replace(bare, used=frozenset(files)),
        replace(there, contents={}, used=frozenset(files)),
        replace(there, names=frozenset(files[:1])), replace(bare, contents=contents),
        replace(there, contents={"root.cer": contents["root.cer"]}, pairs=pair),
        replace(there, denied=frozenset({("node.cer", "root.cer")})),
        replace(there, names=frozenset({*files, "other.key"}), used=frozenset({"other.key"})),
    ]  # fmt: skip


# The states that a box of a family can show, and what a task may want of it beside the usual.
FAMILIES: Mapping[str, tuple[Callable[[], Sequence[State]], tuple[Mapping[str, object], ...]]] = {
    "database": (_database, ({}, {"cluster": "wanted"})),
    "clock": (_clock, ({}, {"within": "1"}, {"within": "120"})),
    "callbridge": (_callbridge, ({"name": "cb1"}, {"name": "cb1", "server_address": "10.0.0.7"},
                                 {"name": "cb1", "state": "absent"}, {})),
    "pki": (_pki, ({}, {"certificate": {"key": "node.key", "cert": "node.cer"}})),
}  # fmt: skip


def _drawn(name: str) -> Iterator[str]:
    chance = random.Random(name)
    shown, wishes = FAMILIES[name][0](), FAMILIES[name][1]
    for wish in wishes:
        yield f"wish {wish}"
        # Each state once at least, beside others.
        order = chance.sample(range(len(shown)), len(shown)) + chance.choices(
            range(len(shown)), k=9
        )
        for numbers in zip(order[::3], order[1::3], order[2::3], strict=False):
            yield f"states {' '.join(map(str, numbers))}"
            observed = {host: shown[n] for host, n in zip(HOSTS, numbers, strict=True)}
            yield from _said(name, wish, observed)


def _said(name: str, wish: Mapping[str, object], observed: Mapping[str, State]) -> Iterator[str]:
    family, wanted = families()[name], Deployment()
    given = {host: {**REGISTERED[name].parameters(wanted, host), **wish} for host in HOSTS}
    desired = {host: family.spec(own, wanted.site(host)) for host, own in given.items()}
    made = frozenset({SecretRef("callbridge/cb2")})
    outcome = family.steps(desired, observed, made)
    yield from refusals(outcome.refusals)
    yield from steps(outcome.steps)
    yield from (f"reads {secret} on {host}" for secret, host in outcome.sources.items())
    yield from problems("note", outcome.notes)
    yield from problems("problem", family.problems(desired, observed))
    yield from (f"summary: {named_in(line)}" for line in family.summary(desired, observed))
    for cell in family.cells(desired, observed) if isinstance(family, Tabular) else ():
        yield f"cell {cell.row} {cell.column}: {'!' * cell.is_wrong}{cell.text}"
    yield from (f"is {host}: {facts(state)}" for host, state in observed.items())


SCENES = {f"boxes, {name}": partial(_drawn, name) for name in FAMILIES}
