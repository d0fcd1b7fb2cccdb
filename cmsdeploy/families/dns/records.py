"""What is wrong with a set of records that somebody shows: named, one finding for each cause."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from cmsdeploy.families.dns.spec import DnsSpec
from cmsdeploy.families.dns.wanted import preference, strangers, target_of
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.records import NameAnswer, RecordSet

__all__ = ["Flaw", "flaws_of_addresses", "flaws_of_service"]

_COMPONENT_PORT, _CLIENT_PORT = "5223", "5222"


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong: the rule, a sentence without the place, and what to do.

    ``is_broken`` marks records that nobody can use: an update leaves them to a person, unless it
    was told to remove what is not ours and ``is_removable`` by that. ``is_accepted`` marks what a
    person said may be there.
    """

    rule: str
    text: str
    fix: str = ""
    is_broken: bool = False
    is_accepted: bool = False

    @property
    def is_removable(self) -> bool:
        """Whether an update may take the record away."""
        return self.fix == _REMOVE


_UPDATE = Phrase("cmsdeploy dns update puts it right")
_REMOVE = Phrase(
    "xmpp_dns_exclusive: true lets cmsdeploy dns update remove it; or remove it by hand"
)
_ALIAS = Phrase("replace the CNAME record of the server by its address")


def flaws_of_service(
    spec: DnsSpec, own: RecordSet, answer: NameAnswer, is_recursive: bool = False
) -> Iterator[Flaw]:
    """What is wrong with the SRV records of ``own``'s name, as one server shows them.

    What a resolver does not find (``is_recursive``) is not there; a server that is asked for what
    it holds only knows of its own zones.
    """
    if answer.alias:
        yield Flaw(
            "dns/alias-owner",
            f"{own.name} is only another name of {answer.alias}",
            "remove the CNAME record by hand, then run cmsdeploy dns update",
            is_broken=True,
        )
        return
    seen = answer.found("SRV")
    if seen is None:
        yield Flaw("dns/srv-missing", f"{own.name} has no SRV record", _UPDATE)
        return
    yield from _missing(own, seen)
    for data in seen.data:
        if target_of(data) in spec.names:
            yield from _of_ours(own, data)
        else:
            yield _of_stranger(spec, own, data, answer, is_recursive)
    twice = Counter(target_of(data) for data in seen.data)
    for target, times in twice.items():
        if times > 1:
            yield Flaw("dns/twice", f"{own.name} has {times} records for {target}", _UPDATE)
    yield from _aliases(spec, answer)
    if seen.ttl != own.ttl:
        yield Flaw("dns/wrong-ttl", f"{own.name} SRV has TTL {seen.ttl}, not {own.ttl}", _UPDATE)


def _missing(own: RecordSet, seen: RecordSet) -> Iterator[Flaw]:
    targets = {target_of(data) for data in seen.data}
    for data in own.data:
        if target_of(data) not in targets:
            text = f"{own.name} has no record for {target_of(data)}"
            yield Flaw("dns/srv-missing", text, _UPDATE)


def _of_ours(own: RecordSet, data: str) -> Iterator[Flaw]:
    """What is wrong with a record that points at one of our servers."""
    wanted = next((one for one in own.data if target_of(one) == target_of(data)), None)
    if wanted is None or wanted == data:
        return
    port, right = data.split()[2], wanted.split()[2]
    if port != right:
        slip = ""
        if {port, right} == {_COMPONENT_PORT, _CLIENT_PORT}:
            slip = "; that is the port of the other service, a slip that TAC 213479 prints, too"
        text = f"{own.name} leads to {target_of(data)} at port {port}, not {right}{slip}"
        yield Flaw("dns/wrong-port", text, _UPDATE)
    if preference(data) != preference(wanted):
        text = (
            f"{own.name} leads to {target_of(data)} with priority and weight"
            f" {preference(data)}, not {preference(wanted)}"
        )
        yield Flaw("dns/wrong-preference", text, _UPDATE)


