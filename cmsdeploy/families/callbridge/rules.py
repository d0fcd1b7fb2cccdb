"""Is the call bridge logged in? What each witness says of it, in words."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.callbridge.calls import ALARMS, LOG
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.news import Connection
from cmsdeploy.families.callbridge.spec import CallbridgeSpec
from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.step import Problem, Severity

__all__ = ["login_in_words", "problems_of"]


def problems_of(host: str, spec: CallbridgeSpec, state: CallbridgeState) -> Iterator[Problem]:
    """What is wrong with the login of one call bridge, or cannot be seen of it."""
    secret = callbridge_secret(spec.cluster, spec.name)
    if state.news.connection is Connection.FAILING:
        reason = state.news.detail or "no reason is given"
        yield Problem(
            host,
            "callbridge/log",
            f"the log of the box says that {spec.name} is not logged in: {reason} ({secret})",
            cluster=spec.cluster,
            evidence=(Evidence(host, LOG.line, f"disconnected, {reason}, in the last minute"),),
        )
    if state.has_alarm is True:
        yield Problem(
            host,
            "callbridge/alarm",
            f"the box raises an XMPP alarm: {spec.name} is not logged in ({secret})",
            cluster=spec.cluster,
            evidence=(Evidence(host, ALARMS.line, "an alarm whose type speaks of XMPP"),),
        )
    if not (state.is_failing or state.is_seen):
        text = "the box does not show whether the login works; look at Web Admin > Status"
        yield Problem(host, "callbridge/unseen", text, Severity.NOTE, spec.cluster)


def login_in_words(spec: CallbridgeSpec, state: CallbridgeState) -> str:
    """How the login stands, as the end of a sentence."""
    if state.name == "":
        return "has no XMPP login set"
    if state.has_api and not state.has_settings(spec.name, spec.domain, spec.server_address):
        return "does not have the wanted XMPP login"
    if state.is_failing:
        return f"is not logged in ({_witness(state)})"
    if not state.is_seen:
        return "does not show whether it is logged in"
    return f"is logged in ({_witness(state)})"


def _witness(state: CallbridgeState) -> str:
    """What bears witness, the surest first."""
    news = state.news
    if news.connection is Connection.HELD:
        return f"log: connected to {news.detail}" if news.detail else "log: connected"
    if news.connection is Connection.FAILING:
        return f"log: {news.detail or 'disconnected'}"
    if state.has_alarm is True:
        return "XMPP alarm"
    if news.connection is Connection.QUIET:
        return "log: no failure any more"
    return "no XMPP alarm"
