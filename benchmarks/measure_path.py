"""Goal 4: how near an apply of three boxes comes to the critical path of its own plan."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.boxes import Boxes, lab, site
from benchmarks.measure_connection import beyond_latency
from benchmarks.peers_here import Peers
from benchmarks.processes import ours, run, say
from benchmarks.profiles import where_time_goes
from benchmarks.rows import Finding, Row, told

__all__ = ["links_of", "longest", "measure"]

# What takes the box one latency.
_LINKS = frozenset({"command", "answer", "api"})
# A file that is there takes four: it is opened, read, read to its end, closed. Else one tells.
_FILE = "file-read"
_FILE_LINKS = 4
Entry = Sequence[Any]


def measure(folder: Path, peers: Peers, is_quick: bool) -> Finding:
    """The path: a connection, the reads of the first look, the longest chain of steps with the
    reads that prove them, the reads of the last look. Each is a latency and a round trip."""
    place = site(folder)
    book = str(place / "playbooks" / "xmpp-resilience.yml")
    rows: list[Row] = []
    for latency_ms in (20, 50, 100):
        found = []
        for _ in range(2 if is_quick else 5):
            say(f"path: {latency_ms} ms")
            with lab(folder, place / "inventories" / "lab", latency_ms, "placed") as boxes:
                spent = run(ours("apply", "-y", "--json", book, "-i", boxes.inventory), place)
                events = [json.loads(line) for line in spent.check().output.splitlines()]
                asked, files = boxes.ask("audit"), boxes.ask("files")
                found.append(_one(events, asked, files, *_link(boxes, latency_ms / 1000)))
        wall, path, share = min(found)
        rows.append(_row(latency_ms, wall, path))
    rows.append(
        told("reads that prove, beside writes", f"{share:.0%}", "≤ 40 %", is_met=share <= 0.4)
    )
    notes = [
        "Wall from the moment when inventory and playbook are read; the best of the turns.",
        "The path: a connection, then every command, question, request and file operation on the "
        "longest chain, each a latency and the round trip that a bare paramiko shell needs here.",
        "Why more than the path: at each of the three secrets, silence of 20 ms tells the question "
        "and then the prompt: 0.12 s whatever the latency. The simulated boxes need 0.1 s to start "
        "and join their servers. A channel for each command costs 2 to 4 ms more than a line in an "
        "open shell while three boxes and their client share two processors.",
    ]
    profile = ""
    if any(row.is_met is False for row in rows):
        with lab(folder, place / "inventories" / "lab", 20, "placed") as boxes:
            profile = where_time_goes(ours("apply", "-y", book, "-i", boxes.inventory), place)
    return Finding(rows, notes, profile)


def _row(latency_ms: int, wall: float, path: float) -> Row:
    ratio = wall / path
    name = f"apply, three boxes, {latency_ms} ms"
    cells = (f"{path:.2f} s", f"{wall:.2f} s", f"{ratio:.2f} x", "≤ 1.1 x")
    return Row(name, "critical path of the plan", *cells, is_met=ratio <= 1.1)


def _link(boxes: Boxes, latency: float) -> tuple[float, float]:
    connection, round_trip = beyond_latency(boxes, latency)
    return connection, latency + round_trip


def _one(
    events: Sequence[Mapping[str, Any]],
    audit: Mapping[str, Sequence[Entry]],
    files: Mapping[str, Sequence[str]],
    connection: float,
    link: float,
) -> tuple[float, float, float]:
    steps = next(event["plan"] for event in events if event["event"] == "plan")["steps"]
    wall = max(event["elapsed"] for event in events if event["event"] == "host-read")
    looks, costs, proofs, writes = links_of(steps, audit, files)
    last = max(looks.values())
    return wall, connection + (last + longest(steps, costs) + last) * link, proofs / writes


def links_of(
    steps: Sequence[Mapping[str, Any]],
    audit: Mapping[str, Sequence[Entry]],
    files: Mapping[str, Sequence[str]],
) -> tuple[dict[str, int], dict[str, int], int, int]:
    """Latencies of the first look by host, of each step with the reads behind it by its identity;
    then how many reads prove, and how many writes there are, answers among them."""
    looks: dict[str, int] = {}
    costs: dict[str, int] = {}
    proofs, writes = 0, 0
    for host, entries in audit.items():
        counted = [entry for entry in entries if entry[0] in (*_LINKS, _FILE)]
        first = next(n for n, entry in enumerate(counted) if entry[2] or entry[0] == "answer")
        looks[host] = sum(_links(entry, files[host]) for entry in counted[:first])
        own = [step for step in steps if step["host"] == host and step["action"] != "wait"]
        position, identity = -1, ""
        walked = counted[first : len(counted) - first]  # the last look asks what the first did
        for kind, text, is_write in walked:
            is_answer = kind == "answer"
            if is_write and not is_answer:
                position += 1
                identity = own[position]["id"]
                assert own[position]["line"] == text, (own[position]["line"], text)
            costs[identity] = costs.get(identity, 0) + _links((kind, text), files[host])
            writes += is_write or is_answer
            proofs += not (is_write or is_answer)
    return looks, costs, proofs, writes


def _links(entry: Entry, files: Sequence[str]) -> int:
    return _FILE_LINKS if entry[0] == _FILE and entry[1] in files else 1


def longest(steps: Sequence[Mapping[str, Any]], costs: Mapping[str, int]) -> int:
    """Latencies along the longest chain; ``steps`` are in an order that respects every need."""
    reached: dict[str, int] = {}
    for step in steps:
        before = [reached[need] for need in step["needs"] if need in reached]
        reached[step["id"]] = costs.get(step["id"], 0) + max(before, default=0)
    return max(reached.values(), default=0)
