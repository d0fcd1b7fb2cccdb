"""The rules of ``xmpp`` at length: all servers are stopped together, or are not."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.explanation import Explanation

__all__ = ["OUTAGES"]

OUTAGES: Mapping[str, Explanation] = {
    "xmpp/outage": Explanation(
        "The cluster is down for a while",
        "All servers are stopped, reset and founded anew. The length is made of what the steps"
        " declare: stop, settings, start, election, and one round of tries of a call bridge (64 s)."
        " The others join while the first one serves.",
        "The plan has steps marked outage.",
        "Nobody logs in until the first server leads again; calls that are up are not promised.",
        "Choose a window that is long enough. Cut it anywhere, and apply it again.",
        "Cisco TAC 217319, step 14",
    ),
    "xmpp/well": Explanation(
        "The cluster is well and not founded anew",
        "playbooks/rebuild-cluster.yml is for a cluster that nobody leads, or whose list of peers"
        " is wrong. This one has a leader, and every server sees it.",
        "`xmpp cluster status` of every server.",
        "Nothing: it was left alone.",
        "Where it is meant all the same, write `rebuild: asked` and add `outage` to `allow` in the"
        " playbook.",
    ),
    "xmpp/leaves-meanwhile": Explanation(
        "A server shall leave while the cluster is founded anew",
        "Servers that leave go one at a time, with a majority that runs; here all are stopped.",
        "`xmpp_state: absent`, and a parameter `rebuild` that has something to do.",
        "Nothing is done to the cluster.",
        "Take the servers out first (playbooks/remove-server.yml), or let them be present.",
    ),
}
