"""`database cluster ...`: the words around the shared state of `lab/database.py` (mmp 6)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .. import database as shared
from ..exchange import Question, Reply, failure, lines
from .verb import Answer, Verb

if TYPE_CHECKING:
    from ..box import Box

_FILES = ("Server Key", "Server Certificate", "Client Key", "Client Certificate", "CA Certificate")
# RECALL mmp 6 for all three questions and what follows them; that remove asks is DOC TAC-216549.
_WARNING = "WARNING!!!\n"
_QUESTIONS = {
    "initialize": _WARNING
    + "Are you sure you wish to initialize this node as a new database cluster? (Y/n)\n"
    + "The contents of this node's database will become the master version of the database in "
    + "the new cluster.",
    "join": _WARNING
    + "Are you sure you wish to attach this node to an existing database cluster? (Y/n)\n"
    + "The contents of this node's database will be destroyed!",
    "connect": _WARNING
    + "Are you sure you wish to connect this node to an existing database cluster? (Y/n)",
    "remove": _WARNING
    + "Are you sure you wish to remove this node from the database cluster? (Y/n)",
}
_STARTED = {
    "initialize": "Initialization started...",
    "join": "Attachment started...",
    "connect": "Attachment started...",
    "remove": "Removal started...",
    "upgrade": "Schema upgrade started...",
}


def _localnode(box: Box, words: tuple[str, ...]) -> str:
    if box.database.cluster_number:
        return failure("Database clustering is enabled")  # guess
    box.database.interface = words[0]
    return ""


def _certs(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-210530: refused while clustered; the text is UNKNOWN. `none` is a guess.
    if box.database.cluster_number:
        return failure("Database clustering is enabled, remove this node first")
    if words == ("none",):
        box.database.files = {}
    elif len(words) in (3, 5):
        box.database.files = dict(zip(_FILES[-len(words) :], words, strict=True))
    else:
        return failure("incorrect number of parameters")
    return ""


def _refusal(box: Box, job: str, words: tuple[str, ...]) -> str | None:
    node = box.database
    is_member = shared.cluster_of(box) is not None
    missing = [name for name in node.files.values() if name not in box.files]
    wanted = 3 if job == "connect" else 5
    lacks = [
        (node.done_at is not None, "A database command is still running"),
        (job in ("remove", "upgrade") and not is_member, "Database clustering is not enabled"),
        (job in ("initialize", "join", "connect") and is_member, "Node is already in a cluster"),
        (job in ("initialize", "join") and node.interface is None, "No local node interface"),
        # DOC TAC-214618: mandatory from 2.7.
        (
            job not in ("remove", "upgrade") and box.release >= (2, 7) and len(node.files) < wanted,
            "Certificates are not configured",
        ),
        (bool(missing) and job != "remove", f"File {', '.join(missing)} not found"),
        (job == "upgrade" and not _is_primary(box), "This node is not the primary"),
        (bool(words) and words[0] == "none", "No such host"),
    ]
    return next((text for is_lacking, text in lacks if is_lacking), None)


def _is_primary(box: Box) -> bool:
    found = shared.cluster_of(box)
    return found is not None and found.primary == box.name


def _start(box: Box, words: tuple[str, ...], job: str) -> Reply:
    refusal = _refusal(box, job, words)
    if refusal:
        return failure(refusal)  # all texts are guesses
    asks = job == "remove" or box.world.switches["database-asks"] == "yes"
    if job in _QUESTIONS and asks:
        return Question(_QUESTIONS[job], "database", (job, *words), True)
    return _begin(box, job, words)


def _begin(box: Box, job: str, words: tuple[str, ...]) -> str:
    name = "upgrade_schema" if job == "upgrade" else job
    command = " ".join(("database cluster", name, *words))
    shared.begin(box, command, job, words[0] if words else None)
    return lines(_STARTED[job])


def _confirm(box: Box, words: tuple[str, ...], text: str) -> str:
    # DOC TAC-216549: a small y does not go on.
    if text.strip() != "Y":
        return failure("Operation cancelled")
    return _begin(box, words[0], words[1:])


def _clear_error(box: Box, _words: tuple[str, ...], spelling: str) -> str:
    # DOC TAC-210530 prints a blank, RECALL has an underscore.
    if box.world.switches["database-clear-error"] not in ("both", spelling):
        return lines("Unknown command")
    box.database.error = None
    return ""


def _status(box: Box, _words: tuple[str, ...]) -> str:
    node, found = box.database, shared.cluster_of(box)
    rows = [_row("ERROR", node.error)] if node.error else []
    if found is None:
        # A node without cluster: the word is a guess.
        rows.append(_row("Status", "Error" if node.error else "Disabled"))
    else:
        rows += _of_cluster(box, found)
    if node.last_command:
        word = box.world.switches["database-running-word"].replace("-", " ")
        result = node.last_result or word
        rows += ["", _row("Last command", f"'{node.last_command}' ({result})")]
    return lines(*rows)


def _of_cluster(box: Box, found: shared.DatabaseCluster) -> list[str]:
    # SEEN database-cluster-status.
    files = [_row(f"  {name}", box.database.files.get(name, "none")) for name in _FILES]
    return [
        _row("Status", "Error" if box.database.error else "Enabled"),
        "",
        "Nodes:",
        *(_node(box, found, name) for name in found.nodes),
        _row("Node in use", box.world.boxes[found.primary].address),
        "",
        _row("Interface", box.database.interface or "none"),
        "",
        "Certificates",
        *files,
    ]


def _node(box: Box, found: shared.DatabaseCluster, name: str) -> str:
    is_old = box.world.switches["database-role-words"] == "master"
    first, other = ("Master", "Slave") if is_old else ("Primary", "Replica")
    one = box.world.boxes[name]
    mine = " (me)" if one is box else ""
    is_seen = shared.is_reached(box.world, name) and box.world.is_linked(box.name, name)
    role = first if name == found.primary else f"{other} ( In Sync )"
    state = f"Connected {role}" if is_seen or one is box else "Not connected"  # guess
    return _row(f"    {one.address}{mine}", state)


def _row(label: str, text: str | None) -> str:
    return f"{label:25}: {text}"


VERBS = (
    Verb("database cluster localnode", _localnode, "<interface>", 1, 1, is_write=True),
    Verb("database cluster certs", _certs, "<server key> <server crt> <client key> <client crt> "
         "<ca crt>", 1, 5, is_write=True),
    Verb("database cluster initialize", partial(_start, job="initialize"), is_write=True),
    Verb("database cluster join", partial(_start, job="join"), "<host>", 1, 1, is_write=True),
    Verb("database cluster connect", partial(_start, job="connect"), "<host>", 1, 1,
         is_write=True),
    Verb("database cluster remove", partial(_start, job="remove"), is_write=True),
    Verb("database cluster upgrade_schema", partial(_start, job="upgrade"), is_write=True),
    Verb("database cluster clear error", partial(_clear_error, spelling="blank"), is_write=True),
    Verb("database cluster clear_error", partial(_clear_error, spelling="underscore"),
         is_write=True),
    Verb("database cluster status", _status),
)  # fmt: skip
ANSWERS: dict[str, Answer] = {"database": _confirm}
