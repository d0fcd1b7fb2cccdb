"""The command line: arguments in, exit codes out.

Law. The only room that prints, asks a person, or ends the process; the only one that starts the
lab. It decides nothing about boxes: it loads what people wrote, asks ``planning`` and ``executor``,
and shows what ``report`` makes of it. Results go to standard output, progress and questions to
standard error. Nobody imports this room.
"""

from __future__ import annotations

from cmsdeploy.cli.entry import main

__all__ = ["main"]
