"""Servers whose domain or interfaces are not the wanted ones, or cannot be."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.xmpp.commands import STATUS
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.service import is_stale
from cmsdeploy.families.xmpp.symptoms import SYMPTOMS
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Problem

__all__ = [
    "differing_domain",
    "differing_listen",
    "lacking_interfaces",
    "live_problems",
    "needs_restart",
]


def differing_domain(group: Group) -> tuple[str, ...]:
    """The members, running or stopped, that show another domain."""
    return tuple(
        host
        for host in group.members()
        if group.states[host].domain not in (UNKNOWN, group.specs[host].domain)
    )


def differing_listen(group: Group) -> tuple[str, ...]:
    """The members, running or stopped, that show other interfaces."""
    return tuple(
        host
        for host in group.members()
        if group.states[host].listen not in (UNKNOWN, frozenset(group.specs[host].listen))
    )


def lacking_interfaces(group: Group) -> Iterator[tuple[str, str]]:
    """Servers that are to listen where their box has nothing: found out before one is stopped."""
    for host, spec in group.staying.specs.items():
        state = group.states[host]
        if state.listen != frozenset(spec.listen):
            yield from ((host, name) for name in spec.listen if name in state.lacking)


def needs_restart(group: Group, host: str) -> bool:
    """Whether a setting of the server is to be changed that is changed while it is stopped."""
    spec, state = group.specs[host], group.states[host]
    return (
        host in (*differing_domain(group), *differing_listen(group))
        or (state.key, state.certificate) != (spec.key, spec.certificate)
        or state.bundle not in (spec.bundle, UNKNOWN)
        or state.trust not in (spec.trust, UNKNOWN)
        or is_stale(spec, state)
    )


def live_problems(group: Group) -> Iterator[Problem]:
    """Members that differ from most; where most differ, the cluster is refused, and that is told
    instead."""
    most = len(group.members()) // 2
    domains, listens = differing_domain(group), differing_listen(group)
    for host in domains if len(domains) <= most else ():
        shown, wanted = group.states[host].domain, group.specs[host].domain
        text = f"{host} serves the domain {shown or 'none'}, wanted is {wanted}"
        yield _differs(group, host, "xmpp/domain-differs", "domain", text)
    for host in listens if len(listens) <= most else ():
        listen = group.states[host].listen
        shown = "" if listen is UNKNOWN else " ".join(sorted(listen))
        wanted = " ".join(group.specs[host].listen)
        text = f"{host} listens on {shown or 'no interface'}, wanted is {wanted}"
        yield _differs(group, host, "xmpp/listen-differs", "listen", text)


def _differs(group: Group, host: str, rule: str, rung: str, text: str) -> Problem:
    return Problem(
        host,
        rule,
        text,
        cluster=group.cluster,
        evidence=(Evidence(host, STATUS.line, text.partition(", wanted")[0]),),
        likelihood=80,
        explains=frozenset({"xmpp/cut-off", "callbridge/alarm", "callbridge/log"}) | SYMPTOMS,
        asks=((host, "xmpp", rung),),
    )
