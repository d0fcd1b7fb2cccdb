"""Programs that a person named: what gives a password, and the editor."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from cmsdeploy.errors import InputError, Origin, printable

__all__ = ["run_program"]


def run_program(
    words: Sequence[str], origin: Origin, *, is_output_wanted: bool, seconds: int | None = None
) -> bytes:
    """Run a program without a shell; gives what it prints where that is wanted.

    Raises :class:`InputError` at ``origin`` where it cannot be run or does not end well.
    """
    output = subprocess.PIPE if is_output_wanted else None
    try:
        done = subprocess.run(list(words), stdout=output, timeout=seconds, check=False)  # noqa: S603 - a person named it
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = printable(getattr(error, "strerror", None) or "it does not end", 80)
        raise InputError(f"it cannot be run: {reason}", "try it by hand", origin) from None
    if done.returncode:
        raise InputError(f"it ends with exit code {done.returncode}", "try it by hand", origin)
    return done.stdout or b""
