"""Which clock a box shows.

``cdrTime`` of the API is SEEN (transcript api-trace-requests) and says UTC. That the MMP has
``date`` is RECALL, and its layout is not known: what reads like a date counts, and nobody knows in
which time zone it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from cmsdeploy.errors import DeviceError
from cmsdeploy.model.action import Call, Command, Replies, Reply
from cmsdeploy.model.reply_text import Verdict, judge
from cmsdeploy.model.secret import UNKNOWN, Unknown
from cmsdeploy.model.xml_text import read_xml

__all__ = ["DATE", "STATUS", "ClockState", "understand"]

STATUS = Call("GET", "/api/v1/system/status")
DATE = Command.of("date")
_OK = 200
# ISO, the way of `xmpp cluster status` (2017-Aug-13 07:27:58), and that of Unix (Aug 13 07:27:58
# 2017, with or without a time zone before the year).
_FORMS = (
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", "%Y-%m-%d %H:%M:%S"),
    (r"\d{4}-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d", "%Y-%b-%d %H:%M:%S"),
    (r"[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d(?: [A-Z]{2,5})? \d{4}", "%b %d %H:%M:%S %Y"),
)
_ZONE = re.compile(r"(?<=\d) [A-Z]{2,5}(?= \d)")


@dataclass(frozen=True)
class ClockState:
    """``ahead`` is how many seconds the clock of the box is ahead of ours; ``is_utc`` says that the
    box told its time zone. Only the difference between two boxes means anything."""

    ahead: float | Unknown = UNKNOWN
    is_utc: bool = False

    def facts(self) -> Mapping[str, object]:
        # A clock moves: no plan may rest on what it showed.
        return {}


def understand(replies: Replies) -> ClockState:
    """Make a state of the replies; the API counts where it has an answer."""
    for reply, moment, is_utc in (
        (replies.get(STATUS), _of_api, True),
        (replies.get(DATE), _of_command, False),
    ):
        shown = None if reply is None or not reply.moment else moment(reply)
        if reply is not None and shown is not None:
            return ClockState(shown.timestamp() - reply.moment, is_utc)
    return ClockState()


def _of_api(reply: Reply) -> datetime | None:
    if reply.status != _OK:
        return None
    try:
        found = read_xml(reply.text.encode()).findtext("cdrTime", "")
    except DeviceError:
        return None
    return _moment(found)


def _of_command(reply: Reply) -> datetime | None:
    return None if judge(reply.text) is not Verdict.SILENT else _moment(reply.text)


def _moment(text: str) -> datetime | None:
    for form, layout in _FORMS:
        found = re.search(form, text)
        if found is None:
            continue
        plain = " ".join(_ZONE.sub("", found[0]).replace("T", " ", 1).split())
        try:
            return datetime.strptime(plain, layout).replace(tzinfo=timezone.utc)
        except ValueError:
            return None
    return None
