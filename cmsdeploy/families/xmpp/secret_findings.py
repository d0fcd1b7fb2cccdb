"""What is wrong with the secrets of the call bridges on the servers (TAC 213479, scenario 2).

Secrets are compared and never shown. What most servers have is taken for right: in the document's
own example the first server is the one that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from cmsdeploy.families.xmpp.commands import BRIDGE_LIST
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.settled import bridge_names, holders_of, is_open, settled_secret
from cmsdeploy.families.xmpp.symptoms import LOGINS
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.secret import UNKNOWN, Secret
from cmsdeploy.model.step import Problem, Severity

__all__ = ["secret_findings"]

_EXPLAINED = LOGINS | {"callbridge/secret-differs"}


def secret_findings(group: Group) -> Iterator[Problem]:
    """Call bridges that are missing, changed, swapped or the same on a server."""
    settled = {name: settled_secret(group, name) for name in bridge_names(group)}
    for host in group.specs:
        own = _own(group, host)
        told: set[str] = set()
        for first, second in combinations([name for name in settled if name in own], 2):
            if _is_swapped(own, settled, first, second):
                told |= {first, second}
                if is_open(group, first) or is_open(group, second):
                    yield _undecided(group, host, "xmpp/secrets-swapped", first, second)
                else:
                    yield _swapped(group, host, first, second)
        yield from _twice(group, host, own, settled, told)
        for name, right in settled.items():
            if name in own and own[name] != right and name not in told:
                if is_open(group, name):
                    yield _undecided(group, host, "xmpp/secret-differs", name)
                else:
                    yield _differs(group, host, name)
    yield from _missing(group, settled)
    yield from _unlisted(group)


def _own(group: Group, host: str) -> dict[str, Secret]:
    bridges = group.states[host].bridges
    listed = {} if bridges is UNKNOWN else bridges
    return {name: b.secret for name, b in listed.items() if isinstance(b.secret, Secret)}


def _is_swapped(
    own: dict[str, Secret], settled: dict[str, Secret | None], first: str, second: str
) -> bool:
    return (
        own[first] == settled[second] != settled[first]
        and own[second] == settled[first] != settled[second]
    )


def _found(group: Group, host: str, rule: str, text: str, *names: str, seen: str) -> Problem:
    wrong = tuple(
        (host, "xmpp", rung) for n in names for rung in (f"callbridge-{n}-del", f"callbridge-{n}")
    )
    others = [
        other for other in group.specs if other != host and set(names) <= {*_own(group, other)}
    ]
    return Problem(
        host,
        rule,
        text,
        cluster=group.cluster,
        evidence=(
            Evidence(host, BRIDGE_LIST.line, seen),
            *(Evidence(other, BRIDGE_LIST.line, "listed; compare the secrets") for other in others),
        ),
        fix="; ".join(
            f"on {host}: xmpp callbridge del {name}, then xmpp callbridge add-secret {name} with"
            " the secret of the other servers"
            for name in names
        ),
        likelihood=85,
        explains=_EXPLAINED,
        asks=wrong,
    )


def _swapped(group: Group, host: str, first: str, second: str) -> Problem:
    return _found(
        group,
        host,
        "xmpp/secrets-swapped",
        f"on {host}, call bridges {first} and {second} have each other's secret",
        first,
        second,
        seen=f"the secret of {first} is the one of {second} elsewhere, and the reverse",
    )


def _twice(
    group: Group,
    host: str,
    own: dict[str, Secret],
    settled: dict[str, Secret | None],
    told: set[str],
) -> Iterator[Problem]:
    # The visible sign of scenario 2: cb1 carries the secret of cb3.
    for first, second in combinations(own, 2):
        if own[first] != own[second]:
            continue
        wrong = [n for n in (first, second) if n in settled and own[n] != settled[n]]
        told |= set(wrong)
        if len(wrong) == 1:
            right = second if wrong[0] == first else first
            text = f"on {host}, call bridge {wrong[0]} has the secret of {right}"
        else:
            text = f"on {host}, call bridges {first} and {second} have the same secret"
        seen = f"the same secret under {first} and {second}"
        yield _found(group, host, "xmpp/secret-twice", text, *wrong, seen=seen)


def _differs(group: Group, host: str, name: str) -> Problem:
    return _found(
        group,
        host,
        "xmpp/secret-differs",
        f"the secret of call bridge {name} on {host} is another one than on the other servers",
        name,
        seen=f"{name} has another secret than on the others",
    )


def _undecided(group: Group, host: str, rule: str, *names: str) -> Problem:
    """As many servers have the one secret as the other: who is right is not ours to say, so no
    step is asked for."""
    which = " and ".join(names)
    holders = [one for one in group.specs if set(names) <= {*_own(group, one)}]
    others = [one for one in holders if _own(group, one)[names[0]] != _own(group, host)[names[0]]]
    word = "bridge" if len(names) == 1 else "bridges"
    crossed = "" if len(names) == 1 else ", each other's"
    return Problem(
        host,
        rule,
        f"{host} and {', '.join(others)} have different secrets for call {word} {which}{crossed};"
        " nothing here shows which one is right",
        cluster=group.cluster,
        evidence=tuple(
            Evidence(one, BRIDGE_LIST.line, f"a record of {which}; compare the secrets")
            for one in (host, *others)
        ),
        fix=f"right is the secret that Web Admin > Configuration > General of {which} holds. Where"
        " that is not known: see Web Admin > Status > General or the event log of that box for the"
        " server where it logs in (connected to …) and for the one that turns it away"
        " (authentication failure). On the server that is wrong: xmpp callbridge del NAME, then"
        " xmpp callbridge add-secret NAME with the secret of the other",
        likelihood=85,
        explains=_EXPLAINED,
    )


def _missing(group: Group, settled: Iterable[str]) -> Iterator[Problem]:
    """One finding for all call bridges that a server lacks and the same others list."""
    lacking: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name in settled:
        holders = tuple(holders_of(group, name))
        for host, spec in group.specs.items():
            is_readable = group.states[host].bridges is not UNKNOWN
            if host not in holders and is_readable and name in spec.bridges:
                lacking.setdefault((host, holders), []).append(name)
    for (host, holders), names in lacking.items():
        yield _lacks(group, host, holders, names)


def _lacks(group: Group, host: str, holders: tuple[str, ...], names: Sequence[str]) -> Problem:
    which = ", ".join(names)
    listed = f"{'it is' if len(names) == 1 else 'they are'} not listed there"
    where = f"; {', '.join(holders)} list{'' if len(holders) > 1 else 's'}" if holders else ""
    what = "it" if len(names) == 1 else "them"
    add = "; ".join(f"xmpp callbridge add-secret {name}" for name in names)
    make = "; ".join(f"xmpp callbridge add {name}" for name in names)
    return Problem(
        host,
        "xmpp/secret-missing",
        f"call bridge{'' if len(names) == 1 else 's'} {which} may not log in on {host}: {listed}"
        + (f"{where} {what}" if holders else ", nor on any other server"),
        cluster=group.cluster,
        evidence=(
            Evidence(host, BRIDGE_LIST.line, f"no record of {which}"),
            *(Evidence(other, BRIDGE_LIST.line, f"a record of {which}") for other in holders),
        ),
        fix=f"on {host}: {add}, with the secret of the other servers"
        if holders
        else f"make {what} with: {make}, on {group.contact}",
        likelihood=80,
        explains=_EXPLAINED,
        asks=tuple((host, "xmpp", f"callbridge-{name}") for name in names),
    )


def _unlisted(group: Group) -> Iterator[Problem]:
    for host, state in group.states.items():
        spec = group.specs[host]
        known = {*spec.bridges, *spec.absent}
        for name in [] if state.bridges is UNKNOWN else state.bridges:
            if name not in known:
                text = f"call bridge {name} may log in and is not in the inventory"
                seen = (Evidence(host, BRIDGE_LIST.line, f"a record of {name}"),)
                yield Problem(
                    host,
                    "xmpp/callbridge-unlisted",
                    text,
                    Severity.NOTE,
                    group.cluster,
                    evidence=seen,
                    likelihood=20,
                )
