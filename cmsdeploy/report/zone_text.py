"""Records as other programs take them: a zone file, Windows in two ways, the MMP's own list.

Every name is written whole and with its final dot, or as a word below the zone where a program
wants it so: a name without its dot gets the zone once more (the slip of TAC 213479, section DNS).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from cmsdeploy.model.records import RecordSet

__all__ = ["FORMATS", "zone_lines"]

_DAY, _HOUR, _MINUTE = 86400, 3600, 60


def zone_lines(form: str, zones: Mapping[str, Iterable[RecordSet]]) -> Iterator[str]:
    """The lines for all record sets, zone by zone. ``form`` is one of ``FORMATS``."""
    line_of, comment, remark = FORMATS[form]
    for zone, sets in zones.items():
        yield f"{comment} {zone} {remark}"
        for records in sets:
            for data in records.data:
                yield line_of(zone, records, data)


def _bind(zone: str, records: RecordSet, data: str) -> str:
    return f"{records.name}\t{records.ttl}\tIN\t{records.kind}\t{data}"


def _below(zone: str, name: str) -> str:
    """The part of ``name`` before the zone; ``@`` for the zone itself."""
    return name.removesuffix(zone).rstrip(".") or "@"


def _dnscmd(zone: str, records: RecordSet, data: str) -> str:
    node = _below(zone, records.name)
    return f"dnscmd . /RecordAdd {zone.rstrip('.')} {node} {records.ttl} {records.kind} {data}"


def _powershell(zone: str, records: RecordSet, data: str) -> str:
    words = ["Add-DnsServerResourceRecord", f'-ZoneName "{zone.rstrip(".")}"']
    name = f'-Name "{_below(zone, records.name)}"'
    if records.kind == "SRV":
        priority, weight, port, target = data.split()
        words += ["-Srv", name, f'-DomainName "{target}"', f"-Priority {priority}"]
        words += [f"-Weight {weight}", f"-Port {port}"]
    elif records.kind == "A":
        words += ["-A", name, f'-IPv4Address "{data}"']
    else:
        words += ["-AAAA", name, f'-IPv6Address "{data}"']
    return " ".join([*words, f"-TimeToLive {_time_span(records.ttl)}"])


def _time_span(seconds: int) -> str:
    days, rest = divmod(seconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    return f"{days}.{hours:02}:{minutes:02}:{left:02}"


def _mmp(zone: str, records: RecordSet, data: str) -> str:
    # `dns add rr` is documented (TAC 211261); the quotes are from memory, and no box was tried.
    return f'dns add rr "{records.name} {records.ttl} IN {records.kind} {data}"'


_Line = Callable[[str, RecordSet, str], str]

FORMATS: Mapping[str, tuple[_Line, str, str]] = {
    "bind": (_bind, ";", "for a zone file; count the serial of the SOA record up"),
    "windows": (_dnscmd, "rem", "for a command prompt on the DNS server"),
    "powershell": (_powershell, "#", "for PowerShell with the module DnsServer"),
    "mmp": (_mmp, "#", "for each box that has no other DNS; on X series: dns app add rr"),
}
