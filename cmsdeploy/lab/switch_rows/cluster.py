"""Doubts about what several XMPP servers decide together."""

from __future__ import annotations

from ..switches import Row

# fmt: off
ROWS: tuple[Row, ...] = (
    ("cluster-reply", "*success silent", "UNKNOWN", "mmp 4.1",
     "what cluster enable, disable, initialize, join and remove print when they worked"),
    ("cluster-disable", "*keeps-membership leaves-ghost", "RECALL", "mmp 4.1",
     "what xmpp cluster disable does to the membership"),
    ("initialize-asks", "*no yes", "UNKNOWN", "mmp 4.1",
     "whether cluster initialize asks and wants a capital Y"),
    ("initialize-again", "*refused new-cluster no-change", "UNKNOWN", "guess",
     "what cluster initialize does on a node that is a member already"),
    ("join-asks", "*no yes", "UNKNOWN", "mmp 4.1",
     "whether cluster join asks and wants a capital Y"),
    ("join-again", "*refused success", "UNKNOWN", "guess",
     "what cluster join does on a live member of that cluster"),
    ("join-without-leader", "*refused taken", "INFERRED", "FAQ 68/500",
     "whether a cluster without a leader takes a node in"),
    ("remove-asks", "*no yes", "UNKNOWN", "mmp 4.1",
     "whether cluster remove asks and wants a capital Y"),
    ("remove-of-another", "*known unknown-command", "RECALL", "mmp 4.1",
     "whether cluster remove takes the address of another node"),
    ("secrets-compared-on-join", "*no yes", "UNKNOWN", "guess",
     "whether join is refused when the call bridge records differ"),
    ("trust-checked-on-join", "*yes no", "INFERRED", "TAC-213479 step 4",
     "whether join needs each trust bundle to hold the other node's leaf certificate"),
    ("trust-checked-while-running", "*yes no", "UNKNOWN", "TAC-213479 step 4",
     "whether members count for each other only while each trusts the other's certificate"),
    ("trust-needed-before-enable", "*yes no", "INFERRED", "TAC-217319 order",
     "whether enabling a clustered server without a trust bundle is refused"),
    ("election-winner", "*rotating first-joined last-joined", "UNKNOWN", "TAC-213479 Verify",
     "which of the nodes that can win becomes the leader"),
    ("duplicate-peers-count", "*yes no", "INFERRED", "CSCvi67717",
     "whether the left-behind entry of a node that was reset counts for the majority"),
    ("peer-order", "*as-seen as-joined", "INFERRED", "xmpp-cluster-status-*",
     "in which order a node lists its peers; as-seen differs from node to node"),
    ("candidate-word", "*CANDIDATE FOLLOWER", "UNKNOWN", "mmp 4.2",
     "state word of a member that knows no leader"),
    ("cluster-status-when-disabled", "*failure line settings", "UNKNOWN", "mmp 4.2",
     "xmpp cluster status while the server is stopped"),
    ("cluster-status-when-not-clustered", "*failure line", "UNKNOWN", "mmp 4.2",
     "xmpp cluster status while clustering is not enabled"),
    ("cluster-status-when-alone", "*candidate follower failure", "UNKNOWN", "mmp 4.2",
     "xmpp cluster status of a running node that neither initialised nor joined"),
    ("cluster-status-without-majority", "*itself all-peers", "DOC", "TAC-213479 Verify",
     "which peers a member lists that lost the majority"),
    ("cluster-status-padding", "*single column", "UNKNOWN", "mmp 4.2",
     "blanks before the colon in the last three lines of xmpp cluster status"),
)
# fmt: on
