"""`ipv4`, `iface`, `ntp`, `timezone`, `ping` (mmp 8)."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from ..exchange import failure, lines
from .verb import Verb

if TYPE_CHECKING:
    from ..box import Box
    from ..box_state import Interface


_NOWHERE = ".".join("0000")


def _ipv4(box: Box, words: tuple[str, ...]) -> str:
    one = box.interfaces.get(words[0])
    if one is None:
        return failure(f"Unknown interface {words[0]}")  # guess
    if len(words) == 1:
        return _show(box, one)
    change = _CHANGES.get(words[1])
    if change is None:
        return failure("incorrect number of parameters")
    try:
        return change(box, words[0], words[2:])
    except (ValueError, IndexError):
        return failure("Invalid address")  # guess


def _add(box: Box, name: str, words: tuple[str, ...]) -> str:
    # DOC TAC-214745: two interfaces must not share a subnet. The gateway may be left out (RECALL).
    found = ipaddress.IPv4Interface(words[0])
    gateway = str(ipaddress.IPv4Address(words[1])) if len(words) > 1 else None
    for other, known in box.interfaces.items():
        if other != name and known.address and found.ip in _net_of(known):
            return failure(f"Interface {other} is in the same subnet")
    one = box.interfaces[name]
    one.address, one.prefix_length = str(found.ip), found.network.prefixlen
    one.gateway, one.is_enabled = gateway, True
    return ""


def _route(box: Box, name: str, words: tuple[str, ...]) -> str:
    routes = box.interfaces[name].routes
    wanted = str(ipaddress.IPv4Network(words[1]))
    if words[0] == "add":
        routes.append(wanted)
    elif wanted in routes:
        routes.remove(wanted)
    else:
        return failure("No such route")  # guess
    return ""


def _default(box: Box, name: str, _words: tuple[str, ...]) -> str:
    for other, one in box.interfaces.items():
        one.is_default = other == name
    return ""


def _enable(box: Box, name: str, _words: tuple[str, ...]) -> str:
    box.interfaces[name].is_enabled = True
    return ""


def _disable(box: Box, name: str, _words: tuple[str, ...]) -> str:
    box.interfaces[name].is_enabled = False
    return ""


_CHANGES = {
    "add": _add,
    "route": _route,
    "default": _default,
    "enable": _enable,
    "disable": _disable,
}


def _net_of(one: Interface) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Interface(f"{one.address}/{one.prefix_length}").network


def _show(box: Box, one: Interface) -> str:
    # SEEN ipv4-status for a configured interface; one without address is a guess.
    if one.address is None:
        return lines("IPv4 configuration:", _field("enabled", "false"))
    net, gateway = _net_of(one), one.gateway or _NOWHERE
    fields = {
        "address": one.address,
        "default": _word(one.is_default),
        "dhcp": "false",
        "enabled": _word(one.is_enabled),
        "gateway": gateway,
        "macaddress": box.mac_address,
        "prefixlen": str(one.prefix_length),
    }
    routes = (
        "source destination gateway global",
        f"0.0.0.0 {one.address} 0.0.0.0 false",
        f"0.0.0.0 {net.network_address} 0.0.0.0 false",
        f"0.0.0.0 {net.network_address} 0.0.0.0 false",
        f"0.0.0.0 {net.broadcast_address} 0.0.0.0 false",
        *(f"0.0.0.0 {route.partition('/')[0]} {gateway} false" for route in one.routes),
        f"0.0.0.0 0.0.0.0 {gateway} {_word(one.is_default)}",
    )
    return lines(
        "IPv4 configuration:",
        *(_field(name, value) for name, value in fields.items()),
        "IPv4 observed values",
        "Addresses:",
        f"{one.address}/{one.prefix_length}",
        "Routes:",
        *("    " + "".join(f"{cell:16}" for cell in row.split()).rstrip() for row in routes),
    )


def _field(name: str, value: str) -> str:
    return f"    {name:16}{value}"


def _word(value: bool) -> str:
    return "true" if value else "false"


def _iface(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-213821, 217375: it shows the MAC; layout UNKNOWN, a guess.
    one = box.interfaces.get(words[0])
    if one is None:
        return failure(f"Unknown interface {words[0]}")
    if len(words) == 1:
        return lines(f"Mac address {box.mac_address}", f"MTU {one.mtu}")
    if words[1] != "mtu" or len(words) != 3 or not words[2].isdigit():
        return failure("incorrect number of parameters")
    one.mtu = int(words[2])
    return ""


def _ntp_list(box: Box, _words: tuple[str, ...]) -> str:
    # DOC TAC-217319 that it exists; layout UNKNOWN, a guess.
    is_numbered = box.world.switches["ntp-list-layout"] == "numbered"
    rows = [f"{n}: {one}" if is_numbered else one for n, one in enumerate(box.ntp_servers, 1)]
    return lines(*rows)


def _ntp_add(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-213821.
    if words[0] not in box.ntp_servers:
        box.ntp_servers.append(words[0])
    return ""


def _ntp_del(box: Box, words: tuple[str, ...]) -> str:
    # RECALL.
    if words[0] not in box.ntp_servers:
        return failure(f"{words[0]} is not an NTP server")
    box.ntp_servers.remove(words[0])
    return ""


def _timezone(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-213821; what it prints alone, and the list, are guesses.
    if not words:
        return lines(box.timezone)
    if words[0] == "list":
        return lines("Etc/UTC", "Europe/Amsterdam", "Europe/London", "America/New_York")
    box.timezone = words[0]
    return ""


def _ping(box: Box, words: tuple[str, ...]) -> str:
    # RECALL mmp 8 that it exists; the words are those of any ping.
    found = box.world.resolve(words[0])
    if found is None:
        return lines(f"ping: unknown host {words[0]}")
    is_seen = found.is_up and box.world.is_linked(box.name, found.name)
    count = 4 if is_seen and not (found.is_cut_off or box.is_cut_off) else 0
    loss = 0 if count else 100
    return lines(f"4 packets transmitted, {count} received, {loss}% packet loss")


VERBS = (
    Verb("ipv4", _ipv4, "<interface> [...]", 1, 5, is_write=True, reads_up_to=1),
    Verb("iface", _iface, "<interface> [mtu <n>]", 1, 3, is_write=True, reads_up_to=1),
    Verb("ntp server list", _ntp_list),
    Verb("ntp server add", _ntp_add, "<host>", 1, 1, is_write=True),
    Verb("ntp server del", _ntp_del, "<host>", 1, 1, is_write=True),
    Verb("timezone", _timezone, "[<name>|list]", 0, 1, is_write=True, reads_when_bare=True),
    Verb("ping", _ping, "<host>", 1, 1),
)
