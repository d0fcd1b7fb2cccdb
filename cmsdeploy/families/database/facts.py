"""What ``database cluster status`` shows (transcript database-cluster-status, TAC 210530)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cmsdeploy.model.action import Command, Replies
from cmsdeploy.model.reply_text import Verdict, fields, judge
from cmsdeploy.model.secret import UNKNOWN, Unknown

__all__ = ["STATUS", "DatabaseState", "Node", "understand"]

STATUS = Command.of("database", "cluster", "status")
_NODES = re.compile(r"^Nodes:\s*\n(.*?)^(?=\S|\s*$)", re.MULTILINE | re.DOTALL)
_NODE = re.compile(r"\s+(\S+)( \(me\))?\s*: (.*?)\s*")
_RESULT = re.compile(r"'(.*)' \((.*)\)")
# The word of a box that is in no cluster is a guess; no source shows one.
_ALONE = frozenset({"disabled", "not enabled", "none"})


@dataclass(frozen=True)
class Node:
    """``state`` as printed, such as ``Connected Replica ( In Sync )``."""

    address: str
    state: str

    @property
    def is_primary(self) -> bool:
        """Newer words and older ones (mmp.md 6)."""
        return re.search(r"\b(Primary|Master)\b", self.state) is not None

    @property
    def is_well(self) -> bool:
        """Connected; a replica has to be in sync as well."""
        is_connected = self.state.startswith("Connected")
        return is_connected and (self.is_primary or "In Sync" in self.state)


@dataclass(frozen=True)
class DatabaseState:
    """``is_clustered`` is unknown where the reply is not understood. ``last`` is the last command,
    with its result in brackets."""

    is_clustered: bool | Unknown = UNKNOWN
    error: str = ""
    nodes: tuple[Node, ...] = ()
    last: str = ""
    result: str = ""

    def troubles(self) -> Iterator[str]:
        """What is wrong with a cluster, each in words; none of a box that is in no cluster."""
        if self.error:
            yield f"it says {self.error}"
        if self.is_clustered is not True:
            return
        primaries = [node.address for node in self.nodes if node.is_primary]
        if len(primaries) != 1:
            yield f"exactly one node is primary; now: {', '.join(primaries) or 'none'}"
        yield from (
            f"node {node.address} is {node.state or 'without a state'}"
            for node in self.nodes
            if not node.is_well
        )
        if self.last and self.result != "Success":
            yield f"its last command, {self.last}, is not done: {self.result or 'no result'}"

    def facts(self) -> Mapping[str, object]:
        is_known = self.is_clustered is not UNKNOWN
        return {
            "clustered": self.is_clustered if is_known else "unknown",
            "nodes": sorted(f"{node.address} {node.state}" for node in self.nodes),
            "troubles": list(self.troubles()),
        }


def understand(replies: Replies) -> DatabaseState:
    """Make a state of the reply; one without a status that we know is unknown."""
    text = replies[STATUS].text if STATUS in replies else ""
    if judge(text) is not Verdict.SILENT:
        return DatabaseState()
    found = fields(text)
    status = found.get("Status", "").lower()
    is_clustered = {"enabled": True, "error": True}.get(status, False if status in _ALONE else None)
    listed = _NODES.search(text)
    rows = listed[1].splitlines() if listed else []
    nodes = [Node(row[1], row[3]) for line in rows if (row := _NODE.fullmatch(line))]
    last = _RESULT.fullmatch(found.get("Last command", ""))
    error = found.get("ERROR", "") or ("an error" if status == "error" else "")
    return DatabaseState(
        UNKNOWN if is_clustered is None else is_clustered,
        error,
        tuple(nodes),
        last[1] if last else "",
        last[2] if last else "",
    )
