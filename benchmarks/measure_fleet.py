"""Goal 6: fleets of simulated boxes at 20 ms, beside bare scripts that send the same commands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.boxes import Boxes, clusters_of_three, lab, site
from benchmarks.peers_here import Peers
from benchmarks.processes import Spent, ours, run, say
from benchmarks.profiles import where_time_goes
from benchmarks.rows import Finding, Row, at_most, missing, told

__all__ = ["measure"]

_LATENCY_MS = 20
_MOST = "100"
# Clusters of three, and which bare scripts do the same commands.
_SIZES = {4: (), 34: ("paramiko",), 100: ("paramiko", "asyncssh"), 334: ()}
_SCRIPTS = {"paramiko": "paramiko_threads", "asyncssh": "asyncssh_bare"}
_NAMES = {"paramiko": "bare paramiko script, threads", "asyncssh": "bare asyncssh script"}
# At this size and above, the goals beside the scripts hold.
_JUDGED = 100
_GOALS = {"paramiko": 1.0, "asyncssh": 1.3}


@dataclass
class _Measured:
    """One fleet: our runs by their word, what the boxes used, what the scripts took."""

    boxes: int
    ours: dict[str, Spent]
    theirs: dict[tuple[str, str], Spent]
    lab_seconds: dict[str, float]


def measure(folder: Path, peers: Peers, is_quick: bool) -> Finding:
    """Blank boxes with their files; ours plans and applies, then the scripts repeat the lines that
    ours has sent to each box, box beside box, without waiting for each other."""
    sizes = {4: (), 20: ("paramiko", "asyncssh")} if is_quick else _SIZES
    found: list[_Measured] = []
    rows: list[Row] = []
    for clusters, scripts in sizes.items():
        say(f"fleet: {3 * clusters} boxes")
        own = folder / str(clusters)
        own.mkdir()
        source = clusters_of_three(own, clusters)
        try:
            with lab(own, source, _LATENCY_MS, "placed") as boxes:
                found.append(_fleet(own, boxes, scripts, peers))
        except RuntimeError as error:
            # The smaller fleets are told all the same.
            reason = " ".join(str(error).split())[:80]
            rows.append(missing(f"plan and apply, {3 * clusters:,} boxes", "", reason, "complete"))
            continue
        rows += _rows(found[-1], scripts, peers, clusters >= _JUDGED or is_quick)
    rows += [*_growth(found), _beside_a_slow_box(folder)]
    notes = [
        f"At most {_MOST} boxes in work at once, ours and theirs; one lab of {_LATENCY_MS} ms.",
        "The scripts send the same lines over one shell a box; they wait for no other box, judge "
        "nothing and write no journal. Ours uses a channel for each line, reads files too, "
        "and keeps the order of each cluster.",
        "A plan needs every box: the look ends when the slowest has answered, or has not in 10 s. "
        "From then on the clusters do not wait for each other.",
        *(f"{each.boxes} boxes: processor seconds of the lab: {_listed(each.lab_seconds)}."
          for each in found),
    ]  # fmt: skip
    profile = ""
    if any(row.is_met is False for row in rows):
        notes.append(
            "Why more than bare asyncssh: all clients are bound by one processor here, and "
            "paramiko takes about twice as much of it, for its threads hand the interpreter to "
            "each other. Of 44 ms that an apply takes for a box (120 boxes, once, by the clocks "
            "of its threads): the library's readers 13; carrying out 15, of which the journal 3 "
            "and what the terminal shows 2; two looks 9; reading, planning and telling 6. TLS, to "
            "see what servers present, is 3 of them. An event loop over the library's private "
            "parts stays rejected (decision 0008)."
        )
        profile = _profiled(folder)
    return Finding(rows, notes, profile)


def _profiled(folder: Path) -> str:
    own = folder / "profiled"
    own.mkdir()
    with lab(own, clusters_of_three(own, 20), _LATENCY_MS, "placed") as boxes:
        place = site(own)
        return where_time_goes(_words("plan", place, boxes), place)


def _listed(seconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.1f}" for name, value in seconds.items())


def _words(word: str, place: Path, boxes: Boxes) -> list[str]:
    book = str(place / "playbooks" / "xmpp-resilience.yml")
    yes = ["-y"] if word == "apply" else []
    return ours(word, *yes, book, "-i", boxes.inventory, "-f", _MOST)


def _fleet(folder: Path, boxes: Boxes, scripts: tuple[str, ...], peers: Peers) -> _Measured:
    place = site(folder)
    measured = _Measured(len(boxes.boxes), {}, {}, {})
    jobs: dict[str, dict[str, list[str]]] = {}
    for word in ("plan", "apply"):
        boxes.ask("forget")
        before = boxes.ask("used")
        measured.ours[word] = run(_words(word, place, boxes), place).check()
        measured.lab_seconds[word] = boxes.ask("used") - before
        jobs[word] = boxes.commands() if scripts else {}
        say(f"fleet: {word} {measured.ours[word].wall:.1f} s")
    for script in scripts:
        for word, commands in jobs.items():
            if not peers.has(script):
                continue
            job: dict[str, Any] = {"boxes": boxes.boxes, "commands": _typed(commands)}
            before = boxes.ask("used")
            spent = peers.do(_SCRIPTS[script], {**job, "most": int(_MOST)}, folder)
            measured.theirs[script, word] = spent
            measured.lab_seconds[f"{word} by {script}"] = boxes.ask("used") - before
            say(f"fleet: {word} by {script} {spent.wall:.1f} s")
    return measured


def _typed(commands: dict[str, list[str]]) -> dict[str, list[str]]:
    """A line that asks would wait for its answer; one of the same length that asks nothing and
    takes the box as long stands for it and for the answer."""
    return {
        host: [each for line in lines
               for each in (["version", "version"] if " add-secret " in line else [line])]
        for host, lines in commands.items()
    }  # fmt: skip


def _rows(fleet: _Measured, scripts: tuple[str, ...], peers: Peers, is_judged: bool) -> list[Row]:
    rows = []
    for word, spent in fleet.ours.items():
        name = f"{word}, {fleet.boxes:,} boxes"
        shown = f"{spent.wall:.1f} s ({spent.processor:.1f} s of processor, {spent.peak:.0f} MiB)"
        rows.append(told(name, shown))
        for script in scripts:
            goal = _GOALS[script] if is_judged else None
            theirs = fleet.theirs.get((script, word))
            if theirs is None:
                wanted = "" if goal is None else f"≤ {goal:g} x"
                rows.append(missing(name, _NAMES[script], "not installed", wanted))
                continue
            rows.append(at_most(name, _NAMES[script], theirs.wall, spent.wall, goal))
            processors = at_most(
                "… processor of the client", _NAMES[script], theirs.processor, spent.processor, None
            )
            rows.append(processors)
    return rows


def _beside_a_slow_box(folder: Path) -> Row:
    """When the other clusters are done, after the look, with and without a box that is slow."""
    ends = []
    for name in ("usual", "slow"):
        own = folder / name
        own.mkdir()
        with lab(own, clusters_of_three(own, 4), _LATENCY_MS, "placed") as boxes:
            place = site(own)
            if name == "slow":
                boxes.ask("slow c001-cb2")
            spent = run([*_words("apply", place, boxes), "--json"], place).check()
        events = [json.loads(line) for line in spent.output.splitlines()]
        began = next(each["elapsed"] for each in events if each["event"] == "run-started")
        others = [
            each["elapsed"] - began
            for each in events
            if each["event"] == "step-done" and not each["host"].startswith("c001-")
        ]
        ends.append(max(others))
    usual, slow = ends
    return at_most("the other clusters, beside a slow box", "no slow box", usual, slow, 1.2)


def _growth(found: list[_Measured]) -> list[Row]:
    rows = []
    for before, after in pairwise(found):
        boxes = after.boxes / before.boxes
        for word in ("plan", "apply"):
            grown = after.ours[word].wall / before.ours[word].wall
            name = f"growth of {word}, {before.boxes:,} to {after.boxes:,} boxes"
            rows.append(
                Row(name, "growth of the fleet", f"{boxes:.1f} x", f"{grown:.1f} x",
                    f"{grown / boxes:.2f}", "≤ 1", is_met=grown <= boxes)
            )  # fmt: skip
    if len(found) < 2:
        return rows
    first, last = found[0], found[-1]
    for word in ("plan", "apply"):
        more = last.ours[word].peak - first.ours[word].peak
        each = more / (last.boxes - first.boxes)
        rows.append(
            told(f"memory of {word} for each further box", f"{each:.2f} MiB", "≤ 0.3 MiB",
                 is_met=each <= 0.3)
        )  # fmt: skip
    return rows
