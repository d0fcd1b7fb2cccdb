"""The command line as a process of its own: watched from outside, and traced."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.promises.planted import Planted

__all__ = ["PROJECT", "Opened", "Trace", "environment_of", "run", "sampled", "traced"]

PROJECT = Path(__file__).parents[2]
# openat(AT_FDCWD, "…", O_WRONLY|O_CREAT|O_EXCL, 0600) = 3
_CREATED = re.compile(r'openat\([^"]*"((?:[^"\\]|\\.)*)", ([A-Z_|]+), (0\d+)\) = \d+')
_FOLDER = re.compile(r'mkdir(?:at)?\([^"]*"((?:[^"\\]|\\.)*)", (0\d+)\) = 0')
_CHANGED = re.compile(r'f?chmod(?:at)?\(.*"?((?:[^"\\]|\\.)*)"?, (0\d+)')


@dataclass(frozen=True)
class Opened:
    """One file or folder that was made, with the mode that was asked for."""

    path: str
    mode: int
    is_folder: bool = False


@dataclass
class Trace:
    """What the system was asked for by a process and its children."""

    code: int
    lines: list[str]
    out: str
    err: str

    @property
    def created(self) -> list[Opened]:
        """Files and folders that were made."""
        found = []
        for line in self.lines:
            if (made := _CREATED.search(line)) and "O_CREAT" in made[2]:
                found.append(Opened(made[1], int(made[3], 8)))
            elif made := _FOLDER.search(line):
                found.append(Opened(made[1], int(made[2], 8), True))
        return found

    @property
    def changed_modes(self) -> list[str]:
        """Lines in which the mode of something was changed afterwards."""
        return [line for line in self.lines if _CHANGED.search(line)]

    @property
    def programs(self) -> list[str]:
        """Lines in which a program was started."""
        return [line for line in self.lines if "execve(" in line]


def environment_of(site: Planted, **more: str) -> dict[str, str]:
    """What the process sees."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        **site.environment(),
        **more,
    }


def run(
    site: Planted, *words: str, before: Sequence[str] = (), umask: int = -1, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line without a terminal; ``before`` are words in front of it."""
    return subprocess.run(
        [*before, sys.executable, "-m", "cmsdeploy", *site.words(*words)],
        cwd=site.folder,
        env=environment_of(site, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        umask=umask,
        start_new_session=True,
        check=False,
    )


def traced(
    site: Planted, log: Path, *words: str, calls: str, umask: int = 0o022, **more: str
) -> Trace:
    """Run under strace, looking at ``calls`` only."""
    before = ["strace", "-f", "-q", "-s", "65536", "-v", "--seccomp-bpf", "-o", str(log)]
    done = run(site, *words, before=[*before, "-e", f"trace={calls}"], umask=umask, **more)
    lines = log.read_text(errors="replace").splitlines()
    return Trace(done.returncode, lines, done.stdout, done.stderr)


@dataclass
class _Seen:
    """What other processes could read of ours: by ``/proc/PID/cmdline`` or ``environ``."""

    texts: dict[str, str] = field(default_factory=dict)
    looks: int = 0


@contextmanager
def sampled(known: Mapping[str, str]) -> Iterator[_Seen]:
    """Look at every new process, again and again, as fast as it goes.

    ``known`` are variables that a person gave us; a process that has them all is ours itself.
    """
    seen, end = _Seen(), threading.Event()
    before = set(_processes())

    def look() -> None:
        while not end.is_set():
            for number in _processes():
                if number not in before:
                    _note(seen, number, known)
            seen.looks += 1
            time.sleep(0.001)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        thread.join(10)


def _processes() -> Iterator[str]:
    return (name for name in os.listdir("/proc") if name.isdigit())


def _note(seen: _Seen, number: str, known: Mapping[str, str]) -> None:
    for what in ("cmdline", "environ"):
        try:
            text = Path("/proc", number, what).read_bytes().decode("latin-1")
        except OSError:
            continue
        is_own = what == "environ" and all(f"{n}={v}" in text for n, v in known.items())
        if text and not is_own:
            seen.texts[f"{what} of {number}: {text[:60]}"] = text
