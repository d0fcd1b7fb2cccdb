"""`xmpp cluster status`: what one node says of its cluster (mmp 4.2, xmpp-cluster-status-*)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import cluster as shared
from ..exchange import failure, lines

if TYPE_CHECKING:
    from ..box import Box


def status(box: Box, _words: tuple[str, ...]) -> str:
    """Device text of `xmpp cluster status`, for every state that a node can be in."""
    xmpp, switches = box.xmpp, box.world.switches
    if not xmpp.is_cluster_enabled:
        return _plain(switches["cluster-status-when-not-clustered"], "XMPP clustering not enabled")
    if not xmpp.is_running:
        layout = switches["cluster-status-when-disabled"]
        if layout == "settings":
            return _settings(box)
        return _plain(layout, "XMPP server not running")
    found = shared.membership(box)
    if found is None:
        return _alone(box) if not xmpp.old_peers else _left_behind(box)
    return _member(box, found)


def _plain(layout: str, text: str) -> str:
    return failure(text) if layout == "failure" else lines(text)


def _alone(box: Box) -> str:
    """A clustered, running node that neither initialised nor joined: nothing is known."""
    switches = box.world.switches
    layout = switches["cluster-status-when-alone"]
    if layout == "failure":
        return failure("This node is not in an XMPP cluster")
    if layout == "candidate":
        return _report(box, switches["candidate-word"], [f"{box.address}:{shared.PEER_PORT}"])
    return _report(box, "FOLLOWER", [])


def _left_behind(box: Box) -> str:
    """A node that lists the peers of a backup, of which none knows it (guess)."""
    peers = [f"{address}:{shared.PEER_PORT}" for address in box.xmpp.old_peers]
    return _report(box, box.world.switches["candidate-word"], peers)


def _member(box: Box, found: shared.Cluster) -> str:
    switches = box.world.switches
    if shared.leader_known_to(box, found) is not None:
        state = "LEADER" if found.leader == box.name else "FOLLOWER"
        return _report(box, state, _peers(box, found))
    if switches["cluster-status-without-majority"] == "all-peers":
        return _report(box, switches["candidate-word"], _peers(box, found, is_led=False))
    # DOC TAC-213479 Verify: a failed cluster reports this server only. The state word is a guess.
    return _report(box, switches["candidate-word"], [f"{box.address}:{shared.PEER_PORT}"])


def _peers(box: Box, found: shared.Cluster, *, is_led: bool = True) -> list[str]:
    # SEEN: all members with the node itself, port 5222, the leader marked once.
    def mark(peer: shared.Peer) -> str:
        leads = is_led and peer.box_name == found.leader and not peer.is_ghost
        return f"{peer.address}:{shared.PEER_PORT}" + (" (Leader)" if leads else "")

    return [mark(peer) for peer in shared.listed_for(box, found)]


def _report(box: Box, state: str, peers: Sequence[str]) -> str:
    changed = box.world.date(box.xmpp.changed_at + box.clock_offset)
    head = [f"State: {state}", "List of peers", *peers, f"Last state change: {changed}"]
    return lines(*head) + _settings(box)


def _settings(box: Box) -> str:
    # SEEN with one blank in text read from pictures; the true padding is not known.
    pad = 24 if box.world.switches["cluster-status-padding"] == "column" else 0
    fields = {
        "Key file": box.xmpp.key_file,
        "Certificate file": box.xmpp.certificate_file,
        "Trust bundle": box.xmpp.trust_file,
    }
    return lines(
        *(
            f"{name:{pad}}: {value or 'none'}" if pad else f"{name} : {value or 'none'}"
            for name, value in fields.items()
        )
    )
