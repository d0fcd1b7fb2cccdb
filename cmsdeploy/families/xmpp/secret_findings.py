"""What is wrong with the secrets of the call bridges on the servers (TAC 213479, scenario 2).

Secrets are compared and never shown. What most servers have is taken for right: in the document's
own example the first server is the one that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from cmsdeploy.families.xmpp.commands import BRIDGE_LIST
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.settled import bridge_names, holders_of, settled_secret
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
                yield _swapped(group, host, first, second)
        yield from _twice(group, host, own, settled, told)
        for name, right in settled.items():
            if name in own and own[name] != right and name not in told:
                yield _differs(group, host, name)
    for name in settled:
        yield from _missing(group, name)
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


def _missing(group: Group, name: str) -> Iterator[Problem]:
    holders = holders_of(group, name)
    for host, spec in group.specs.items():
        is_readable = group.states[host].bridges is not UNKNOWN
        if host in holders or not is_readable or name not in spec.bridges:
            continue
        where = f"; {', '.join(holders)} list it" if holders else ", nor on any other server"
        yield Problem(
            host,
            "xmpp/secret-missing",
            f"call bridge {name} may not log in on {host}: it is not listed there{where}",
            cluster=group.cluster,
            evidence=(
                Evidence(host, BRIDGE_LIST.line, f"no record of {name}"),
                *(Evidence(other, BRIDGE_LIST.line, f"a record of {name}") for other in holders),
            ),
            fix=f"on {host}: xmpp callbridge add-secret {name} with the secret of the other servers"
            if holders
            else f"make it with: xmpp callbridge add {name}, on {group.contact}",
            likelihood=80,
            explains=_EXPLAINED,
            asks=((host, "xmpp", f"callbridge-{name}"),),
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
