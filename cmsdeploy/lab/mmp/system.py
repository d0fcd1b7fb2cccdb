"""System commands: who and where the box is (mmp 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import lines
from .verb import Verb

if TYPE_CHECKING:
    from ..box import Box


def _version(box: Box, _words: tuple[str, ...]) -> str:
    # DOC TAC-214620 that it prints the version; layout UNKNOWN.
    is_labelled = box.world.switches["version-layout"] == "labelled"
    return lines(f"Version: {box.version}" if is_labelled else box.version)


def _hostname(box: Box, words: tuple[str, ...]) -> str:
    if not words:
        return lines(box.hostname)  # guess
    box.hostname_after_reboot = words[0]
    return lines("A reboot is required for the change to take effect")  # SEEN hostname


def _help(box: Box, _words: tuple[str, ...]) -> str:
    # RECALL that it exists; the layout is a guess. Imported late: the table imports this file.
    from .table import syntaxes

    return lines(*syntaxes(box.release))


def _license(_box: Box, _words: tuple[str, ...]) -> str:
    # SEEN license-excerpt.
    end = "expiry: 2023-Apr-28 (690 days remain)"
    return lines(*(f"Feature: {name} status: Activated {end}" for name in ("callbridge", "turn")))


def _ipv4(box: Box, words: tuple[str, ...]) -> str:
    # SEEN ipv4-status for interface a; other interfaces are not configured (guess).
    if words[0] != "a":
        return lines("IPv4 configuration:", _field("enabled", "false"))
    address = box.address
    net = address.rpartition(".")[0]
    fields = {
        "address": address,
        "default": "true",
        "dhcp": "false",
        "enabled": "true",
        "gateway": f"{net}.254",
        "macaddress": box.mac_address,
        "prefixlen": "24",
    }
    routes = (
        "source destination gateway global",
        f"0.0.0.0 {address} 0.0.0.0 false",
        f"0.0.0.0 {net}.0 0.0.0.0 false",
        f"0.0.0.0 {net}.0 0.0.0.0 false",
        f"0.0.0.0 {net}.255 0.0.0.0 false",
        f"0.0.0.0 0.0.0.0 {net}.254 true",
    )
    return lines(
        "IPv4 configuration:",
        *(_field(name, value) for name, value in fields.items()),
        "IPv4 observed values",
        "Addresses:",
        f"{address}/24",
        "Routes:",
        *("    " + "".join(f"{cell:16}" for cell in row.split()).rstrip() for row in routes),
    )


def _field(name: str, value: str) -> str:
    return f"    {name:16}{value}"


def _user_list(box: Box, _words: tuple[str, ...]) -> str:
    # CODE MIV: a header, then name, role, expiry, status. Words of the header are a guess.
    rows = [f"{name:16}{role:8}2030-Jan-01 enabled" for name, role in box.users.items()]
    return lines(f"{'USERNAME':16}{'ROLE':8}EXPIRY      STATUS", *rows)


def _dns(box: Box, _words: tuple[str, ...]) -> str:
    # Layout UNKNOWN, a guess.
    return lines(*(f"forwardzone {zone} {server}" for zone, server in box.dns_servers))


def _dns_add(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-213821.
    box.dns_servers.append((words[0], words[1]))
    return ""


def _ntp_list(box: Box, _words: tuple[str, ...]) -> str:
    # DOC TAC-217319 that it exists; layout UNKNOWN, a guess.
    return lines(*box.ntp_servers)


def _ntp_add(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-213821.
    box.ntp_servers.append(words[0])
    return ""


VERBS = (
    Verb("version", _version),
    Verb("hostname", _hostname, "[<name>]", 0, 1, is_write=True, reads_when_bare=True),
    Verb("help", _help),
    Verb("license", _license),
    Verb("ipv4", _ipv4, "<interface>", 1, 1),
    Verb("user list", _user_list),
    Verb("dns", _dns),
    Verb("dns add forwardzone", _dns_add, "<domain|.> <address>", 2, 2, is_write=True),
    Verb("ntp server list", _ntp_list),
    Verb("ntp server add", _ntp_add, "<host>", 1, 1, is_write=True),
)
