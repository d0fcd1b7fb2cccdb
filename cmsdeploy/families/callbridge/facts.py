"""What the API shows about the login."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import Element

from cmsdeploy.errors import DeviceError
from cmsdeploy.families.callbridge.calls import ALARMS, LOG, SETTINGS
from cmsdeploy.families.callbridge.news import NO_NEWS, Connection, News, news_in
from cmsdeploy.model.action import Replies, Reply
from cmsdeploy.model.secret import UNKNOWN, Secret, Unknown
from cmsdeploy.model.xml_text import read_xml

__all__ = ["CallbridgeState", "understand"]

_OK = 200


@dataclass(frozen=True)
class CallbridgeState:
    """Two witnesses of the login: ``has_alarm`` tells of a failed one, where the box has such an
    alarm at all (a guess), ``news`` is what the log says (failures SEEN, the rest INFERRED).

    ``has_api`` is False where no Web Admin is described or none answered the question;
    ``shown_secret`` is the secret where GET gives it (UNKNOWN whether any box does). Two fields are
    predictions: ``is_fresh`` (this plan sets the login) and ``is_pending`` (it was set, and nobody
    has seen it work yet).
    """

    has_api: bool = False
    name: str | Unknown = UNKNOWN
    domain: str | Unknown = UNKNOWN
    server_address: str | Unknown = UNKNOWN
    has_alarm: bool | Unknown = UNKNOWN
    news: News = NO_NEWS
    shown_secret: Secret | Unknown = UNKNOWN
    is_fresh: bool = False
    is_pending: bool = False

    def has_settings(self, name: str, domain: str, server_address: str) -> bool:
        """Whether the box shows exactly these."""
        return (self.name, self.domain, self.server_address) == (name, domain, server_address)

    @property
    def is_failing(self) -> bool:
        """Whether a witness says that the login does not work."""
        return self.has_alarm is True or self.news.connection is Connection.FAILING

    @property
    def is_seen(self) -> bool:
        """Whether a witness that would know says that nothing is wrong."""
        good = (Connection.HELD, Connection.QUIET)
        return not self.is_failing and (self.has_alarm is False or self.news.connection in good)

    def facts(self) -> Mapping[str, Any]:
        values = {
            "name": self.name,
            "domain": self.domain,
            "server_address": self.server_address,
            "alarm": self.has_alarm,
            "connection": self.news.connection.value,
        }
        return {key: "unknown" if value is UNKNOWN else value for key, value in values.items()}


def understand(replies: Replies) -> CallbridgeState:
    """Make a state of the answers; anything but a 200 gives unknown fields."""
    settings = replies.get(SETTINGS)
    log = replies.get(LOG)
    state = CallbridgeState(
        has_api=settings is not None and settings.status != 0,
        has_alarm=_has_xmpp_alarm(replies.get(ALARMS)),
        news=NO_NEWS if log is None else news_in(log.text),
    )
    if settings is None or settings.status != _OK:
        return state
    secret = _element(settings.text, "sharedSecret")
    return replace(
        state,
        name=_element(settings.text, "uniqueName"),
        domain=_element(settings.text, "domain"),
        server_address=_element(settings.text, "serverAddressOverride"),
        shown_secret=Secret(secret) if secret is not UNKNOWN and secret else UNKNOWN,
    )


def _element(text: str, name: str) -> str | Unknown:
    root = _root(text)
    found = None if root is None or root.tag != "xmpp" else root.find(name)
    return UNKNOWN if found is None else (found.text or "").strip()


def _has_xmpp_alarm(alarms: Reply | None) -> bool | Unknown:
    # The layout of alarms is SEEN (transcript api-alarms); the type of this one is not known, so
    # any type that speaks of XMPP counts.
    root = None if alarms is None or alarms.status != _OK else _root(alarms.text)
    if root is None or root.tag != "alarms":
        return UNKNOWN
    return any("xmpp" in (kind.text or "").lower() for kind in root.iter("type"))


def _root(text: str) -> Element | None:
    try:
        return read_xml(text.encode())
    except DeviceError:
        return None
