"""SRV records that stand in a log, a zone file or a document, whoever wrote them there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cmsdeploy.errors import printable
from cmsdeploy.families.dns.zone_lines import ZoneRecord, zone_records
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.logged import Logged
from cmsdeploy.model.step import Problem

__all__ = ["log_findings", "not_in_log"]

# A record of TAC 213479, scenario 1, has a blank inside its name.
_RECORD = re.compile(
    r"(?P<owner>_xmpp-(?P<kind>component|client)\._tcp\. ?[\w-]+(?:\.[\w-]+)*)\.?[ \t]+"
    r"(?:\d+[ \t]+)?(?:IN[ \t]+)?SRV[ \t]+\d+[ \t]+\d+[ \t]+(?P<port>\d{1,5})[ \t]+"
    r"(?P<target>[\w-]+(?:\.[\w-]+)*)"
)
_OWNER = re.compile(r"_xmpp-(?P<kind>component|client)\._tcp(?:\.|$)")
_FELT = frozenset({"callbridge/log", "callbridge/dns-error"})
_PORTS = {"component": 5223, "client": 5222}
_WHOSE = {"component": "call bridges", "client": "clients"}


@dataclass(frozen=True)
class _Seen:
    """``command`` is the one that showed it; a record of a zone file was shown by none."""

    host: str
    command: str
    owner: str
    kind: str
    port: int
    target: str


def log_findings(logs: Mapping[str, Logged]) -> Iterator[Problem]:
    """Records with a port that is another one than usual, or than that of their neighbours."""
    records = list(dict.fromkeys(_records(logs)))
    yield from _of_targets(logs)
    for owner in dict.fromkeys(record.owner for record in records):
        own = [record for record in records if record.owner == owner]
        ports = {record.port for record in own}
        usual = _PORTS[own[0].kind]
        other = _PORTS["client" if own[0].kind == "component" else "component"]
        # Another free port is allowed; a mix, or the port of the other service, is a slip.
        wrong = [record for record in own if record.port != usual]
        if wrong and (len(ports) > 1 or other in ports):
            yield _problem(owner, wrong, usual, own)


def _records(logs: Mapping[str, Logged]) -> Iterator[_Seen]:
    for host, logged in logs.items():
        for record in _srv_in(logged):
            port, kind = int(record.data[2]), _kind_of(record.owner)
            yield _Seen("DNS", "", record.owner, kind, port, record.data[3])
        for line in logged.lines:
            # What stands there as in a zone file was read as such: names may be relative.
            if not any(_kind_of(one.owner) for one in zone_records([line]) if one.kind == "SRV"):
                yield from _in_line("", "", line)
        for reply in logged.replies:
            is_asked = reply.line.split()[:1] == ["dns"]
            place = (host, reply.line) if is_asked else ("", "")
            for line in reply.text.splitlines():
                yield from _in_line(*place, line)


def _kind_of(owner: str) -> str:
    """The service of an owner, "" for any other."""
    found = _OWNER.match(owner)
    return found["kind"] if found else ""


def _srv_in(logged: Logged) -> list[ZoneRecord]:
    return [r for r in zone_records(logged.lines) if r.kind == "SRV" and _kind_of(r.owner)]


def _of_targets(logs: Mapping[str, Logged]) -> Iterator[Problem]:
    """Targets that are aliases, and targets to which the zone is added once more."""
    for logged in logs.values():
        aliases = {r.owner: r for r in zone_records(logged.lines) if r.kind == "CNAME"}
        for record in dict.fromkeys(_srv_in(logged)):
            target, alias = record.data[3], aliases.get(record.data[3])
            if alias is not None:
                text = f"{record.owner} leads to {target}, which is an alias of {alias.data[0]}"
                yield _of_target("dns/cname-target", text, record, alias)
            written = record.text.rsplit(" ", 1)[-1].lower()
            added = target.removeprefix(f"{written}.")
            if record.is_relative and added != target and written.endswith(f".{added}"):
                text = (
                    f"{record.owner} leads to {target}: the final dot behind {written} is missing"
                )
                yield _of_target("dns/relative-target", text, record)


def _of_target(rule: str, text: str, *records: ZoneRecord) -> Problem:
    return Problem(
        "DNS",
        rule,
        text,
        evidence=tuple(Evidence("DNS", "", printable(one.text, 200)) for one in records),
        likelihood=80,
        explains=_FELT,
    )


def _in_line(host: str, command: str, line: str) -> Iterator[_Seen]:
    for found in _RECORD.finditer(line):
        owner = found["owner"].replace(" ", "").lower()
        port, target = int(found["port"]), found["target"].lower()
        yield _Seen(host or "DNS", command, owner, found["kind"], port, target)


def _problem(owner: str, wrong: list[_Seen], usual: int, own: list[_Seen]) -> Problem:
    first = wrong[0]
    where = ", ".join(f"{record.target} at port {record.port}" for record in wrong)
    return Problem(
        first.host,
        "dns/wrong-port",
        f"{owner} leads to {where}; {_WHOSE[first.kind]} are led to port {usual}",
        evidence=tuple(
            Evidence(
                record.host,
                printable(record.command, 120),
                printable(f"{record.owner} SRV {record.port} {record.target}", 200),
            )
            for record in own
        ),
        likelihood=80,
        explains=_FELT,
    )


def not_in_log(logs: Mapping[str, Logged]) -> Iterator[str]:
    """What one would have to see to say more."""
    lines = (line for logged in logs.values() for line in logged.every_line())
    is_zone = any(_srv_in(logged) for logged in logs.values())
    if not is_zone and not any(_RECORD.search(line) for line in lines):
        yield "the SRV records of the domain (`dns lookup SRV`, or the zone)"
