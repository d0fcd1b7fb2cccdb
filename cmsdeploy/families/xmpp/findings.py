"""What is wrong between the servers of one cluster, causes first, by what they say of each other.

Each finding names the rules that follow from it, so that a stopped server comes before the three
sentences about peers and leaders that it makes untrue.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.xmpp.commands import CLUSTER_STATUS, STATUS
from cmsdeploy.families.xmpp.entry_findings import entry_findings
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group, Standing
from cmsdeploy.families.xmpp.live_settings import live_problems
from cmsdeploy.families.xmpp.secret_findings import secret_findings
from cmsdeploy.families.xmpp.service_findings import service_problems
from cmsdeploy.families.xmpp.symptoms import LOGINS, SYMPTOMS, symptoms
from cmsdeploy.families.xmpp.trust_findings import trust_findings
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Problem

__all__ = ["cluster_findings", "findings"]


def findings(group: Group) -> Iterator[Problem]:
    """Everything that is wrong with this group, as far as the servers show it."""
    if _is_untouched(group):
        yield _not_deployed(group)
        return
    yield from _settings(group)
    yield from live_problems(group)
    yield from secret_findings(group)
    yield from service_problems(group)
    yield from trust_findings(group)
    yield from cluster_findings(group)


def cluster_findings(group: Group) -> Iterator[Problem]:
    """What is wrong with who is in the cluster, who runs and who leads."""
    yield from _standing_still(group)
    yield from _outside(group)
    yield from entry_findings(group)
    yield from _cut_off(group)
    yield from _without_leader(group)
    yield from symptoms(group)


def _is_untouched(group: Group) -> bool:
    return all(
        state.enabled is False
        and state.clustered is not True
        and not state.peers
        and state.bridges is not UNKNOWN
        and not state.bridges
        for state in group.states.values()
    )


def _not_deployed(group: Group) -> Problem:
    return Problem(
        group.first,
        "xmpp/not-deployed",
        f"nothing is set up on {', '.join(group.specs)}: no server runs, none is in a cluster",
        cluster=group.cluster,
        evidence=tuple(_status(host, state) for host, state in group.states.items()),
        likelihood=95,
        explains=LOGINS,
    )


def _status(host: str, state: XmppState) -> Evidence:
    enabled = "unknown" if state.enabled is UNKNOWN else str(state.enabled).lower()
    clustered = "not shown" if state.clustered is UNKNOWN else str(state.clustered).lower()
    return Evidence(host, STATUS.line, f"Enabled: {enabled}, Clustered: {clustered}")


def _standing_still(group: Group) -> Iterator[Problem]:
    stopped = [
        host
        for host, state in group.states.items()
        if state.enabled is False
        and (state.clustered is True or (state.clustered is UNKNOWN and group.listed_as(host)))
        and not (group.is_live and group.standing(host) is Standing.OUTSIDE)
    ]
    running = [host for host, state in group.states.items() if state.enabled is True]
    if stopped and not running and not group.unseen:
        yield Problem(
            stopped[0],
            "xmpp/nobody-runs",
            f"every server of the cluster is stopped: {', '.join(stopped)}",
            cluster=group.cluster,
            evidence=tuple(_status(host, group.states[host]) for host in stopped),
            fix="start all of them with `xmpp enable`, then wait for a leader",
            likelihood=95,
            explains=SYMPTOMS | LOGINS,
            asks=tuple((host, "xmpp", "enable") for host in stopped),
        )
        return
    for host in stopped:
        yield Problem(
            host,
            "xmpp/stopped",
            f"the XMPP server of {host} is a member of the cluster and is not enabled",
            cluster=group.cluster,
            evidence=(_status(host, group.states[host]), *_listed_elsewhere(group, host)),
            fix="start it with: xmpp enable",
            likelihood=90,
            explains=SYMPTOMS | {"xmpp/no-leader"} | LOGINS,
            asks=((host, "xmpp", "enable"),),
        )
    for host, state in group.states.items():
        if state.enabled is True and state.runs is False:
            yield Problem(
                host,
                "xmpp/not-running",
                f"the XMPP server of {host} is enabled and does not run",
                cluster=group.cluster,
                evidence=(Evidence(host, STATUS.line, "STATUS: not running"),),
                likelihood=90,
                explains=SYMPTOMS | {"xmpp/no-leader", "xmpp/not-joined"} | LOGINS,
            )


def _listed_elsewhere(group: Group, host: str) -> Iterator[Evidence]:
    peer = group.listed_as(host)
    for other in group.running if peer else ():
        if other != host:
            yield Evidence(other, CLUSTER_STATUS.line, f"lists {peer}")


def _outside(group: Group) -> Iterator[Problem]:
    for host in group.specs if group.is_live else ():
        if group.standing(host) is not Standing.OUTSIDE:
            continue
        peers = ", ".join(sorted(group.peers))
        seen = tuple(
            Evidence(other, CLUSTER_STATUS.line, f"lists {peers}, and no address of {host}")
            for other in group.running[:1]
        )
        yield Problem(
            host,
            "xmpp/not-joined",
            f"{host} is not in the cluster of the other servers",
            cluster=group.cluster,
            evidence=(_status(host, group.states[host]), *seen),
            likelihood=85,
            explains=SYMPTOMS | LOGINS | {"xmpp/secret-missing"},
            # The number of peers and who leads is said of the first server.
            explains_on=frozenset({host, group.first}),
            asks=((host, "xmpp", "*"), (host, "pki", "*")),
        )


def _cut_off(group: Group) -> Iterator[Problem]:
    for host, state in group.states.items() if group.is_live else ():
        peer = group.listed_as(host)
        if host in group.running or not peer or state.enabled is not True or state.runs is False:
            continue
        alone = ", ".join(state.peers) or "no peer"
        yield Problem(
            host,
            "xmpp/cut-off",
            f"{host} runs and does not reach the others: it names no leader, they list it",
            cluster=group.cluster,
            evidence=(
                Evidence(host, CLUSTER_STATUS.line, f"State: {state.role or 'none'}; {alone}"),
                *_listed_elsewhere(group, host),
            ),
            likelihood=70,
            explains=SYMPTOMS | LOGINS,
        )


def _without_leader(group: Group) -> Iterator[Problem]:
    waiting = [h for h, s in group.states.items() if s.enabled is True and s.role is not None]
    if group.is_live or not waiting:
        return
    # Servers that see each other show several peers; one that lost the majority shows itself only.
    yield Problem(
        waiting[0],
        "xmpp/no-leader",
        f"{', '.join(waiting)} run{'s' if len(waiting) == 1 else ''} and no server leads",
        cluster=group.cluster,
        evidence=tuple(
            Evidence(
                host,
                CLUSTER_STATUS.line,
                f"State: {group.states[host].role}, {len(group.states[host].peers)} peers,"
                " none is marked as leader",
            )
            for host in waiting
        ),
        likelihood=75,
        explains=SYMPTOMS | LOGINS,
    )


def _settings(group: Group) -> Iterator[Problem]:
    """What one member has otherwise than wanted, where another member has it as wanted: where
    nobody has it, it is a change that waits for its rollout."""
    for host, state in group.states.items():
        spec = group.specs[host]
        own = (state.key, state.certificate, state.bundle)
        if state.clustered is not True or UNKNOWN in own:
            continue
        others = [(o, group.states[o], group.specs[o]) for o in group.clustered if o != host]
        has_pair = [o for o, s, w in others if (s.key, s.certificate) == (w.key, w.certificate)]
        has_trust = [o for o, s, w in others if s.trust == w.trust]
        if has_pair and own != (spec.key, spec.certificate, spec.bundle):
            text = f"{host} presents {state.certificate or 'none'}, wanted is {spec.certificate}"
            yield _differs(group, host, "xmpp/certificate-differs", text, "certs", STATUS.line)
        if has_trust and state.trust not in (UNKNOWN, spec.trust):
            text = f"{host} trusts peers by {state.trust or 'none'}, wanted is {spec.trust}"
            yield _differs(group, host, "xmpp/trust-differs", text, "trust", CLUSTER_STATUS.line)


def _differs(group: Group, host: str, rule: str, text: str, rung: str, command: str) -> Problem:
    return Problem(
        host,
        rule,
        text,
        cluster=group.cluster,
        evidence=(Evidence(host, command, text.partition(", wanted")[0]),),
        likelihood=80,
        explains=frozenset({"xmpp/cut-off", "xmpp/no-leader"}) | SYMPTOMS,
        asks=((host, "xmpp", rung),),
    )
