"""SRV records that stand in a log, a zone file or a document, whoever wrote them there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cmsdeploy.errors import printable
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
        for line in logged.lines:
            yield from _in_line("", "", line)
        for reply in logged.replies:
            is_asked = reply.line.split()[:1] == ["dns"]
            place = (host, reply.line) if is_asked else ("", "")
            for line in reply.text.splitlines():
                yield from _in_line(*place, line)


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
        explains=frozenset({"callbridge/log", "callbridge/dns-error"}),
    )


def not_in_log(logs: Mapping[str, Logged]) -> Iterator[str]:
    """What one would have to see to say more."""
    lines = (line for logged in logs.values() for line in logged.every_line())
    if not any(_RECORD.search(line) for line in lines):
        yield "the SRV records of the domain (`dns lookup SRV`, or the zone)"
