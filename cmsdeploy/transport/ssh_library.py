"""The SSH library, imported once, and without what we never use.

Where the package ``invoke`` is installed, paramiko imports it too, for ``Match exec`` in the client
configuration of OpenSSH, which we do not read: nearly half of the time that the import takes. While
paramiko is imported, an empty module stands in its place; who wants the real one later gets it.
"""

from __future__ import annotations

import logging
import sys
from types import ModuleType

__all__ = ["FAILURES", "Transport", "paramiko"]

_UNUSED = "invoke"

if _UNUSED in sys.modules:
    import paramiko
else:
    sys.modules[_UNUSED] = ModuleType(_UNUSED)
    try:
        import paramiko
    finally:
        del sys.modules[_UNUSED]

# Without a handler of its own the library's errors would go to standard error by themselves.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

# What the library raises when a connection or a channel breaks.
FAILURES = (paramiko.SSHException, OSError, EOFError)


class Transport(paramiko.Transport):
    """A transport whose end is always one of ``FAILURES``.

    Whatever ends its reader is raised again by whoever asks for something next, and of a packet
    that was altered on the way that is an error of the cipher, which is none of the library's.
    """

    def get_exception(self) -> Exception | None:
        """What ended the reader, once."""
        error = super().get_exception()
        if error is None or isinstance(error, FAILURES):
            return error
        broken = paramiko.SSHException(f"what came cannot be read: {type(error).__name__}")
        broken.__cause__ = error
        return broken