def _of_stranger(
    spec: DnsSpec, own: RecordSet, data: str, answer: NameAnswer, is_recursive: bool
) -> Flaw:
    """A record that points at none of our servers: mostly a slip in one that should."""
    target = target_of(data)
    place = Phrase("{name} leads to {target}", name=own.name, target=target)
    if target == ".":
        text = Phrase(
            "{name} has the target '.', which says that there is no such service", name=own.name
        )
        return Flaw("dns/null-target", text, _REMOVE, is_broken=True)
    if _is_address(target.rstrip(".")):
        text = Phrase("{place}, an address; the target of an SRV record is a name", place=place)
        return Flaw("dns/address-target", text, _REMOVE, is_broken=True)
    slip = _relative(spec, target)
    if slip:
        text = Phrase("{place}: {slip}", place=place, slip=slip)
        return Flaw("dns/relative-target", text, _REMOVE, is_broken=True)
    found = [one for name, _, one in answer.targets if name == target]
    alias = next((one.alias for one in found if one.alias), "")
    if alias:
        return Flaw("dns/cname-target", _alias_text(place, alias), _REMOVE, is_broken=True)
    if found and all(_is_nothing(one, is_recursive) for one in found):
        text = Phrase("{place}, which has no address", place=place)
        return Flaw("dns/address-missing", text, _REMOVE, is_broken=True)
    text = Phrase(
        "{place}, which is no XMPP server of the cluster {cluster}",
        place=place,
        cluster=spec.cluster,
    )
    return Flaw("dns/foreign-target", text, _REMOVE, is_accepted=spec.is_exclusive is False)


def _is_nothing(answer: NameAnswer, is_recursive: bool) -> bool:
    is_said = answer.code in ("NOERROR", "NXDOMAIN") and (is_recursive or answer.is_authoritative)
    return is_said and not answer.records


def _alias_text(place: str, alias: str) -> str:
    return Phrase(
        "{place}, which is only another name of {alias} (RFC 2782 forbids it)",
        place=place,
        alias=alias,
    )


def _own_alias_text(name: str, alias: str) -> str:
    return Phrase(
        "{name} is only another name of {alias}, and SRV records lead to it (RFC 2782 forbids it)",
        name=name,
        alias=alias,
    )


def _relative(spec: DnsSpec, target: str) -> str:
    """What a forgotten or surplus final dot made of one of our names; empty where it did not."""
    for name in sorted(spec.names):
        if target in (f"{name}{spec.zone}", f"{name}{spec.domain}"):
            return Phrase("the final dot of {name} was forgotten in the zone file", name=name)
        if target == f"{name.partition('.')[0]}.":
            return Phrase("the domain of {name} was forgotten", name=name)
    return "" if "." in target.rstrip(".") else Phrase("it is a name without a domain")


def _aliases(spec: DnsSpec, answer: NameAnswer) -> Iterator[Flaw]:
    """Targets of ours that are aliases. No update of ours can put an address beside a CNAME."""
    seen = {name: one.alias for name, _, one in answer.targets if one.alias}
    for name, alias in seen.items():
        if name in spec.names:
            yield Flaw("dns/cname-target", _own_alias_text(name, alias), _ALIAS, is_broken=True)


def flaws_of_addresses(
    spec: DnsSpec, name: str, sets: tuple[RecordSet, ...], answers: tuple[NameAnswer, ...]
) -> Iterator[Flaw]:
    """What is wrong with the addresses of one of our servers, as one server shows them.

    ``sets`` are those that we keep for the name, ``answers`` what was said to A and AAAA.
    """
    alias = next((one.alias for one in answers if one.alias), "")
    if alias:
        yield Flaw("dns/cname-target", _own_alias_text(name, alias), _ALIAS, is_broken=True)
        return
    is_known = all(one.code in ("NOERROR", "NXDOMAIN") for one in answers)
    seen = {one.kind: one for answer in answers for one in answer.records}
    if is_known and not seen:
        yield Flaw("dns/address-missing", f"{name} has no address", _UPDATE if sets else "")
        return
    for own in sets:
        shown = seen.get(own.kind)
        missing = [one for one in own.data if shown is None or one not in shown.data]
        if missing:
            text = f"{name} does not have the address {', '.join(missing)}"
            yield Flaw("dns/wrong-address", text, _UPDATE)
        for other in strangers(spec, own, shown):
            text = f"{name} has the address {other}, which the inventory does not name"
            accepted = spec.is_exclusive is False
            yield Flaw("dns/foreign-address", text, _REMOVE, is_accepted=accepted)
        if shown is not None and shown.ttl != own.ttl:
            text = f"{name} {own.kind} has TTL {shown.ttl}, not {own.ttl}"
            yield Flaw("dns/wrong-ttl", text, _UPDATE)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
