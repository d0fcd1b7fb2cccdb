"""Programs that a person named: what gives a password, and the editor."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from cmsdeploy.errors import InputError, Origin, printable

__all__ = ["environment_of_programs", "run_program"]

# By these others get code of theirs into a program that a person named. And what names a password
# is there for `lookup('env', …)`, which is ours to read and nobody else's.
_KEPT_BACK = re.compile(
    r"LD_\w+|DYLD_\w+|PYTHON\w*|PERL5?\w*|RUBY\w*|NODE_OPTIONS|BASH_ENV|ENV|IFS|SHELLOPTS|BASHOPTS"
    r"|SSLKEYLOGFILE|GIT_SSH\w*|\w*(PASS|PASSWD|PASSWORD|PASSPHRASE|SECRET)",
    re.IGNORECASE,
)


def environment_of_programs(ours: Mapping[str, str]) -> dict[str, str]:
    """What of ``ours`` a program gets to see: no passwords, nothing that loads code into it.

    An allow-list was rejected: a program that fetches a password needs its own variables, such as
    the address of a store and a token for it, and nobody can list those.
    """
    return {name: value for name, value in ours.items() if not _KEPT_BACK.fullmatch(name)}


def run_program(
    words: Sequence[str], origin: Origin, *, is_output_wanted: bool, seconds: int | None = None
) -> bytes:
    """Run a program without a shell; gives what it prints where that is wanted.

    Raises :class:`InputError` at ``origin`` where it cannot be run or does not end well.
    """
    import subprocess

    output = subprocess.PIPE if is_output_wanted else None
    try:
        done = subprocess.run(  # noqa: S603 - a person named it
            list(words),
            stdout=output,
            timeout=seconds,
            env=environment_of_programs(os.environ),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = printable(getattr(error, "strerror", None) or "it does not end", 80)
        raise InputError(f"it cannot be run: {reason}", "try it by hand", origin) from None
    if done.returncode:
        raise InputError(f"it ends with exit code {done.returncode}", "try it by hand", origin)
    return done.stdout or b""
