"""The rules of ``xmpp`` at length: what forbids to change who is in a live cluster."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.explanation import Explanation

__all__ = ["DEPARTURES"]

_NOTHING = "Nothing is done to the cluster."

DEPARTURES: Mapping[str, Explanation] = {
    "xmpp/first-leaves": Explanation(
        "The founder shall leave",
        "Others join the first server, and it makes secrets; it cannot be one that leaves.",
        "`xmpp_cluster_first` names a server with `xmpp_state: absent`.",
        _NOTHING,
        "Name a server that stays as `xmpp_cluster_first`, or take the line out.",
    ),
    "xmpp/not-dead": Explanation(
        "A server that answers is said to be dead",
        "Its entry would be taken off the list while it serves, and it would not know.",
        "`xmpp_peers_absent` has an address of a server that was just looked at.",
        _NOTHING,
        "Take the address out of `xmpp_peers_absent`; who shall leave has `xmpp_state: absent`.",
        "CSCvi67717",
    ),
    "xmpp/no-cluster": Explanation(
        "There is no cluster to change",
        "The play changes a cluster that is there, and none of the servers is in one.",
        "`xmpp` says `Clustered: false` everywhere.",
        _NOTHING,
        "Found the cluster with playbooks/site.yml; or look whether it is the right inventory.",
    ),
    "xmpp/member-lost": Explanation(
        "A member runs and sees no leader",
        "It was just started, its server does not run, or the network cuts it off. While one is"
        " lost already, no other is touched.",
        "`xmpp cluster status` of the server names no leader; the others list it.",
        _NOTHING,
        "Wait a minute and plan again; else `cmsdeploy doctor`.",
        "Cisco Meeting InfoHub FAQ 68/500",
    ),
    "xmpp/unknown-peer": Explanation(
        "A peer is listed that the inventory does not know",
        "It counts for the majority, and nobody can tell whether it is alive.",
        "`xmpp cluster status` lists an address that no server of the inventory has.",
        _NOTHING,
        "Name it in `xmpp_peers_absent` where its server is dead; else add the server.",
    ),
    "xmpp/entry-stays": Explanation(
        "Nobody can take the entry off",
        "An entry is taken off the list on another member that sees a leader; there is none.",
        "`xmpp cluster status` of the other servers.",
        _NOTHING,
        "Mend these servers first: `cmsdeploy doctor`.",
        "Cisco TAC 213479, scenario 3",
    ),
}
