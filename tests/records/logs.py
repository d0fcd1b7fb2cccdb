"""What is found by logs alone: of every fault, of every transcript, in every form of a paste."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from cmsdeploy.families import families
from cmsdeploy.lab import World
from cmsdeploy.model.logged import by_host
from cmsdeploy.planning.log_diagnosis import diagnose_logs
from cmsdeploy.session.log_reader import read_log
from tests.doctor.clinic import healthy
from tests.doctor.table import FAULTS, Fault
from tests.doctor.test_logs import FORMS, PIECES
from tests.records.said import findings, named_in

__all__ = ["SCENES", "ill"]

# What a person types on every box before asking for help.
ASKED = (
    "version", "ipv4 a", "xmpp", "xmpp cluster status", "xmpp callbridge list",
    "dns lookup SRV _xmpp-component._tcp.tptac9.com",
)  # fmt: skip
PASTED = tuple(
    path
    for folder in ("doctor", "families")
    for path in sorted((Path(__file__).parent.parent / folder / "cases").glob("*.txt"))
)
ZONE = """$ORIGIN tptac9.com.
@ 3600 IN SOA ns1 admin 1 2 3 4 5
_xmpp-component._tcp 60 IN SRV 0 0 5222 cb1 ; the wrong port
   SRV 0 0 5223 cb2.tptac9.com
   IN 1h SRV ( 0 0
       5223 alias )
_xmpp-client._tcp.tptac9.com. SRV 10 50 5222 cb1.tptac9.com.
alias CNAME cb2
cb1 A 10.0.0.1
* TXT "a;b"
_xmpp-client._tcp SRV 10 50 x cb3
"""
REFUSED = "cb1> xmpp callbridge add-secret cb1\nFAILURE: {0}\ncb1> xmpp cluster joni 1\nUnknown\n"
OLD = "cb2> version\n3.0.1\ncb2> xmpp\nEnabled : true\n"
SYSLOG = "Jan  1 10:00:00 cms9 host:server: INFO : XMPP connection {0}\n"
TEXTS = {
    "a zone": ZONE,
    "a zone and a lookup": ZONE + "cb1> dns lookup SRV _xmpp-component._tcp.tptac9.com\n" + ZONE,
    "a refusal": REFUSED.format("no"),
    "a long refusal": REFUSED.format("n" * 300),
    "another version": OLD,
    "a login that was lost": SYSLOG.format('disconnected due to failure reason: "No Route" x'),
    "a login that came back": SYSLOG.format('disconnected due to failure reason: "dns" x')
    + SYSLOG.format("connected to 10.0.0.1"),
    "a page": "XMPP connection failed to connect to cb1 due to DNS error (no wait)\n" * 3,
    "a reset": "cb1> xmpp reset\ncb2> xmpp cluster status\nState: FOLLOWER\nList of peers\n"
               "10.0.0.1:5222\n10.0.0.1:5222\n10.0.0.2:5222 (Leader)\n",
    "nothing": "",
    "no authentication": "no authentication components found\n",
    "one that grows": "".join(f"cb{n}> xmpp cluster status\nState: LEADER\nList of peers\n"
                              f"10.0.0.{n}:5222 (Leader)\n" for n in range(1, 4)),
}  # fmt: skip


def ill(fault: Fault) -> World:
    """A world to which a fault happened some time ago."""
    world = healthy(3)
    for deed in fault.deeds:
        deed(world)
    world.advance(200)
    return world


def _as_log(fault: Fault) -> Iterator[str]:
    """What is found by what was typed and shown alone."""
    text = "".join(
        f"{name}> {line}\n{box.execute(line).text}\n"
        for name, box in ill(fault).boxes.items()
        for line in ASKED
    )
    yield from _read(text)


def _pasted(path: Path) -> Iterator[str]:
    yield from _read(path.read_text(encoding="utf-8"))


def _read(text: str) -> Iterator[str]:
    logs = by_host(read_log(text))
    for host, logged in logs.items():
        asked = ", ".join(f"{one.line} ({one.place})" for one in logged.replies)
        yield f"read of {host or 'nobody'}: {asked or 'no reply'}; {len(logged.lines)} lines"
    told = diagnose_logs(logs, families(), ("cb1", "cb9"))
    yield from findings(told.diagnosis)
    yield from (f"not seen: {named_in(one)}" for one in told.not_seen)
    yield f"of a box: {told.is_of_a_box}"


def _text(text: str) -> Iterator[str]:
    yield from _read(text)


def _scenes() -> Iterator[tuple[str, Callable[[], Iterator[str]]]]:
    for fault in FAULTS:
        yield f"log, {fault.name.replace('_', ' ')}", partial(_as_log, fault)
    for path in PASTED:
        yield f"pasted, {path.stem}", partial(_pasted, path)
    for form, change in FORMS.items():
        yield f"form, {form}", partial(_text, change("".join(PIECES)))
    for name, text in TEXTS.items():
        yield f"text, {name}", partial(_text, text)


SCENES = dict(_scenes())
