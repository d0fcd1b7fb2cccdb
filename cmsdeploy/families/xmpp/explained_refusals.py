"""The rules of ``xmpp`` at length: what forbids to touch a cluster."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.explanation import Explanation

__all__ = ["REFUSALS"]

_NOTHING = "Nothing is done to the cluster."

_PLAY: Mapping[str, Explanation] = {
    "xmpp/first-missing": Explanation(
        "The founder is not in the play",
        "One server founds the cluster and the others join it. The play does not have it.",
        "The parameter `first` names a host that the task is not for.",
        _NOTHING,
        "Let the play have all XMPP servers of the cluster.",
        "Cisco TAC 217319, step 14",
    ),
    "xmpp/servers-left-out": Explanation(
        "The task has a part of a cluster only",
        "Leader, majority and secrets concern all servers of a cluster; of a part of them nothing"
        " can be said.",
        "The task's hosts are fewer than its parameter `servers`.",
        _NOTHING,
        "Take `serial`, `when` or the pattern off the task; `--limit` narrows what is written.",
    ),
    "xmpp/two-servers": Explanation(
        "Two servers are worse than one",
        "A majority of two is two: when one server is lost, the other stops, too.",
        "The cluster of the inventory has two servers.",
        _NOTHING,
        "Let the cluster have one, three or five servers.",
        "Cisco Meeting InfoHub FAQ 68/500",
    ),
}

_UNREADABLE: Mapping[str, Explanation] = {
    "xmpp/status-unreadable": Explanation(
        "The status of the server is not understood",
        "It cannot be told whether the server is enabled.",
        "The reply to `xmpp` has no line `Enabled`.",
        _NOTHING,
        "Send `xmpp` by hand, and report the layout.",
    ),
    "xmpp/callbridges-unreadable": Explanation(
        "The list of call bridges is not understood",
        "Existing secrets cannot be told, and a second secret must not be made.",
        "The reply to `xmpp callbridge list` has another layout than the known one.",
        _NOTHING,
        "Send `xmpp callbridge list` by hand, and report the layout without the secrets.",
    ),
    "xmpp/peers-unreadable": Explanation(
        "The list of peers is not understood",
        "It cannot be told who is in the cluster.",
        "The reply to `xmpp cluster status` has a line in the list that is no address and port.",
        _NOTHING,
        "Send `xmpp cluster status` by hand, and report the layout.",
    ),
}

_CLUSTER: Mapping[str, Explanation] = {
    "xmpp/two-clusters": Explanation(
        "The servers are in two clusters",
        "Somebody initialized a second cluster, or a removed server founded one of its own.",
        "`xmpp cluster status`: the lists of peers have no address in common.",
        "Clients and call bridges of one half do not reach the other.",
        "On the server that is wrong, send `xmpp cluster remove`; then it joins the others.",
    ),
    "xmpp/dead-peer": Explanation(
        "The cluster lists a server that says it is in none",
        "The server was reset or disabled without being removed first. Joining now would list it"
        " twice (CSCvi67717).",
        "`xmpp` says `Clustered: false`; the other servers list its address.",
        "The dead entry counts for the majority and never votes.",
        "On another member, take the entry out with `xmpp cluster remove ADDRESS`, never without"
        " the address; then the server joins again.",
        "Cisco TAC 213479, scenario 3; CSCvi67717",
    ),
    "xmpp/membership-unclear": Explanation(
        "It cannot be told whether a peer is this server",
        "Peers are listed by address. The server is known by a name only, and one peer belongs to"
        " nobody else.",
        "`xmpp cluster status` of the others, and `ipv4` of this server.",
        _NOTHING,
        "Give the server an IP address as `xmpp_address`.",
    ),
    "xmpp/live-domain": Explanation(
        "The live cluster serves another domain",
        "Most of its members do. To change the domain, all servers have to be stopped together:"
        " what a member does that is given another one is not known.",
        "The domain in the status, or in `xmpp callbridge list`.",
        "Names of the inventory and of the boxes do not agree.",
        "Mend the inventory; or, where the other domain is meant, take an outage:"
        " playbooks/change-domain.yml.",
    ),
    "xmpp/live-listen": Explanation(
        "The live servers listen elsewhere",
        "Most members do. To change the interface of a member changes the address by which the"
        " others list it.",
        "The interfaces in the reply to `xmpp`.",
        "Names of the inventory and of the boxes do not agree.",
        "Mend the inventory; or, where the other interfaces are meant, take an outage:"
        " playbooks/change-interface.yml.",
    ),
    "xmpp/no-interface": Explanation(
        "The server shall listen on an interface that the box does not have",
        "A letter in `xmpp_listen` is wrong. The server would be stopped before the box says so.",
        "`ipv4` with the letter fails and speaks of the interface.",
        _NOTHING,
        "Mend `xmpp_listen`; `ipv4 a`, `ipv4 b` and so on show which ones there are.",
    ),
    "xmpp/majority": Explanation(
        "Stopping a server would lose the majority",
        "A change needs a restart of the server, and too few of the listed peers would be left.",
        "`xmpp cluster status`: peers listed against servers that run.",
        _NOTHING,
        "Bring back the missing servers first.",
    ),
    "xmpp/no-leader": Explanation(
        "A cluster without a leader",
        "The server lists several peers and none of them leads: no majority sees each other.",
        "`xmpp cluster status` without `(Leader)`.",
        "Nobody can log in.",
        "Start the stopped servers with `xmpp enable` and wait for the election; where that does"
        " not help, playbooks/rebuild-cluster.yml founds the cluster anew.",
        "Cisco TAC 213479",
    ),
    "xmpp/nobody-runs": Explanation(
        "The whole cluster is stopped",
        "Servers belong to a cluster that no server shows now, so nothing can be said about it.",
        "`xmpp` says `Clustered: true` and `Enabled: false`.",
        "Nobody can log in.",
        "Start the servers with `xmpp enable`, wait for a leader, and look again. Where a run was"
        " cut that changes domain or interfaces, apply that playbook again; where nothing helps,"
        " playbooks/rebuild-cluster.yml.",
    ),
}

REFUSALS: Mapping[str, Explanation] = {**_PLAY, **_UNREADABLE, **_CLUSTER}
