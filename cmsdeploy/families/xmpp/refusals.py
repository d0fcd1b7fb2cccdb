"""What speaks against touching a cluster, seen at the first look.

Each refusal says the cause and the one thing by which a person can look or help. They are written
so that no step of ours can bring a cluster into one of these states: a run that is cut and started
again is never refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cmsdeploy.families.xmpp.departures import departure_refusals
from cmsdeploy.families.xmpp.group import Group, Standing
from cmsdeploy.families.xmpp.live_settings import (
    differing_domain,
    differing_listen,
    lacking_interfaces,
    needs_restart,
)
from cmsdeploy.families.xmpp.renewal import change_refusals
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Refusal

__all__ = ["refusals"]


def refusals(group: Group) -> tuple[Refusal, ...]:
    """Everything that speaks against a climb in this group; empty lets it go on."""
    left_out = tuple(_left_out(group))
    if left_out:
        return left_out
    if group.first not in group.specs:
        return (
            _refusal(
                group,
                next(iter(group.specs)),
                "xmpp/first-missing",
                Phrase(
                    "{first} founds cluster {cluster} and is not a host of this play; let"
                    " the play have all XMPP servers of the cluster",
                    first=group.first,
                    cluster=group.cluster,
                ),
            ),
        )
    seen = (
        tuple(_unreadable(group))
        or tuple(_against(group))
        or tuple(departure_refusals(group))
        or tuple(change_refusals(group.staying))
    )
    return (*_two_servers(group), *seen)


def _left_out(group: Group) -> Iterator[Refusal]:
    """A part of a cluster cannot be judged, and two servers are worse than one (FAQ 68/500)."""
    host = next(iter(group.specs))
    wanted = dict.fromkeys(name for spec in group.specs.values() for name in spec.servers)
    missing = [name for name in wanted if name not in group.specs]
    if missing:
        text = Phrase(
            "the task has {hosts} and leaves out {missing} of the same cluster; take"
            " `serial`, `when` or the pattern off it: the servers are changed one at"
            " a time anyway, and --limit narrows what is written",
            hosts=", ".join(group.specs),
            missing=", ".join(missing),
        )
        yield _refusal(group, host, "xmpp/servers-left-out", text)


def _two_servers(group: Group) -> Iterator[Refusal]:
    staying = group.staying.specs
    if len(staying) == 2:
        host = next(iter(staying))
        text = Phrase(
            "two servers stop together when one is lost; let the cluster have one, three or five"
        )
        yield Refusal(host, "xmpp/two-servers", text, group.cluster, is_of_number=True)


def _refusal(group: Group, host: str, rule: str, text: str) -> Refusal:
    return Refusal(host, rule, text, group.cluster)


def _unreadable(group: Group) -> Iterator[Refusal]:
    for host, state in group.states.items():
        if state.enabled is UNKNOWN:
            text = Phrase(
                "the reply to `xmpp` does not say whether the server is enabled; look with: xmpp"
            )
            yield _refusal(group, host, "xmpp/status-unreadable", text)
        if state.bridges is UNKNOWN:
            text = Phrase(
                "the reply to `xmpp callbridge list` is not understood, so existing"
                " secrets cannot be told; look with: xmpp callbridge list"
            )
            yield _refusal(group, host, "xmpp/callbridges-unreadable", text)
        if state.has_strange_peers:
            text = Phrase(
                "the list of peers is not understood, so it cannot be told who is in the"
                " cluster; look with: xmpp cluster status"
            )
            yield _refusal(group, host, "xmpp/peers-unreadable", text)


def _against(group: Group) -> Iterator[Refusal]:
    yield from _peers_twice(group)
    yield from _two_clusters(group)
    yield from _no_interface(group)
    if group.is_live:
        yield from _standings(group)
        yield from _live_settings(group)
        yield from _majority(group)
    else:
        yield from _nobody_leads(group)


def _peers_twice(group: Group) -> Iterator[Refusal]:
    for host, state in group.states.items():
        twice = sorted({peer for peer in state.peers if state.peers.count(peer) > 1})
        if twice:
            yield _refusal(
                group,
                host,
                "xmpp/duplicate-peer",
                Phrase(
                    "{peers} is listed more than once (CSCvi67717: a member was reset and"
                    " joined again); on another member, take the entry out with: xmpp"
                    " cluster remove {address}",
                    peers=", ".join(twice),
                    address=_bare(twice[0]),
                ),
            )


def _two_clusters(group: Group) -> Iterator[Refusal]:
    seen: frozenset[str] = frozenset()
    for host in group.running:
        peers = frozenset(group.states[host].peers)
        if (seen and not peers & seen) or host in group.strays:
            yield _refusal(
                group,
                host,
                "xmpp/two-clusters",
                Phrase(
                    "it is in another cluster ({peers}) than the servers before it; on"
                    " {host} itself, take it out of that one with: xmpp cluster remove",
                    peers=", ".join(sorted(peers)),
                    host=host,
                ),
            )
        else:
            seen |= peers


def _no_interface(group: Group) -> Iterator[Refusal]:
    for host, name in lacking_interfaces(group):
        text = Phrase(
            "the box says that it has no interface {interface}, where xmpp_listen wants the"
            " server to listen; look with: ipv4 {interface}",
            interface=name,
        )
        yield _refusal(group, host, "xmpp/no-interface", text)


def _standings(group: Group) -> Iterator[Refusal]:
    for host in group.specs:
        standing = group.standing(host)
        if standing is Standing.LISTED_WITHOUT_KNOWING:
            yield _refusal(
                group,
                host,
                "xmpp/dead-peer",
                Phrase(
                    "the other servers still list it, and it says that it is in no cluster;"
                    " joining again would list it twice (CSCvi67717); on {contact}, take the"
                    " old entry out with: xmpp cluster remove {address} (never without the"
                    " address: that would take {contact} out)",
                    contact=group.contact,
                    address=_bare(group.listed_as(host)),
                ),
            )
        if standing is Standing.UNCLEAR:
            yield _refusal(
                group,
                host,
                "xmpp/membership-unclear",
                Phrase(
                    "it cannot be told whether one of the listed peers is this server; give"
                    " it an IP address as xmpp_address, or look with: xmpp cluster status"
                ),
            )


def _bare(peer: str) -> str:
    return peer.rpartition(":")[0]


def _live_settings(group: Group) -> Iterator[Refusal]:
    """Where most members have other settings than wanted, the cluster is another one; a member that
    differs from most is put right as any other change is made, one at a time."""
    differing = differing_domain(group)
    if _are_most(group, differing):
        for host in differing:
            domain = group.states[host].domain
            text = Phrase(
                "the live cluster serves domain {domain}, not {wanted}",
                domain=domain,
                wanted=group.specs[host].domain,
            )
            yield _live(group, host, "xmpp/live-domain", text, "change-domain.yml")
    differing = differing_listen(group)
    if _are_most(group, differing):
        for host in differing:
            text = Phrase(
                "the live server listens elsewhere than on {interfaces}",
                interfaces=" ".join(group.specs[host].listen),
            )
            yield _live(group, host, "xmpp/live-listen", text, "change-interface.yml")


def _are_most(group: Group, hosts: Sequence[str]) -> bool:
    # Stopped members count, too: we stop a server, and that must not make the others the most.
    return 2 * len(hosts) > len(group.members())


def _live(group: Group, host: str, rule: str, text: str, playbook: str) -> Refusal:
    outage = Phrase(
        "{text}; that is an outage of the whole cluster and not done by this play; where it is"
        " meant: playbooks/{playbook}",
        text=text,
        playbook=playbook,
    )
    return _refusal(group, host, rule, outage)


def _majority(group: Group) -> Iterator[Refusal]:
    needed = len(group.peers) // 2 + 1
    left = len(group.members()) - 1
    if left >= needed or _is_lone_founder(group):
        return
    for host in group.running:
        if needs_restart(group, host):
            yield _refusal(
                group,
                host,
                "xmpp/majority",
                Phrase(
                    "stopping it would leave {left} of {listed} peers, and {needed} are"
                    " needed; first bring back the missing servers, or bring the cluster to"
                    " three servers with the settings that it has",
                    left=left,
                    listed=len(group.peers),
                    needed=needed,
                ),
            )


def _is_lone_founder(group: Group) -> bool:
    # One server that is the whole cluster may be stopped: while it is down, a second look takes it
    # for a founder that was cut, and starts it. That is so for no other cluster without a leader.
    return len(group.peers) == 1 and group.running == (group.first,) == group.clustered


def _nobody_leads(group: Group) -> Iterator[Refusal]:
    for host, state in group.states.items():
        if state.role is not None and len(set(state.peers)) > 1 and group.staying.specs:
            yield _refusal(
                group,
                host,
                "xmpp/no-leader",
                Phrase(
                    "it says {role} among {number} peers and names no leader; wait for the"
                    " election, or start the stopped servers with: xmpp enable; where that does"
                    " not help, or a run was cut that founds the cluster anew:"
                    " playbooks/rebuild-cluster.yml",
                    role=state.role,
                    number=len(set(state.peers)),
                ),
            )
    elsewhere = group.clustered_elsewhere
    # Where all servers go, nobody is left who could list one that is reset.
    if elsewhere and group.staying.specs:
        yield _refusal(
            group,
            elsewhere[0],
            "xmpp/nobody-runs",
            Phrase(
                "{servers} belong to a cluster that no server shows now; start the"
                " stopped servers with `xmpp enable`, wait for a leader, and plan again; where"
                " that does not help, or a run was cut that founds the cluster anew:"
                " playbooks/rebuild-cluster.yml",
                servers=", ".join(elsewhere),
            ),
        )
