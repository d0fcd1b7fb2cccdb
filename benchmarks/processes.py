"""Processes that are timed: wall, processor time and peak memory of each, and of its children."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

__all__ = ["ROOT", "Spent", "alternately", "ours", "run", "say"]

ROOT = Path(__file__).parents[1]
_LONGEST_SECONDS = 300.0


@dataclass(frozen=True)
class Spent:
    """Seconds of wall and processor, MiB at the peak, and what was printed."""

    wall: float
    processor: float
    peak: float
    code: int
    output: str
    errors: str

    def check(self, *expected: int) -> Spent:
        """End the measure where the process failed: a failed run is no measurement."""
        if self.code not in (expected or (0,)):
            raise RuntimeError(f"exit code {self.code}: {self.output[-800:]}{self.errors[-1200:]}")
        return self


def run(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    given: str | None = None,
    longest: float = _LONGEST_SECONDS,
) -> Spent:
    """Run one process to its end, and all that it starts and waits for. ``given`` is its input; it
    is ended after ``longest`` seconds."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=_environment(folder, environment or {}),
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=output,
            stderr=errors,
        )
        if process.stdin is not None:
            process.stdin.write((given or "").encode())
            process.stdin.close()
        code, used = _ended(process, begin + longest)
        wall = time.perf_counter() - begin
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    processor = used.ru_utime + used.ru_stime
    return Spent(wall, processor, used.ru_maxrss / 1024, code, *texts)


def _ended(process: subprocess.Popen[bytes], end: float) -> tuple[int, resource.struct_rusage]:
    """Wait by the kernel, which knows what the process and its children used."""
    from threading import Timer

    guard = Timer(end - time.perf_counter(), process.kill)
    guard.start()
    try:
        _, status, used = os.wait4(process.pid, 0)
    finally:
        guard.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used


def _environment(folder: Path, own: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the caller's but where programs are: settings of a person change no figure."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "CMSDEPLOY_STATE": str(folder / "state"),
        **own,
    }


def ours(*words: str) -> list[str]:
    """Our command line as a person starts it, in the environment that runs the benchmark."""
    import sys

    return [str(Path(sys.executable).parent / "cmsdeploy"), *words]


def alternately(repetitions: int, *runs: Callable[[], float]) -> list[float]:
    """Take turns, so that what else the machine does meets all alike; the median of each."""
    taken = [[one() for one in runs] for _ in range(repetitions)]
    return [median(column) for column in zip(*taken, strict=True)]


def say(text: str) -> None:
    """Progress, for the person who waits."""
    import sys

    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)
