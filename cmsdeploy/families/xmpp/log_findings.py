"""What a log shows of XMPP servers: the same findings as live, as far as the replies are there.

What is wanted is not known here, so it is taken from the log itself: the servers are the boxes that
show something, the call bridges are those that any of them lists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from cmsdeploy.families.xmpp.commands import BRIDGE_LIST, CLUSTER_STATUS, STATUS
from cmsdeploy.families.xmpp.facts import XmppState, understand
from cmsdeploy.families.xmpp.findings import cluster_findings
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.log_clusters import clusters_in
from cmsdeploy.families.xmpp.log_lists import WHOLE_SECRET, is_understood, readable_bridges
from cmsdeploy.families.xmpp.secret_findings import secret_findings
from cmsdeploy.families.xmpp.spec import Recipe, XmppSpec
from cmsdeploy.model.action import Command, Read, Reply
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.logged import Logged, LoggedReply
from cmsdeploy.model.secret import UNKNOWN, Secret
from cmsdeploy.model.step import Problem

__all__ = ["log_findings", "log_secrets", "not_in_log"]

_READS = (STATUS, BRIDGE_LIST, CLUSTER_STATUS)
_RESET = "xmpp reset"
_SECRET_LINE = re.compile(r"\bSecret *: *(\S+)")
_LINES = {
    BRIDGE_LIST: re.compile(r"\*{3,}$|(?:Callbridge|Domain|Secret) *:", re.IGNORECASE),
    CLUSTER_STATUS: re.compile(
        r"List of peers$|\S+:\d{1,5}(?: \(Leader\))?$"
        r"|(?:State|Last state change|Key file|Certificate file|Trust bundle) *:"
    ),
}
_SHORTEST = 5
_ADDRESS = re.compile(r"ipv4 \w+")


def log_findings(logs: Mapping[str, Logged]) -> Iterator[Problem]:
    """What is wrong, by the newest replies of each box."""
    states = {host: _state(logged) for host, logged in logs.items() if host}
    for hosts in clusters_in(states):
        own = {host: states[host] for host in hosts}
        for problem in (*_of_cluster(logs, own), *_of_secrets(logs, own)):
            # Which cluster it is nobody says; its first box tells it from the others.
            cluster = hosts[0] if len(hosts) < len(states) else ""
            yield replace(problem, asks=(), cluster=cluster)


def log_secrets(logs: Mapping[str, Logged]) -> Iterator[Secret]:
    """Every secret that a log may show, wherever it stands."""
    for logged in logs.values():
        typed = (reply.line for reply in logged.replies)
        for line in (*typed, *logged.every_line()):
            yield from (Secret(found[0]) for found in WHOLE_SECRET.finditer(line))
            yield from (Secret(found[1]) for found in _SECRET_LINE.finditer(line))
        for reply in logged.replies:
            # A box that echoes shows the secret behind the question; some give it as a word.
            if reply.line.split()[:3] == ["xmpp", "callbridge", "add-secret"]:
                words = (
                    *reply.line.split()[4:],
                    *" ".join(reply.text.splitlines()[:2]).split()[3:],
                )
                yield from (Secret(word) for word in words if len(word) > _SHORTEST)


def not_in_log(logs: Mapping[str, Logged]) -> Iterator[str]:
    """What one would have to see to say more."""
    servers = [h for h, one in logs.items() if h and any(one.last(r.line) for r in _READS)]
    for read in _READS:
        lacking = [host for host in servers if logs[host].last(read.line) is None]
        if lacking or not servers:
            yield f"`{read.line}` of {', '.join(lacking) or 'any XMPP server'}"
    states = {host: _state(logs[host]) for host in servers}
    yield from _not_understood(logs, servers)
    groups = clusters_in(states)
    if len(groups) > 1:
        told = "; ".join(", ".join(hosts) for hosts in groups)
        yield f"one cluster: boxes that name different peers were looked at apart: {told}"
    for hosts in groups:
        peers = {peer for host in hosts for peer in states[host].peers}
        if len(peers) > len(hosts):
            shown = f"{len(peers)} peers are listed, and the log is of {', '.join(hosts)} only"
            yield f"the other servers: {shown}"


def _not_understood(logs: Mapping[str, Logged], hosts: Sequence[str]) -> Iterator[str]:
    """What stands in the log and is not believed: to pass it over would be a false comfort."""
    for host in hosts:
        reply = logs[host].last(BRIDGE_LIST.line)
        if reply is not None and not is_understood(logs[host], _beginning(BRIDGE_LIST, reply.text)):
            read = ", ".join(readable_bridges(reply.text)) or "none"
            yield (
                f"`{BRIDGE_LIST.line}` of {host} ({reply.place}) as a whole: it is cut, or a record"
                f" has other lines than Callbridge, Domain, Secret; read: {read}"
            )
        reply = logs[host].last(CLUSTER_STATUS.line)
        state = _state(logs[host])
        is_odd = state.has_strange_peers or (state.role is not None and not state.peers)
        if reply is not None and is_odd:
            yield (
                f"`{CLUSTER_STATUS.line}` of {host} ({reply.place}) as a whole: its list of peers"
                " is cut, or has lines that are no peer"
            )


def _state(logged: Logged) -> XmppState:
    replies: dict[Read, Reply] = {}
    for read in _READS:
        found = logged.last(read.line)
        if found is not None:
            replies[read] = Reply(_beginning(read, found.text))
    for reply in logged.replies:
        if _ADDRESS.fullmatch(reply.line):
            replies[Command.of(*reply.line.split())] = Reply(reply.text)
    state = understand(replies)
    listed = logged.last(BRIDGE_LIST.line)
    if listed and not is_understood(logged, replies[BRIDGE_LIST].text):
        return replace(state, bridges=readable_bridges(listed.text) or UNKNOWN)
    return state


def _beginning(read: Command, text: str) -> str:
    """The lines that belong to the reply: behind them stands whatever was pasted next."""
    form = _LINES.get(read)
    lines = [line.strip() for line in text.splitlines()]
    own = [] if form is None else list(takewhile(lambda line: not line or form.match(line), lines))
    return "\n".join(own) if any(own) else text


def _spec(host: str, first: str, bridges: tuple[str, ...], servers: tuple[str, ...]) -> XmppSpec:
    return XmppSpec(
        host=host,
        cluster="",
        domain="",
        listen=(),
        key="",
        certificate="",
        bundle="",
        trust="",
        bridges=bridges,
        absent=(),
        first=first,
        address="",
        recipe=Recipe.TAC_217319,
        servers=servers,
    )


def _group(
    states: Mapping[str, XmppState], first: str, unseen: int = 0, cut: frozenset[str] = frozenset()
) -> Group:
    """``cut`` are the boxes whose list of call bridges is not whole: they lack nothing for sure."""
    shown = [state.bridges for state in states.values() if state.bridges is not UNKNOWN]
    bridges = tuple(dict.fromkeys(name for listed in shown for name in listed))
    servers = (*states, *(f"a server that is not in the log ({n + 1})" for n in range(unseen)))
    specs = {
        host: _spec(host, first, _listed(state) if host in cut else bridges, servers)
        for host, state in states.items()
    }
    return Group("", specs, states)


def _listed(state: XmppState) -> tuple[str, ...]:
    return () if state.bridges is UNKNOWN else tuple(state.bridges)


def _of_cluster(logs: Mapping[str, Logged], states: Mapping[str, XmppState]) -> Iterator[Problem]:
    # A server whose cluster status is not in the log is not taken for one that lists nobody; nor
    # is one of which a document prints the command alone.
    asked = {
        host: replace(state, bridges=UNKNOWN)
        for host, state in states.items()
        if logs[host].last(CLUSTER_STATUS.line)
        and (state.role is not None or state.enabled is False)
        and not state.has_strange_peers
    }
    if not asked:
        return
    peers = {peer for state in asked.values() for peer in state.peers}
    unseen = max(len(peers) - len(asked), 0 if peers else 1)
    for problem in cluster_findings(_group(asked, next(iter(asked)), unseen)):
        yield replace(problem, evidence=(*problem.evidence, *_resets(logs, problem)))


def _resets(logs: Mapping[str, Logged], problem: Problem) -> Iterator[Evidence]:
    """`xmpp reset` typed in the very log explains a peer that is listed twice."""
    for host, logged in logs.items() if problem.rule == "xmpp/duplicate-peer" else ():
        typed = logged.last(_RESET)
        if typed is not None:
            yield Evidence(host, _RESET, f"typed in this log ({typed.place})")


def _of_secrets(logs: Mapping[str, Logged], states: Mapping[str, XmppState]) -> Iterator[Problem]:
    seen = {host: state for host, state in states.items() if state.bridges is not UNKNOWN}
    everything = {**seen, **_earlier(logs, seen)}
    if not everything:
        return
    first = min(everything, key=lambda host: _repeated(everything[host]))
    cut = frozenset(
        host
        for host in seen
        if (reply := logs[host].last(BRIDGE_LIST.line))
        and not is_understood(logs[host], _beginning(BRIDGE_LIST, reply.text))
    )
    for problem in secret_findings(_group(everything, first, cut=cut)):
        if problem.host in seen:
            yield problem


def _repeated(state: XmppState) -> int:
    """How many secrets stand under more than one name."""
    listed = {} if state.bridges is UNKNOWN else state.bridges
    counted = Counter(one.secret for one in listed.values() if isinstance(one.secret, Secret))
    return sum(times - 1 for times in counted.values())


def _earlier(logs: Mapping[str, Logged], states: Mapping[str, XmppState]) -> dict[str, XmppState]:
    """Older lists of the same box that name the same call bridges: they bear witness as another
    server would."""
    found: dict[str, XmppState] = {}
    for host, state in states.items():
        for reply in _lists(logs[host])[:-1]:
            older = understand({BRIDGE_LIST: Reply(_beginning(BRIDGE_LIST, reply.text))})
            if state.bridges is UNKNOWN or older.bridges is UNKNOWN:
                continue
            if set(older.bridges) == set(state.bridges):
                found[f"{host} before ({reply.place})"] = older
    return found


def _lists(logged: Logged) -> list[LoggedReply]:
    wanted = BRIDGE_LIST.line.split()
    return [reply for reply in logged.replies if reply.line.split() == wanted]
