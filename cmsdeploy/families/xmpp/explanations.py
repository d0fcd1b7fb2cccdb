"""The rules of ``xmpp`` at length: what is wrong with a cluster that stands."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.families.xmpp.explained_departures import DEPARTURES
from cmsdeploy.families.xmpp.explained_outages import OUTAGES
from cmsdeploy.families.xmpp.explained_refusals import REFUSALS
from cmsdeploy.families.xmpp.explained_service import SERVICE
from cmsdeploy.model.explanation import Explanation

__all__ = ["EXPLANATIONS"]

_BY_HAND = "Compare `xmpp cluster status` of all servers."
_ONE_BY_ONE = (
    "`xmpp callbridge del NAME`, then `xmpp callbridge add-secret NAME` with the secret of the"
    " other servers; one server at a time. `doctor --fix` plans exactly that."
)

_CLUSTER: Mapping[str, Explanation] = {
    "xmpp/one-leader": Explanation(
        "Not exactly one server leads",
        "The servers of a cluster elect one leader, and all traffic goes through it. None means"
        " that no majority sees each other; two mean that there are two clusters.",
        "`xmpp cluster status`: `State: LEADER` stands on no server, or on more than one.",
        "Without a leader nobody can log in. With two, clients of one half do not reach the other.",
        "Start stopped servers with `xmpp enable` and wait for the election. A server that leads a"
        " cluster of its own leaves it with `xmpp cluster remove` and joins again.",
        "Cisco TAC 213479, Verify",
    ),
    "xmpp/same-leader": Explanation(
        "The servers name different leaders",
        "Every member names the same peer as leader. Two names mean two clusters; a server that"
        " names none is stopped, or sees no majority.",
        "`xmpp cluster status`: another peer has `(Leader)` behind it.",
        "A message that is sent to one server does not reach the leader of the others.",
        _BY_HAND + " Start what is stopped; take a server out of a cluster of its own.",
        "Cisco TAC 213479, Verify",
    ),
    "xmpp/same-peers": Explanation(
        "A server lists other peers than the others",
        "All members list the same peers, each once, in any order, themselves among them.",
        "`xmpp cluster status`: a peer that another server lists is missing.",
        "A majority is counted over the list: with different lists an election can fail.",
        "Start the server if it is stopped; if it was removed, it joins again.",
        "Cisco TAC 213479, Verify",
    ),
    "xmpp/peer-count": Explanation(
        "More or fewer peers than servers",
        "The cluster lists another number of peers than the inventory has servers: a server never"
        " joined, was removed, or one is listed that the inventory does not know.",
        "`xmpp cluster status`, counted over all servers.",
        "A peer that does not exist counts for the majority and never votes.",
        "Let missing servers join. Take a peer that is no longer there out, on another member, with"
        " `xmpp cluster remove ADDRESS`.",
        "Cisco TAC 213479, scenario 3",
    ),
    "xmpp/duplicate-peer": Explanation(
        "A peer is listed twice",
        "A server was reset with `xmpp reset` while it was a member, and joined again. The cluster"
        " keeps the old entry beside the new one (defect CSCvi67717).",
        "`xmpp cluster status` shows the same address twice.",
        "The dead entry counts for the majority: fewer losses than planned stop the cluster.",
        "On another member, take the entry out with `xmpp cluster remove ADDRESS`; if both entries"
        " go, the server joins again. Never reset a member: `xmpp cluster remove` comes first.",
        "Cisco TAC 213479, scenario 3; CSCvi67717",
    ),
}

_SERVERS: Mapping[str, Explanation] = {
    "xmpp/not-deployed": Explanation(
        "Nothing is set up yet",
        "The servers are as they come out of the carton: not enabled, in no cluster, without call"
        " bridges. That is no fault to be mended but a deployment to be made.",
        "`xmpp` says `Enabled: false` on every server, `xmpp callbridge list` lists nothing.",
        "Nobody can log in.",
        "`cmsdeploy plan` and `cmsdeploy apply` with the playbook of the site.",
        "Cisco TAC 217319, step 14",
    ),
    "xmpp/stopped": Explanation(
        "A member is stopped",
        "The server belongs to the cluster and its XMPP service is not enabled, so it takes no part"
        " in elections and takes no logins.",
        "`xmpp` says `Enabled: false`; the other servers list its address.",
        "One server less may be lost before the cluster has no majority.",
        "`xmpp enable` on that server; then `xmpp cluster status` until it names the leader.",
        "Cisco TAC 213479, Verify",
    ),
    "xmpp/not-running": Explanation(
        "The server is enabled and does not run",
        "It was enabled, and something that it needs to start is gone: a file, or a port.",
        "`xmpp` says `Enabled: true` and `STATUS: XMPP server not running`.",
        "As if it were stopped: no logins, no vote.",
        "`xmpp disable`, then `xmpp enable`: its FAILURE lines name what is missing.",
        "Cisco TAC 217320, for the shape of the replies",
    ),
    "xmpp/not-joined": Explanation(
        "A server is not in the cluster",
        "The other servers have a cluster with a leader and do not list this one. It was removed,"
        " or has never joined.",
        "`xmpp cluster status` of the others has no address of this server.",
        "The cluster survives fewer losses than planned.",
        "`xmpp cluster enable` while stopped, `xmpp enable`, then `xmpp cluster join ADDRESS` of a"
        " member. `doctor --fix` plans exactly that.",
        "Cisco TAC 217319, step 29",
    ),
    "xmpp/cut-off": Explanation(
        "A member does not reach the others",
        "The server runs, the others list it, and it names no leader: between it and the others"
        " something is closed, or they do not trust each other's certificates.",
        "`xmpp cluster status` here shows no `(Leader)`, on the others it does.",
        "Call bridges that log in here reach nobody; the cluster has one vote less.",
        "Let TCP 5222 pass between the servers, and see that the cluster trust of each server holds"
        " the certificates of all.",
        "Cisco TAC 213479, Verify and step 4",
    ),
    "xmpp/certificate-differs": Explanation(
        "One member presents another certificate than wanted",
        "The settings of the server name other files than the inventory, while other members have"
        " the wanted ones.",
        "Key, certificate and bundle in the reply to `xmpp`.",
        "Peers and clients that trust the wanted certificate do not trust this one.",
        "Stop the server, `xmpp certs KEY CERTIFICATE BUNDLE`, start it; one server at a time.",
        "Cisco TAC 213479, steps 3 and 4; Cisco TAC 214618",
    ),
    "xmpp/domain-differs": Explanation(
        "One member serves another domain than wanted",
        "The settings of the server name another domain, while most members have the wanted one.",
        "The domain in the reply to `xmpp`, or in `xmpp callbridge list`.",
        "Users and call bridges of the wanted domain are turned away by this server.",
        "Stop the server, `xmpp domain DOMAIN`, start it; one server at a time.",
        "Cisco TAC 217319, step 2",
    ),
    "xmpp/listen-differs": Explanation(
        "One member listens elsewhere than wanted",
        "The settings of the server name other interfaces, while most members have theirs as"
        " wanted.",
        "The interfaces in the reply to `xmpp`.",
        "Who looks for the server at its address finds nobody there.",
        "Stop the server, `xmpp listen INTERFACE`, start it; one server at a time.",
        "Cisco TAC 217319, step 3",
    ),
    "xmpp/certificate-expired": Explanation(
        "The certificate in service is over",
        "The server presents a certificate whose last moment has passed. Who checks it, refuses the"
        " connection.",
        "A handshake with the port of the server, compared with our clock.",
        "Clients and other servers refuse the connection, at the latest when they connect anew.",
        "Have a new certificate signed and take it into use with `renew-certificates.yml`, one"
        " server at a time.",
        "Cisco TAC 213479, steps 1 to 4; Cisco TAC 214618",
    ),
    "xmpp/peer-untrusted": Explanation(
        "A server does not trust the certificate of another one",
        "The cluster trust file of this server does not hold the certificate that the other one"
        " presents in service.",
        "Fingerprints of the file named by `xmpp cluster trust`, against a handshake with the"
        " other server.",
        "At the next connection between the two, the other one is cut off.",
        "Let the trust file of every server hold the certificates of all servers, under a new name,"
        " and take it into use with `xmpp cluster trust`, one server at a time.",
        "Cisco TAC 213479, step 4",
    ),
    "xmpp/trust-differs": Explanation(
        "One member trusts peers by another bundle",
        "The cluster trust names the certificates of all members. Here it names another file than"
        " on the members that are as wanted.",
        "`Trust bundle` in the reply to `xmpp cluster status`.",
        "At its next start the server may refuse its peers, and is then cut off.",
        "Stop the server, `xmpp cluster trust BUNDLE`, start it; one server at a time.",
        "Cisco TAC 213479, step 4",
    ),
}

_SECRETS: Mapping[str, Explanation] = {
    "xmpp/secrets-swapped": Explanation(
        "Two call bridges have each other's secret",
        "On this server two secrets were pasted crosswise.",
        "`xmpp callbridge list` on all servers, compared: two records are exchanged on one.",
        "Both call bridges are turned away by this server, and by no other.",
        _ONE_BY_ONE,
        "Cisco TAC 213479, scenario 2",
    ),
    "xmpp/secret-missing": Explanation(
        "A server does not know a call bridge",
        "A call bridge may log in to any server, so each server has to list it with the same"
        " secret. This one does not list it.",
        "`xmpp callbridge list` has no record of that name.",
        "When the call bridge comes to this server, at the latest after a failure of another one,"
        " it is turned away.",
        "`xmpp callbridge add-secret NAME` with the secret that the other servers show.",
        "Cisco TAC 213479, scenario 2",
    ),
    "xmpp/secret-differs": Explanation(
        "A call bridge has another secret here",
        "The secret of a call bridge is the same on every server. Here it is not the one that most"
        " servers have.",
        "`xmpp callbridge list` on all servers, compared.",
        "The call bridge is turned away by this server, and by no other: it works until it moves.",
        _ONE_BY_ONE,
        "Cisco TAC 213479, scenario 2",
    ),
    "xmpp/secret-twice": Explanation(
        "Two call bridges have the same secret",
        "Each secret is made at random, so two equal ones mean that one was pasted in the wrong"
        " place. In the example of the document cb1 carries the secret of cb3.",
        "`xmpp callbridge list` on one server shows the same secret under two names.",
        "One of the two is turned away by this server.",
        _ONE_BY_ONE,
        "Cisco TAC 213479, scenario 2",
    ),
    "xmpp/callbridge-unlisted": Explanation(
        "A call bridge may log in that the inventory does not know",
        "The server lists a call bridge that is in no inventory. It may be one that was forgotten,"
        " or one that was written otherwise.",
        "`xmpp callbridge list` has a name that nothing asks for.",
        "Whoever knows its secret can log in.",
        "Add it to the inventory, or take it away by listing it under `callbridges_absent`.",
    ),
}

EXPLANATIONS: Mapping[str, Explanation] = {
    **_SERVERS,
    **_CLUSTER,
    **_SECRETS,
    **DEPARTURES,
    **OUTAGES,
    **REFUSALS,
    **SERVICE,
}
