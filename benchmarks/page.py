"""The page that a run writes, and what it prints."""

from __future__ import annotations

import os
import platform
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.peers_here import Peers
from benchmarks.rows import MISSING, Finding, Row

__all__ = ["update_page", "write_page"]

_HEAD = """# Performance

Written by `./scripts/benchmark`; do not edit it by hand. Every ratio comes from one run in which
the programs take turns on one machine, over loopback: absolute times do not carry over to another
one, ratios nearly do. The boxes are simulated, in a process of their own on the same processors;
where the client's processor time is told, theirs is not in it. Nothing here is asserted by a test.
"""
_TITLES = {
    "start": "1. Start of a process",
    "connection": "2, 3. Connection and commands",
    "path": "4. Three boxes beside the critical path of their plan",
    "job": "5. The whole job beside others",
    "fleet": "6. Fleets",
    "planning": "7. Planning alone",
    "inventory": "8. Inventory",
}
_OURS = ("paramiko", "cryptography", "jinja2", "click", "asyncssh")
_THEIRS = ("ansible-core", "ansible", "nornir", "netmiko", "paramiko", "asyncssh")
# How the line begins that counts them.
_COUNTED = "**"
_COLUMNS = ("measure", "peer", "peer takes", "ours", "ratio", "goal", "")


def write_page(
    found: Mapping[str, Finding], peers: Peers, seconds: float, out: Path | None, how: str
) -> None:
    """Print the page, and write it to ``out`` where there is one; ``how`` the run was made."""
    text = "\n".join(_lines(found, peers, seconds, how)) + "\n"
    print(text)
    if out is not None:
        out.write_text(text, encoding="utf-8")


def _lines(found: Mapping[str, Finding], peers: Peers, seconds: float, how: str) -> Iterator[str]:
    yield _HEAD
    yield from _machine(peers, seconds)
    yield f"| how | {how} |"
    sections = {name: list(_section(finding)) for name, finding in found.items()}
    yield ""
    yield _counted(line for section in sections.values() for line in section)
    broken = [_TITLES[name] for name, finding in found.items() if finding.is_broken]
    if broken:
        yield f"**Broke off, so that their goals are not in this number: {'; '.join(broken)}.**"
    for name, section in sections.items():
        yield from ("", f"## {_TITLES[name]}", "", *section)


def update_page(found: Mapping[str, Finding], page: Path) -> None:
    """Put what was measured again into ``page``, which a whole run has written; each such section
    says when, and under which load. Prints the sections."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    when = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    head, *old = page.read_text(encoding="utf-8").split("\n## ")
    bodies = dict(section.split("\n", 1) for section in old)
    for name, finding in found.items():
        again = f"Measured again, alone: {when} UTC, load {load}."
        body = "\n".join(("", again, "", *_section(finding))) + "\n"
        print(f"## {_TITLES[name]}\n{body}")
        bodies[_TITLES[name]] = body
    lines = [line for body in bodies.values() for line in body.splitlines()]
    head = re.sub(rf"(?m)^{re.escape(_COUNTED)}.*$", lambda _: _counted(lines), head)
    ordered = [f"{title}\n{bodies[title].rstrip()}\n" for title in _TITLES.values()]
    page.write_text("\n## ".join((head, *ordered)), encoding="utf-8")


def _section(finding: Finding) -> Iterator[str]:
    yield from _table(finding.rows) if finding.rows else ()
    yield from ("", *(f"- {note}" for note in finding.notes)) if finding.notes else ()
    if finding.profile:
        yield from ("", "Where the time goes:", "", "```text", finding.profile, "```")


def _counted(lines: Iterable[str]) -> str:
    """What the last two columns of all tables say: only rows that have a goal count."""
    cells = [line.split(" | ") for line in lines if line.startswith("| ")]
    verdicts = Counter(row[-1].removesuffix(" |") for row in cells if row[-2:-1] not in ([], [""]))
    met, missed = verdicts["met"], verdicts["**missed**"]
    without = verdicts[MISSING]
    of = met + missed + without
    return f"{_COUNTED}{met} of {of} goals are met**, {without} could not be measured."


def _machine(peers: Peers, seconds: float) -> Iterator[str]:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    yield "| | |"
    yield "| --- | --- |"
    yield f"| when | {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {seconds:.0f} s long |"
    yield f"| machine | {_processor()}, {os.cpu_count()} processors, {_memory()} |"
    yield f"| load at the end (1, 5, 15 min) | {load} |"
    system = f"{platform.system()} {platform.release()}"
    yield f"| system | {system}, Python {platform.python_version()} |"
    yield f"| ours | {', '.join(f'{name} {_version(name)}' for name in _OURS)} |"
    yield f"| peers | {peers.told(_THEIRS) if peers.python else 'none is installed'} |"


def _table(rows: Iterable[Row]) -> Iterator[str]:
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{' --- |' * len(_COLUMNS)}"
    for row in rows:
        cells = (row.measure, row.peer, row.theirs, row.ours, row.ratio, row.goal, row.verdict)
        yield f"| {' | '.join(cells)} |"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def _memory() -> str:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{pages / 2**30:.0f} GiB"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
