"""`xmpp cluster ...`: the words around the shared state of `lab/cluster.py`.

Order of things: DOC TAC-217319. Every reply text but that of `status` is a guess (mmp 4.1 knows
none); refusals have the shape that TAC-217320 shows for other services.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import cluster as shared
from .. import presenting
from ..exchange import Question, Reply, failure, success
from .verb import Answer, Verb
from .xmpp import STILL_ENABLED, is_locked, is_set
from .xmpp_cluster_status import status

if TYPE_CHECKING:
    from ..box import Box

_NOT_RUNNING = "XMPP server is not running"
_NOT_CLUSTERED = "XMPP clustering is not enabled"
_NOT_A_MEMBER = "This node is not in an XMPP cluster"
# Modelled on the question of `database cluster initialize`, itself RECALL (mmp 6).
_INITIALIZE_QUESTION = "Are you sure you wish to initialize this node as a new XMPP cluster? (Y/n)"
_REMOVE_QUESTION = "Are you sure you wish to remove this node from the XMPP cluster? (Y/n)"
_JOIN_QUESTION = "Are you sure you wish to attach this node to an existing XMPP cluster? (Y/n)"


def _done(box: Box, text: str) -> str:
    return success(text) if box.world.switches["cluster-reply"] == "success" else ""


_cluster_of = shared.membership


def _trust(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-213479, TAC-217319 note 1. `none` is a guess.
    if is_locked(box):
        return failure(STILL_ENABLED)
    box.xmpp.trust_file = None if words[0] == "none" else words[0]
    return is_set(box, "Cluster trust bundle")


def _enable(box: Box, _words: tuple[str, ...]) -> str:
    if box.xmpp.is_enabled:
        return failure(STILL_ENABLED)  # DOC TAC-217319: disabled first
    box.xmpp.is_cluster_enabled = True
    return _done(box, "XMPP cluster enabled")


def _disable(box: Box, _words: tuple[str, ...]) -> str:
    # RECALL. The node keeps its membership and takes no part until enabled again (guess).
    if box.xmpp.is_enabled:
        return failure(STILL_ENABLED)
    box.xmpp.is_cluster_enabled = False
    member = _cluster_of(box)
    if member and box.world.switches["cluster-disable"] == "leaves-ghost":
        shared.leave(box, member, as_ghost=True)
    return _done(box, "XMPP cluster disabled")


def _initialize(box: Box, words: tuple[str, ...]) -> Reply:
    refusal = _refuses_initialize(box)
    if refusal:
        return failure(refusal)
    if box.world.switches["initialize-asks"] == "yes":
        return Question(_INITIALIZE_QUESTION, "xmpp-initialize", words, True)
    return _create(box)


def _refuses_initialize(box: Box) -> str | None:
    if box.xmpp.is_enabled:
        return STILL_ENABLED  # DOC TAC-217319: while still disabled
    if not box.xmpp.is_cluster_enabled:
        return _NOT_CLUSTERED  # DOC TAC-217319: after cluster enable
    is_inside = _cluster_of(box) is not None or bool(box.xmpp.old_peers)
    if is_inside and box.world.switches["initialize-again"] == "refused":
        return "This node is already in an XMPP cluster"
    return None


def _create(box: Box) -> str:
    member = _cluster_of(box)
    if member is None or box.world.switches["initialize-again"] == "new-cluster":
        if member is not None:
            shared.leave(box, member, as_ghost=True)
        shared.create(box.world, box)
    return _done(box, "XMPP cluster initialized")


def _confirm_initialize(box: Box, _words: tuple[str, ...], text: str) -> str:
    # DOC mmp 3: a capital Y goes on, a small one does not. The text is a guess.
    return _create(box) if text.strip() == "Y" else failure("Operation cancelled")


def _join(box: Box, words: tuple[str, ...]) -> Reply:
    refusal = _refuses_join(box)
    if refusal:
        return failure(refusal)
    if box.world.switches["join-asks"] == "yes":
        return Question(_JOIN_QUESTION, "xmpp-join", words, True)
    return _enter(box, words[0])


def _confirm_join(box: Box, words: tuple[str, ...], text: str) -> str:
    return _enter(box, words[0]) if text.strip() == "Y" else failure("Operation cancelled")


def _refuses_join(box: Box) -> str | None:
    if not box.xmpp.is_running:
        return _NOT_RUNNING  # DOC TAC-217319: while running
    return None if box.xmpp.is_cluster_enabled else _NOT_CLUSTERED


def _enter(box: Box, host: str) -> str:
    target = box.world.resolve(host.removesuffix(f":{shared.PEER_PORT}"))
    if target is None:
        return failure(f"Unable to resolve {host}")
    found = _cluster_of(target)
    is_linked = box.world.is_linked(box.name, target.name) and not box.is_cut_off
    if found is None or not is_linked or not shared.is_alive(target, found):
        return failure(f"Unable to connect to {host}")
    if box.xmpp.old_peers:
        # After a rollback that left it in a cluster that is no more: only a reset helps (guess).
        return failure("This node is already in an XMPP cluster")
    if box.xmpp.cluster_number is not None:
        is_same = box.xmpp.cluster_number == found.number
        if is_same and box.world.switches["join-again"] == "success":
            return _done(box, "XMPP cluster joined")
        return failure("This node is already in an XMPP cluster")
    refusal = _disagreement(box, target) or _without_leader(target, found)
    if refusal:
        return failure(refusal)
    shared.add(box, found)
    return _done(box, "XMPP cluster joined")


def _without_leader(target: Box, found: shared.Cluster) -> str | None:
    # A vote needs a majority (FAQ 68/500), so a cluster without leader takes nobody in: INFERRED.
    if target.world.switches["join-without-leader"] == "taken":
        return None
    is_led = shared.leader_known_to(target, found) is not None
    return None if is_led else "The XMPP cluster has no leader"


def _disagreement(box: Box, target: Box) -> str | None:
    """DOC FAQ 68/501: all servers carry the same configuration. What is compared is a guess."""
    if box.xmpp.domain != target.xmpp.domain:
        return "XMPP domains differ"
    switches = box.world.switches
    compares = switches["secrets-compared-on-join"] == "yes"
    if compares and box.xmpp.callbridges != target.xmpp.callbridges:
        return "Callbridge secrets differ"
    if switches["trust-checked-on-join"] == "yes" and box.world.checks_certificates:
        both = presenting.trusts(box, target) and presenting.trusts(target, box)
        return None if both else "Peer certificate not in cluster trust bundle"
    return None


def _remove(box: Box, words: tuple[str, ...]) -> Reply:
    # Without argument DOC in words (TAC-213479), both forms RECALL. A node needs a running
    # server for either, and a leader to agree (guess).
    switches = box.world.switches
    if words and switches["remove-of-another"] == "unknown-command":
        return failure("incorrect number of parameters")
    refusal = _refuses_remove(box)
    if refusal:
        return failure(refusal)
    if switches["remove-asks"] == "yes":
        return Question(_REMOVE_QUESTION, "xmpp-remove", words, True)
    return _take_out(box, words)


def _refuses_remove(box: Box) -> str | None:
    if not box.xmpp.is_running:
        return _NOT_RUNNING
    found = _cluster_of(box)
    if found is None or not box.xmpp.is_cluster_enabled:
        return _NOT_A_MEMBER
    is_led = shared.leader_known_to(box, found) is not None
    return None if is_led else "The XMPP cluster has no leader"


def _take_out(box: Box, words: tuple[str, ...]) -> str:
    found = _cluster_of(box)
    if found is None:
        return failure(_NOT_A_MEMBER)
    if words:
        return _remove_other(box, found, words[0])
    shared.leave(box, found, as_ghost=False)
    return _done(box, "Node removed from XMPP cluster")


def _confirm_remove(box: Box, words: tuple[str, ...], text: str) -> str:
    return _take_out(box, words) if text.strip() == "Y" else failure("Operation cancelled")


def _remove_other(box: Box, found: shared.Cluster, host: str) -> str:
    address = host.removesuffix(f":{shared.PEER_PORT}")
    named = box.world.resolve(address)
    wanted = named.address if named else address
    peers = [peer for peer in found.peers if peer.address == wanted]
    if not peers:
        return failure(f"{host} is not a peer of this XMPP cluster")
    # A ghost first: it is the dead one.
    peer = next((one for one in peers if one.is_ghost), peers[0])
    shared.drop(box.world, found, peer)
    return _done(box, "Node removed from XMPP cluster")


VERBS = (
    Verb("xmpp cluster trust", _trust, "<bundle>", 1, 1, is_write=True),
    Verb("xmpp cluster enable", _enable, is_write=True),
    Verb("xmpp cluster disable", _disable, is_write=True),
    Verb("xmpp cluster initialize", _initialize, is_write=True),
    Verb("xmpp cluster join", _join, "<address or name of a member>", 1, 1, is_write=True),
    Verb("xmpp cluster remove", _remove, "[<node>]", 0, 1, is_write=True),
    Verb("xmpp cluster status", status),
)
ANSWERS: dict[str, Answer] = {
    "xmpp-initialize": _confirm_initialize,
    "xmpp-join": _confirm_join,
    "xmpp-remove": _confirm_remove,
}
