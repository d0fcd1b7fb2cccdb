"""From the process's arguments to its exit code. No traceback gets past this file."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

import click

from cmsdeploy.cli.console import Console
from cmsdeploy.cli.places import state_folder
from cmsdeploy.cli.process import keep_memory_private, open_many_files
from cmsdeploy.errors import CmsdeployError, OptionError

__all__ = ["main"]

_BUG = 250
_INTERRUPTED = 130
_TERMINATED = 143


class _TerminatedError(KeyboardInterrupt):
    """SIGTERM or SIGHUP: handled like Ctrl-C, so that commands under way are finished."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code (design, section 7)."""
    keep_memory_private()
    open_many_files()
    _open_missing_streams()
    console = Console()
    with _signals() as heard:
        code = _ended(console, arguments)
    # A run that ends in order after a signal knows only that it was interrupted.
    return _TERMINATED if heard and code == _INTERRUPTED else code


def _ended(console: Console, arguments: Sequence[str] | None) -> int:
    from cmsdeploy.cli.commands import command_line

    try:
        return _run(command_line(), arguments)
    except CmsdeployError as error:
        return _report(console, error)
    except BrokenPipeError:
        # `| head` went away: what was done to boxes stands, and there is nobody to tell.
        _drop_output()
        return 0
    except OSError as error:
        if not _is_about_output(error):
            return _bug(console, error)
        _drop_output()
        console.error(f"standard output cannot be written: {error.strerror}")
        console.error("  next: what was sent to boxes stands; look with: cmsdeploy plan")
        return CmsdeployError.exit_code
    except _TerminatedError:
        console.error("terminated")
        return _TERMINATED
    except KeyboardInterrupt:
        console.error("interrupted")
        return _INTERRUPTED
    except Exception as error:
        return _bug(console, error)


def _drop_output() -> None:
    """Let go of what is still to be printed, or the end of the process would fail on it again."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_missing_streams() -> None:
    """Somebody closed our streams (`>&-`): the work and its exit code are not affected by that.

    The three numbers are taken too, or the next file that we open would pass for one of them.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _is_about_output(error: OSError) -> bool:
    """Whether it was our own printing that failed: no room behind it, or closed."""
    return error.filename is None and error.errno in (errno.ENOSPC, errno.EBADF, errno.EIO)


def _run(command: click.Command, arguments: Sequence[str] | None) -> int:
    try:
        with command.make_context("cmsdeploy", list(arguments or sys.argv[1:])) as context:
            code = command.invoke(context)
            sys.stdout.flush()
            return code if isinstance(code, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return OptionError.exit_code
    except click.ClickException as error:
        from cmsdeploy.cli.usage_errors import told

        raise told(error) from None


def _report(console: Console, error: CmsdeployError) -> int:
    for line in str(error).splitlines():
        console.error(line)
    return error.exit_code


@contextlib.contextmanager
def _signals() -> Iterator[list[int]]:
    """The signals that were heard, in their order."""
    heard: list[int] = []

    def terminate(number: int, frame: FrameType | None) -> None:
        heard.append(number)
        raise _TerminatedError

    handler: Callable[[int, FrameType | None], None] = terminate
    before = {}
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Only the main thread may; a test that calls main() in another one has no signals.
        with contextlib.suppress(ValueError):
            before[number] = signal.signal(number, handler)
    try:
        yield heard
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _bug(console: Console, error: Exception) -> int:
    """Write what happened without any value of it, and say where."""
    console.error(f"this is a bug in cmsdeploy: {type(error).__name__}")
    try:
        path = _bug_report(state_folder(), error)
    except OSError:
        console.error("  next: run again with a writable CMSDEPLOY_STATE to get a report")
    else:
        console.error(f"  next: send {path} to the maintainers; it holds no value of yours")
    return _BUG


def _bug_report(folder: Path, error: Exception) -> Path:
    # Imported here: no run but the one that fails so has a use for them.
    import traceback
    from datetime import datetime, timezone

    # The message of an unexpected error may quote anything, a secret too: places only.
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{type(error).__module__}.{type(error).__name__}"]
    lines += [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    moment = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S.%fZ")
    path = folder / f"bug-{moment}-{os.getpid()}.txt"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as report:
        report.write("\n".join(lines) + "\n")
    return path
