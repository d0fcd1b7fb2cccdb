"""What the API shows about the login."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from cmsdeploy.errors import DeviceError
from cmsdeploy.families.callbridge.calls import ALARMS, SETTINGS
from cmsdeploy.model.action import Replies
from cmsdeploy.model.secret import UNKNOWN, Unknown
from cmsdeploy.model.xml_text import read_xml

__all__ = ["CallbridgeState", "understand"]

_OK = 200


@dataclass(frozen=True)
class CallbridgeState:
    """``has_alarm`` tells of a failed login, where the box has such an alarm at all (RECALL).

    ``has_api`` is False where no Web Admin is described or none answered the question;
    Two fields are predictions: ``is_fresh`` (this plan sets the login) and ``is_pending`` (it was
    set, and nobody has seen it work yet).
    """

    has_api: bool = False
    name: str | Unknown = UNKNOWN
    domain: str | Unknown = UNKNOWN
    server_address: str | Unknown = UNKNOWN
    has_alarm: bool | Unknown = UNKNOWN
    is_fresh: bool = False
    is_pending: bool = False

    def has_settings(self, name: str, domain: str, server_address: str) -> bool:
        """Whether the box shows exactly these."""
        return (self.name, self.domain, self.server_address) == (name, domain, server_address)

    def facts(self) -> Mapping[str, Any]:
        values = {
            "name": self.name,
            "domain": self.domain,
            "server_address": self.server_address,
            "alarm": self.has_alarm,
        }
        return {key: "unknown" if value is UNKNOWN else value for key, value in values.items()}


def understand(replies: Replies) -> CallbridgeState:
    """Make a state of the answers; anything but a 200 gives unknown fields."""
    settings = replies.get(SETTINGS)
    alarms = replies.get(ALARMS)
    if settings is None or settings.status != _OK:
        return CallbridgeState(has_api=settings is not None and settings.status != 0)
    return CallbridgeState(
        has_api=True,
        name=_element(settings.text, "uniqueName"),
        domain=_element(settings.text, "domain"),
        server_address=_element(settings.text, "serverAddressOverride"),
        has_alarm=(
            UNKNOWN if alarms is None or alarms.status != _OK else _has_xmpp_alarm(alarms.text)
        ),
    )


def _element(text: str, name: str) -> str | Unknown:
    root = _root(text)
    found = None if root is None or root.tag != "xmpp" else root.find(name)
    return UNKNOWN if found is None else (found.text or "").strip()


def _has_xmpp_alarm(text: str) -> bool | Unknown:
    # The layout of alarms is SEEN (transcript api-alarms); the type of this one is not known, so
    # any type that speaks of XMPP counts.
    root = _root(text)
    if root is None or root.tag != "alarms":
        return UNKNOWN
    return any("xmpp" in (kind.text or "").lower() for kind in root.iter("type"))


def _root(text: str) -> Element | None:
    try:
        return read_xml(text.encode())
    except DeviceError:
        return None
