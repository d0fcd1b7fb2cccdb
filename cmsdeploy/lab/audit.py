"""What a box remembers of everything that was asked of it, in order.

A real box logs every command line and no answer to a question (`syslog-mmp-command`, mmp 1). The
twin also notes files and API calls, so that a test can ask what was touched. Contents of answers,
files and API fields are never kept: a secret found here was put on a command line by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .copying import Frozen

Kind = Literal["command", "answer", "file-write", "file-read", "file-remove", "api"]


@dataclass(frozen=True)
class AuditEntry(Frozen):
    """One thing asked of the box.

    `text` is the command line, the file name, or `PUT /api/v1/...` with the names of the fields.
    `seconds` is simulated time. `is_write` says that the request could change the box, whether
    or not it was granted. `user` and `origin` (address and port) count for no comparison.
    """

    kind: Kind
    text: str
    is_write: bool
    seconds: float
    user: str = field(default="admin", compare=False)
    origin: str = field(default="127.0.0.1:50000", compare=False)

    def syslog(self, stamp: str, host: str, user: str) -> str:
        """Give the line that a real box logs for a command (`syslog-mmp-command`)."""
        return (
            f"{stamp} local0.info {host} cli: User {user} from {self.origin} "
            f"issued command < {self.text}>: permission granted"
        )
