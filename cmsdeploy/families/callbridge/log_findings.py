"""What an event log or a status page shows of the login of a call bridge."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cmsdeploy.errors import printable
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.logged import Logged
from cmsdeploy.model.step import Problem

__all__ = ["log_findings", "not_in_log"]

# Transcripts webadmin-event-log-dns-error and webadmin-status-page-dns-error; TAC 213479, scenario
# 2, for the authentication failure. A syslog line names its host before the program.
_HOST = re.compile(r"(?<!\S)\S+ (?P<host>[A-Za-z0-9][\w.-]{0,252}) host:server:")
_NO_ADDRESS = re.compile(r"No DNS A or AAAA records for (?P<name>[\w.-]{1,253})")
_LOST = re.compile(r'disconnected due to failure reason: "(?P<reason>[^"]{1,80})')
_PAGE = re.compile(r"XMPP connection failed to connect to (?:\S+ )??due to (?P<reason>[^(]{1,60})")
_UNKNOWN_HERE = re.compile(r"no authentication components found")
_HELD = re.compile(r"XMPP connection connected to|XMPP component connection established")
_EVENT_LOG, _STATUS_PAGE = "Web Admin > Logs > Event log", "Web Admin > Status > General"


@dataclass
class _Login:
    """What the lines said so far. ``seen`` are the words of the box, each once."""

    reason: str = ""
    names: dict[str, None] = field(default_factory=dict)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def note(self, place: str, words: str) -> None:
        self.seen[place, words] = self.seen.get((place, words), 0) + 1


def log_findings(logs: Mapping[str, Logged]) -> Iterator[Problem]:
    """One finding for each box whose last word is that it has no login."""
    logins: dict[str, _Login] = {}
    for host, logged in logs.items():
        for line in logged.every_line():
            told = _HOST.search(line)
            _read(logins.setdefault(told["host"] if told else host, _Login()), line)
    for host, login in logins.items():
        if login.reason:
            yield _problem(host or "a call bridge", login)


def _read(login: _Login, line: str) -> None:
    if found := _NO_ADDRESS.search(line):
        login.names[found["name"]] = None
        login.reason = login.reason or "dns error"
        login.note(_EVENT_LOG, found[0])
    elif found := _LOST.search(line):
        login.reason = found["reason"].strip().lower()
        login.note(_EVENT_LOG, f'{found[0]}"')
    elif found := _PAGE.search(line):
        login.reason = found["reason"].strip().lower()
        login.note(_STATUS_PAGE, found[0].strip())
    elif found := _UNKNOWN_HERE.search(line):
        login.reason = login.reason or "authentication failure"
        login.note(_STATUS_PAGE, found[0])
    elif _HELD.search(line):
        login.reason = ""


def _problem(host: str, login: _Login) -> Problem:
    evidence = tuple(
        Evidence(host, place, printable(words if times == 1 else f"{words} ({times} times)", 200))
        for (place, words), times in login.seen.items()
    )
    names = ", ".join(login.names)
    if "dns" in login.reason:
        return Problem(
            host,
            "callbridge/dns-error",
            "the call bridge finds no XMPP server by DNS"
            + (f": nothing usable is found for {names}" if names else ""),
            evidence=evidence,
            fix=f"look for the SRV records{f' of {names}' if names else ''} from the box with `dns"
            " lookup SRV`, and compare with `cmsdeploy dns check`; port 5223, targets with an A"
            " record, no alias",
            likelihood=60,
        )
    if "auth" in login.reason:
        return Problem(
            host,
            "callbridge/secret-differs",
            "the call bridge is turned away by the XMPP server: its secret, name or domain is not"
            " the one that the server has",
            evidence=evidence,
            fix="compare `xmpp callbridge list` of all servers with Web Admin > Configuration >"
            " General of this box",
            likelihood=60,
        )
    text = f"the call bridge is not logged in: {printable(login.reason)}"
    return Problem(host, "callbridge/log", text, evidence=evidence, likelihood=50)


def not_in_log(logs: Mapping[str, Logged]) -> Iterator[str]:
    """What one would have to see to say more."""
    marks = (_LOST, _NO_ADDRESS, _PAGE, _UNKNOWN_HERE, _HELD)
    lines = (line for logged in logs.values() for line in logged.every_line())
    if not any(mark.search(line) for line in lines for mark in marks):
        yield f"any call bridge's event log or status page ({_EVENT_LOG}, {_STATUS_PAGE})"
