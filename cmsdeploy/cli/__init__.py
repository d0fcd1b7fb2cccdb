"""The command line: arguments in, exit codes out.

Law. The only room that prints, asks a person, or ends the process; the only one that starts the
lab. It decides nothing about boxes: it loads what people wrote, asks ``planning`` and ``executor``,
and shows what ``report`` makes of it. Results go to standard output, progress and questions to
standard error. Nobody imports this room.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cmsdeploy import __version__

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code (``entry``)."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words == ["--version"] and _is_version_told():
        return 0
    from cmsdeploy.cli.process import collect_seldom

    collect_seldom()  # before the rest is loaded, which makes many objects too
    from cmsdeploy.cli.entry import main as run

    return run(words)


def _is_version_told() -> bool:
    """Tell the version with nothing loaded: what installers and scripts ask first takes a third of
    the time so. Where it cannot be written, the whole program says why."""
    try:
        os.write(1, f"cmsdeploy {__version__}\n".encode())
    except OSError:
        return False
    return True
