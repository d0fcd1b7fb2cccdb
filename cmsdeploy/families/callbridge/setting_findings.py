"""Why a login cannot work: the fields that the call bridge logs in with, one rule each."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.callbridge.calls import LOG, SETTINGS
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.news import Connection
from cmsdeploy.families.callbridge.spec import CallbridgeSpec
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.secret import UNKNOWN, Unknown
from cmsdeploy.model.step import Problem

__all__ = ["setting_findings"]

# What a wrong login shows; each is said by a witness of its own.
_SHOWN = frozenset({"callbridge/alarm", "callbridge/log"})
# Whoever asks DNS for a wrong name finds nobody.
_MISLED = frozenset({"callbridge/domain-differs", "callbridge/server-differs"})
_COMPONENT = "_xmpp-component._tcp."
_PAGE = "Web Admin > Configuration > General"


def setting_findings(host: str, spec: CallbridgeSpec, state: CallbridgeState) -> Iterator[Problem]:
    """The settings of one call bridge that are not the wanted ones, or that lead nowhere."""
    if not spec.server_address:
        yield from _finds_nobody(host, spec, state)
    if not state.has_api:
        return
    if state.name == "":
        text = f"no XMPP login is set on {host}; it should log in as {spec.name}"
        yield _finding(host, spec, "callbridge/login-missing", text, "uniqueName is empty")
        return
    rows: tuple[tuple[str, str, str | Unknown, str], ...] = (
        ("callbridge/name-differs", "name", state.name, spec.name),
        ("callbridge/domain-differs", "domain", state.domain, spec.domain),
        ("callbridge/server-differs", "server address", state.server_address, spec.server_address),
    )
    is_as_wanted = True
    for rule, what, shown, wanted in rows:
        if shown in (UNKNOWN, wanted):
            continue
        is_as_wanted = False
        text = f"{host} logs in with {what} {shown or 'blank'}, wanted is {wanted or 'blank'}"
        yield _finding(host, spec, rule, text, f"{what} is {shown or 'blank'}")
    if is_as_wanted and _is_turned_away(state):
        yield Problem(
            host,
            "callbridge/secret-differs",
            f"{host} logs in as {spec.name} and is turned away: its secret is not the one that the"
            " servers have",
            cluster=spec.cluster,
            evidence=(Evidence(host, LOG.line, state.news.detail),),
            fix=f"read it with `xmpp callbridge list` on every server, then {_PAGE}: shared secret",
            likelihood=75,
            explains=_SHOWN,
            explains_on=frozenset({host}),
            asks=((host, "callbridge", "login"),),
        )


def _finds_nobody(host: str, spec: CallbridgeSpec, state: CallbridgeState) -> Iterator[Problem]:
    """Scenario 1 of TAC 213479, as the call bridge feels it; the records say why."""
    detail = state.news.detail
    # What the box asks for, which is not always what it should ask for.
    asked = spec.domain if state.domain is UNKNOWN or not state.domain else state.domain
    bound = "" if state.server_address is UNKNOWN else state.server_address
    if state.news.connection is Connection.FAILING and "dns" in detail.lower():
        yield Problem(
            host,
            "callbridge/dns-error",
            f"{host} finds no XMPP server {bound or f'of {asked}'} by DNS",
            cluster=spec.cluster,
            evidence=(Evidence(host, LOG.line, detail),),
            fix=f"from the box: dns lookup {f'A {bound}' if bound else f'SRV {_COMPONENT}{asked}'};"
            " then: cmsdeploy dns check",
            likelihood=60,
            explains=_SHOWN,
            explains_on=frozenset({host}),
        )


def _is_turned_away(state: CallbridgeState) -> bool:
    return state.news.connection is Connection.FAILING and "auth" in state.news.detail.lower()


def _finding(host: str, spec: CallbridgeSpec, rule: str, text: str, seen: str) -> Problem:
    return Problem(
        host,
        rule,
        text,
        cluster=spec.cluster,
        evidence=(Evidence(host, SETTINGS.line, seen),),
        fix=f"{_PAGE}: name {spec.name}, domain {spec.domain}, server address"
        f" {spec.server_address or 'blank'}, and the secret again",
        likelihood=85,
        explains=_SHOWN | {"callbridge/dns-error"} if rule in _MISLED else _SHOWN,
        explains_on=frozenset({host}),
        asks=((host, "callbridge", "login"),),
    )
