"""The command lines of the MMP that only read (mmp.md sections 6 to 8)."""

from __future__ import annotations

__all__ = ["is_read"]

# `*` is one word of the user's. Bare names of services print their status. `turn` is here and
# marked elsewhere as showing a password.
_READS: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split())
    for line in (
        "version",
        "license",
        "hostname",
        "help",
        "uptime",
        "health",
        "date",
        "df",
        "dns",
        "dns lookup * *",
        "ntp server list",
        "ntp status",
        "timezone",
        "timezone list",
        "user list",
        "user rule",
        "ipv4 *",
        "ipv6 *",
        "iface *",
        "webadmin",
        "webbridge",
        "webbridge3",
        "turn",
        "recorder",
        "streamer",
        "uploader",
        "scheduler",
        "sipedge",
        "h323_gateway",
        "loadbalancer list",
        "trunk list",
        "dscp",
        "syslog",
        "ldap",
        "tls *",
        "database cluster status",
        "backup list",
    )
)


def is_read(words: tuple[str, ...]) -> bool:
    """Whether ``words`` are one of them."""
    return any(
        len(form) == len(words)
        and all(part in ("*", word) for part, word in zip(form, words, strict=True))
        for form in _READS
    )
