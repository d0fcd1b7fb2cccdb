"""How long things take, in seconds; every number may be changed while a lab runs."""

from __future__ import annotations

from dataclasses import dataclass

from .copying import Plain


@dataclass
class Timing(Plain):
    """Times of a world. In the core they are simulated, on the wire they are real.

    `command` is what a command and an API call take, `file` what each file operation takes (None:
    as `command`), `bytes_per_second` how fast files are carried (None: at once). `election` lasts
    from the loss of an XMPP leader to the next one, `boot` from a reboot to the next prompt,
    `database` is what a command of the database cluster takes. A call bridge that is not logged in
    tries again after `login_retry`; 0 is as soon as a server would take it.
    """

    command: float = 0.0
    file: float | None = None
    bytes_per_second: float | None = None
    election: float = 0.0
    boot: float = 0.0
    database: float = 0.0
    login_retry: float = 0.0

    def of_file(self, size: int = 0) -> float:
        """What one file operation takes that carries `size` bytes."""
        base = self.command if self.file is None else self.file
        return base + (size / self.bytes_per_second if self.bytes_per_second else 0.0)
