"""The status page of Web Admin as lines of text: label and value.

SEEN `webadmin-status-page-dns-error` for labels and order, the DNS error and the fault condition
(cut at the right edge); TAC-213821 and 213479-FR for the authentication failure, `connected to` and
the authentication service. What follows `connected to <name>` is a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .box import Box

_COUNTERS = (
    "CMA calls", "SIP calls", "Lync calls", "Forwarded calls", "Completed calls",
    "Activated conferences", "Active Lync subscribers", "Total outgoing media bandwidth",
    "Total incoming media bandwidth",
)  # fmt: skip


def status_page(box: Box) -> str:
    """All lines of the page."""
    rows = [
        "System status",
        f"Uptime {duration(box.uptime)}",
        f"Build version {box.version}",
        *([] if box.lacks_xmpp else _xmpp(box)),
        "Lync Edge registrations not configured",
        *(f"{name} 0" for name in _COUNTERS),
        "Fault conditions",
        *_faults(box),
    ]
    return "".join(f"{row}\n" for row in rows)


def duration(seconds: float) -> str:
    """`1 day, 17 hours, 41 minutes`; seconds only below an hour (SEEN: 1 minute, 2 seconds)."""
    left = int(seconds)
    parts: list[str] = []
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, left = divmod(left, size)
        is_shown = count and not (name == "second" and parts and seconds >= 3600)
        if is_shown:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return ", ".join(parts) or "0 seconds"


def _xmpp(box: Box) -> list[str]:
    link = box.link
    name = box.xmpp_settings["serverAddressOverride"]
    if link.state == "not configured":
        connection = "not configured"  # guess
    elif link.state == "registered":
        held = duration(box.world.seconds - link.since)
        connection = f"connected to {name or link.server} for {held}"
    else:
        cause = "DNS error" if link.state == "dns error" else link.state
        ago = duration(box.world.seconds - (link.logged_at or link.since))
        connection = " ".join(f"failed to connect to {name} due to {cause} ({ago} ago)".split())
    return [f"XMPP connection {connection}", f"Authentication service {_service(box)}"]


def _service(box: Box) -> str:
    refused = box.link.state == "authentication failure"
    if refused and box.world.switches["authentication-service"] == "by-login":
        return "no authentication components found"
    return f"registered for {duration(box.uptime)}"


def _faults(box: Box) -> list[str]:
    link = box.link
    if not link.is_failing or box.world.switches["login-fault-line"] == "absent":
        return []
    name = box.xmpp_settings["serverAddressOverride"]
    date, time = box.world.stamp(link.since + box.clock_offset)
    return [f'{date} {time} XMPP connection to "{name}" failed']
