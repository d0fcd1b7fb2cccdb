"""Trouble with DNS as data: what is wrong with a zone, and what a server does instead of answering.

A fault of the zone changes what is said, never what is stored: cleared, the zone is whole again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .records import Record, absolute, is_within
from .zone import Zone

_COMPONENT = "_xmpp-component._tcp."
_WRONG_PORT = "5222"  # the slip in the first example of TAC-213479 section 4

Behaviour = Literal[
    "servfail", "refused", "notimp", "timeout", "truncated", "wrong-id", "lost-reply"
]


@dataclass(frozen=True)
class DnsFault:
    """One trouble. `name` limits it to that name and what is below it, `value` is a port or target.

    `times` counts down with each message that it meets; None lasts until it is cleared. Faults of
    the zone have no count.
    """

    kind: str
    name: str = ""
    value: str = ""
    times: int | None = None

    def meets(self, name: str) -> bool:
        """Whether the fault is about this name."""
        return not self.name or is_within(name, absolute(self.name))


def _services(zone: Zone, fault: DnsFault) -> list[Record]:
    """The SRV records that a fault is about: those of call bridges, unless it names others."""
    names = [
        name
        for name in zone.names()
        if (fault.meets(name) if fault.name else name.startswith(_COMPONENT))
    ]
    return [record for name in names for record in zone.at(name, "SRV")]


def _target(record: Record) -> str:
    return absolute(record.data.split()[-1])


def _with_words(record: Record, place: int, word: str) -> Record:
    words = record.data.split()
    words[place] = word
    return Record(record.name, record.kind, record.ttl, " ".join(words))


def _without_services(zone: Zone, fault: DnsFault) -> None:
    for record in _services(zone, fault):
        zone.drop(record.name, "SRV")


def _with_wrong_port(zone: Zone, fault: DnsFault) -> None:
    for record in _services(zone, fault):
        zone.drop(record.name, "SRV", record.data)
        zone.put(_with_words(record, 2, fault.value or _WRONG_PORT))


def _with_other_target(zone: Zone, fault: DnsFault) -> None:
    for record in _services(zone, fault):
        zone.drop(record.name, "SRV", record.data)
        zone.put(_with_words(record, 3, fault.value or "."))


def _with_alias_targets(zone: Zone, fault: DnsFault) -> None:
    # RFC 2782 forbids it, and BIND takes it all the same (promises F11).
    for target in {_target(record) for record in _services(zone, fault)}:
        addresses = [*zone.at(target, "A"), *zone.at(target, "AAAA")]
        for one in addresses:
            zone.drop(target, one.kind)
            zone.put(Record(f"real-{target}", one.kind, one.ttl, one.data))
        if addresses:
            zone.put(Record(target, "CNAME", addresses[0].ttl, f"real-{target}"))


def _without_addresses(zone: Zone, fault: DnsFault) -> None:
    targets = {_target(record) for record in _services(zone, DnsFault(""))}
    for name in [
        one for one in zone.names() if (fault.meets(one) if fault.name else one in targets)
    ]:
        zone.drop(name, "A")
        zone.drop(name, "AAAA")


def _blank(zone: Zone, fault: DnsFault) -> None:
    if not fault.meets(zone.origin):
        return
    for name in zone.names():
        for kind in zone.kinds(name) - ({"SOA", "NS"} if name == zone.origin else set()):
            zone.drop(name, kind)


def _with_wildcard(zone: Zone, fault: DnsFault) -> None:
    # bad-inputs iD5.
    zone.put(Record(f"*.{zone.origin}", "A", 60, fault.value or "127.0.0.1"))


_OF_ZONE: dict[str, Callable[[Zone, DnsFault], None]] = {
    "blank-zone": _blank,
    "srv-missing": _without_services,
    "srv-port": _with_wrong_port,
    "srv-target": _with_other_target,
    "srv-alias": _with_alias_targets,
    "address-missing": _without_addresses,
    "wildcard": _with_wildcard,
}
_OF_SERVER: dict[str, Behaviour] = {
    "servfail": "servfail",
    "refused": "refused",
    "notimp": "notimp",
    "timeout": "timeout",
    "truncated": "truncated",  # UDP answers come empty with TC; TCP answers are whole
    "wrong-id": "wrong-id",
    "lost-reply": "lost-reply",  # an update is carried out and its reply never sent
}
FAULTS: tuple[str, ...] = (*_OF_ZONE, *_OF_SERVER)


class DnsFaults:
    """The faults of one server, in the order in which they were added."""

    def __init__(self) -> None:
        """Begin without any."""
        self._faults: list[DnsFault] = []

    def add(self, kind: str, name: str = "", value: str = "", times: int | None = None) -> None:
        """Turn a fault on. Raises ValueError for a kind that `FAULTS` does not list."""
        if kind not in FAULTS:
            raise ValueError(f"no DNS fault is called {kind!r}; there are {', '.join(FAULTS)}")
        self._faults.append(DnsFault(kind, name, value, times))

    def clear(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._faults)

    def seen(self, zone: Zone) -> Zone:
        """The zone as it is shown: itself where nothing is wrong with it, else an altered copy."""
        wrong = [fault for fault in self._faults if fault.kind in _OF_ZONE]
        if not wrong:
            return zone
        shown = zone.copy()
        for fault in wrong:
            _OF_ZONE[fault.kind](shown, fault)
        return shown

    def take(self, name: str, *, is_update: bool) -> Behaviour | None:
        """What the server does instead of answering; uses up one of a counted fault."""
        for number, fault in enumerate(self._faults):
            behaviour = _OF_SERVER.get(fault.kind)
            if behaviour is None or not fault.meets(name):
                continue
            if behaviour == "lost-reply" and not is_update:
                continue
            if fault.times is not None:
                left = DnsFault(fault.kind, fault.name, fault.value, fault.times - 1)
                self._faults[number : number + 1] = [left] if left.times else []
            return behaviour
        return None
