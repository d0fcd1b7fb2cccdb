"""`backup list`, `backup snapshot` and `backup rollback` (mmp 8, mmp 4.4).

CODE MIV: the text holds `ready for download`; two files: DOC TAC-215421. A rollback brings back
settings, keys and certificates and reboots, and the XMPP cluster must be rebuilt: DOC TAC-214620.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import TYPE_CHECKING

from .. import cluster, power
from ..box_state import MoreDomain, Service
from ..exchange import Question, Reply, failure, lines
from .verb import Answer, Verb

if TYPE_CHECKING:
    from ..box import Box

# RECALL that it asks; the words are a guess.
_QUESTION = "WARNING!!!\nThis will overwrite the configuration and reboot. Are you sure? (Y/n)"
# Guess: how long a snapshot is still being written where it is said to be ready too early.
_WRITING_SECONDS = 2.0
_NOT_KEPT = ("is_broken", "cluster_number", "changed_at", "in_force", "old_peers")


def _snapshot(box: Box, words: tuple[str, ...]) -> str:
    name = words[0]
    if f"{name}.bak" in box.files:
        return failure(f"{name}.bak already exists")  # guess
    box.files.write(f"{name}.bak", _packed(box))
    if box.world.switches["backup-file"] == "growing":
        box.files_whole_at[f"{name}.bak"] = box.world.seconds + _WRITING_SECONDS
    if box.world.switches["backup-files"] == "pair":
        about = {"hostname": box.hostname, "version": box.version}
        box.files.write(f"{name}.json", (json.dumps(about) + "\n").encode())
    return lines(f"{name}.bak ready for download")


def _list(box: Box, _words: tuple[str, ...]) -> str:
    # RECALL that it exists; the layout is a guess.
    names = (name for name in box.files.names() if name.endswith(".bak"))
    return lines(*(name.removesuffix(".bak") for name in names))


def _packed(box: Box) -> bytes:
    # The true format is not known; this one is JSON.
    kept = {name: value for name, value in asdict(box.xmpp).items() if name not in _NOT_KEPT}
    files = {
        name: b64encode(box.files.get(name) or b"").decode()
        for name in box.files.names()
        if not name.endswith((".bak", ".json"))
    }
    member = cluster.membership(box)
    state = {
        "xmpp": kept,
        "peers": [peer.address for peer in member.peers] if member else [],
        "xmpp_settings": box.xmpp_settings,
        "services": {name: asdict(one) for name, one in box.services.items()},
        "dns_servers": box.dns_servers,
        "ntp_servers": box.ntp_servers,
        "files": files,
    }
    return (json.dumps(state) + "\n").encode()


def _rollback(box: Box, words: tuple[str, ...]) -> Reply:
    if f"{words[0]}.bak" not in box.files:
        return failure(f"{words[0]}.bak not found")  # guess
    if box.world.switches["rollback-asks"] == "yes":
        return Question(_QUESTION, "rollback", words, True)
    return _restore(box, words[0])


def _confirm(box: Box, words: tuple[str, ...], text: str) -> str:
    return _restore(box, words[0]) if text.strip() == "Y" else failure("Operation cancelled")


def _restore(box: Box, name: str) -> str:
    try:
        state = json.loads(box.files.get(f"{name}.bak") or b"")
        xmpp = type(box.xmpp)(**state["xmpp"])
        files = {name: b64decode(text) for name, text in state["files"].items()}
    except (ValueError, KeyError, TypeError):
        return failure(f"{name}.bak is not a backup")  # guess
    xmpp.interfaces = tuple(xmpp.interfaces)
    if box.world.switches["rollback-clustering"] == "remembered":
        xmpp.old_peers = tuple(state["peers"])
    rows = state["xmpp"]["more_domains"].items()
    xmpp.more_domains = {domain: MoreDomain(**row) for domain, row in rows}
    # The peers still list the box: what it left is an entry that can vote no more.
    member = cluster.membership(box)
    if member:
        cluster.leave(box, member, as_ghost=True)
    if box.world.switches["rollback-clustering"] == "off":
        xmpp.is_cluster_enabled = False
    box.xmpp, box.xmpp_settings = xmpp, state["xmpp_settings"]
    box.services = {name: Service(**row) for name, row in state["services"].items()}
    box.dns_servers = [(zone, server) for zone, server in state["dns_servers"]]
    box.ntp_servers = list(state["ntp_servers"])
    for file, content in files.items():
        box.files.write(file, content)
    power.boot(box)
    return ""


VERBS = (
    Verb("backup list", _list, switch="backup-list"),
    Verb("backup snapshot", _snapshot, "<name>", 1, 1, is_write=True),
    Verb("backup rollback", _rollback, "<name>", 1, 1, is_write=True),
)
ANSWERS: dict[str, Answer] = {"rollback": _confirm}
