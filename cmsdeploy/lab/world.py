"""What simulated boxes share: names and addresses, XMPP clusters, a clock that tests move.

Synchronous, deterministic, without I/O: a world can be copied with `copy.deepcopy` at any moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from .box import Box, BoxIdentity
from .cluster import Cluster, settle
from .errors import DuplicateBoxError, UnknownBoxError
from .login import Login, log_in
from .secret_source import SecretSource
from .switch_table import choose

# The date of the transcripts of TAC-213479.
_STARTED = datetime(2017, 8, 13, 7, 0, 0)
# DOC TAC-213821, NOTE23: name and password of a box that was never logged in to.
_FIRST_LOGIN = "admin"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class World:
    """A set of boxes that can see each other.

    `switches` turns unproved behaviour (`SWITCHES` lists it). With `checks_certificates` false,
    key and certificate files are taken unread: faster, for tests that are not about them.
    `election_seconds` is simulated time from the loss of a leader to the next one.
    Raises `UnknownSwitchError` and `UnknownPositionError`.
    """

    def __init__(
        self,
        switches: Mapping[str, str] | None = None,
        *,
        seed: int = 0,
        election_seconds: float = 0.0,
        checks_certificates: bool = True,
        started: datetime = _STARTED,
    ) -> None:
        """Begin without boxes, at second 0."""
        self.switches = choose(switches)
        self.secrets = SecretSource(seed)
        self.election_seconds = election_seconds
        self.checks_certificates = checks_certificates
        self.started = started
        self.seconds = 0.0
        self.boxes: dict[str, Box] = {}
        self.clusters: dict[int, Cluster] = {}
        self.last_cluster_number = 0
        self._names: dict[str, str] = {}

    def add_box(
        self,
        name: str,
        address: str | None = None,
        version: str = "2.9.5",
        hostname: str | None = None,
        user: str = _FIRST_LOGIN,
        password: str = _FIRST_LOGIN,
    ) -> Box:
        """Put an empty box into the world.

        Without an address it gets 10.0.0.1, 10.0.0.2 and so on. Raises `DuplicateBoxError`.
        """
        taken = {box.address for box in self.boxes.values()}
        address = address or f"10.0.0.{len(self.boxes) + 1}"
        if name in self.boxes or address in taken:
            raise DuplicateBoxError(f"box {name!r} at {address}: name or address is taken")
        identity = BoxIdentity(name, address, version, user, password)
        box = Box(self, identity, hostname or name)
        self.boxes[name] = box
        return box

    def add_name(self, name: str, address: str) -> None:
        """Make a host name resolve to an address, for every box."""
        self._names[name.lower()] = address

    def resolve(self, host: str) -> Box | None:
        """Find the box behind an address, a host name or a box name; None where nobody is."""
        wanted = self._names.get(host.lower(), host)
        for box in self.boxes.values():
            if wanted in (box.address, box.hostname, box.name):
                return box
        return None

    def advance(self, seconds: float) -> None:
        """Let simulated time pass; elections that fall due are held."""
        self.seconds += seconds
        settle(self)

    def login(self, box_name: str) -> Login:
        """Say how the call bridge of a box stands with its XMPP server.

        Raises `UnknownBoxError`.
        """
        if box_name not in self.boxes:
            raise UnknownBoxError(
                f"no box is called {box_name!r}; there are {', '.join(self.boxes)}"
            )
        settle(self)
        return log_in(self, self.boxes[box_name])

    def date(self, seconds: float) -> str:
        """Give a simulated moment as a box prints it: `2017-Aug-13 07:27:58` (SEEN)."""
        moment = self.started + timedelta(seconds=seconds)
        return f"{moment.year}-{_MONTHS[moment.month - 1]}-{moment:%d %H:%M:%S}"
