"""Write docs/pictures/*.svg: what a terminal of 100 columns shows, from the program itself.

    python docs/make_pictures.py [--check] [NAME …]

Each picture is one command on simulated boxes, run in a terminal and drawn with its colours. What
differs from run to run (times, digests, fingerprints, ports) is written as one and the same value,
so that a picture changes only when the program says something else. --check writes nothing and
names the pictures whose text is not what the program says now.
"""

from __future__ import annotations

import argparse
import html
import io
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Mapping
from fcntl import ioctl
from pathlib import Path

FOLDER = Path(__file__).parent / "pictures"
PROJECT = FOLDER.parent.parent
_COLUMNS, _ROWS = 100, 50
_MOST_LINES = 46
_LAB = "cmsdeploy lab run -i inventories/lab -- sh -c"
_DEPLOYED = "cmsdeploy apply playbooks/site.yml --yes >/dev/null 2>&1; clear-here;"
_BROKEN = "cmsdeploy exec cb3 --write -- xmpp disable >/dev/null 2>&1; clear-here;"

# What is shown as typed, and what is run for it.
PICTURES: Mapping[str, tuple[str, str]] = {
    "render": (
        "cmsdeploy render playbooks/xmpp-resilience.yml -i inventories/tac-213479",
        "cmsdeploy render playbooks/xmpp-resilience.yml -i inventories/tac-213479 2>/dev/null",
    ),
    "mistake": (
        "cmsdeploy render playbooks/xmpp-resilience.yml -i wrong.yml",
        "sed 's/xmpp_listen: a/xmpp_lisen: a/' inventories/tac-213479/hosts.yml > wrong.yml;"
        " cmsdeploy render playbooks/xmpp-resilience.yml -i wrong.yml 2>&1",
    ),
    "plan": (
        "cmsdeploy plan playbooks/site.yml",
        f"{_LAB} 'cmsdeploy plan playbooks/site.yml 2>/dev/null'",
    ),
    "verify": (
        "cmsdeploy verify playbooks/site.yml",
        f"{_LAB} '{_DEPLOYED} cmsdeploy verify playbooks/site.yml 2>/dev/null'",
    ),
    "doctor": (
        "cmsdeploy doctor playbooks/site.yml",
        f"{_LAB} '{_DEPLOYED} {_BROKEN} cmsdeploy doctor playbooks/site.yml 2>/dev/null'",
    ),
}
_SAME = (
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:" + "0123456789abcdef" * 4),
    (re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{8}\b"), "c0ffee00"),
    (re.compile(r"20\d\d-\d\d-\d\d(?: \d\d:\d\d:\d\d)?"), "2027-01-01"),
    (re.compile(r"(127\.\d+\.\d+\.\d+):\d{4,5}"), r"\1:5222"),
    # Where another program has port 53, the lab takes one of its own.
    (re.compile(r"(127\.\d+\.\d+\.\d+)#\d+"), r"\1"),
)


def main() -> int:
    """Write or check the pictures; the exit code is 1 where one is not as it should be."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--check", action="store_true")
    asked.add_argument("names", nargs="*", choices=[*PICTURES, []], metavar="NAME")
    given = asked.parse_args()
    old = []
    for name in given.names or PICTURES:
        shown, run = PICTURES[name]
        path = FOLDER / f"{name}.svg"
        drawn = drawing(name, shown, output_of(run))
        if given.check:
            is_same = path.is_file() and text_of(path.read_text("utf-8")) == text_of(drawn)
            old += [] if is_same else [name]
        else:
            path.write_text(drawn, encoding="utf-8")
    if old:
        print(f"not current: {', '.join(old)}; write them with: python docs/make_pictures.py")
    return 1 if old else 0


def output_of(command: str) -> str:
    """What a terminal gets from ``command``, run in a fresh site; the same text each time."""
    with tempfile.TemporaryDirectory() as folder:
        programs = Path(folder, "bin")
        programs.mkdir()
        _program(programs / "cmsdeploy", f'exec "{sys.executable}" -m cmsdeploy "$@"')
        # Marks where the picture begins: what prepares it is not shown.
        _program(programs / "clear-here", "printf '\\fBEGIN\\n'")
        environment = {
            "PATH": f"{programs}{os.pathsep}/usr/bin:/bin",
            "PYTHONPATH": str(PROJECT),
            "HOME": folder,
            "CMSDEPLOY_STATE": f"{folder}/state",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
        }
        site = Path(folder, "site")
        made = [str(programs / "cmsdeploy"), "init", str(site)]
        subprocess.run(made, env=environment, check=True, stdout=subprocess.DEVNULL)
        text = _in_terminal(command, site, environment)
    text = text.rpartition("\fBEGIN\n")[2].strip("\n")
    for form, same in _SAME:
        text = form.sub(same, text)
    return text


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)


def _in_terminal(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    near, far = pty.openpty()
    ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    program = subprocess.Popen(
        ["sh", "-c", command], cwd=folder, env=environment, stdin=far, stdout=far, stderr=far
    )
    os.close(far)
    shown = bytearray()
    while True:
        readable, _, _ = select.select([near], [], [], 1.0)
        if not readable and program.poll() is not None:
            break
        if readable:
            try:
                shown += os.read(near, 65536)
            except OSError:  # the last one has closed it
                break
    program.wait()
    os.close(near)
    return shown.decode("utf-8", "replace").replace("\r\n", "\n")


def drawing(name: str, command: str, text: str) -> str:
    """The picture of a terminal: the command, and what came of it."""
    from rich.console import Console
    from rich.text import Text

    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        kept = _MOST_LINES // 2
        lines = [*lines[:kept], "…", *lines[-(_MOST_LINES - kept) :]]
    console = Console(record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {command}", style="bold"))
    for line in lines:
        console.print(Text.from_ansi(line), soft_wrap=True)
    drawn = console.export_svg(title="cmsdeploy", unique_id=name)
    # The fonts would be fetched from a network; every reader has a font of his own.
    return re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", drawn, flags=re.DOTALL)


def text_of(picture: str) -> str:
    """The words of a picture; how far they stand apart may follow what was made the same."""
    found = re.findall(r"<text[^>]*>([^<]*)", picture)
    return " ".join(html.unescape(" ".join(found)).split())


if __name__ == "__main__":
    sys.exit(main())
