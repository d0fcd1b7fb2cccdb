"""What simulated boxes share: names, network, clusters, databases, a clock that tests move.

Synchronous, deterministic, without I/O: a world can be copied with `copy.deepcopy` at any moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from . import cluster, database, link, ties
from .box import Box
from .box_state import BoxIdentity
from .certificates import KeySource
from .errors import DuplicateBoxError, UnknownBoxError
from .login import Login
from .network import Network
from .resolving import Resolver
from .secret_source import SecretSource
from .switch_table import choose
from .timing import Timing
from .watching import Watch

# The date of the transcripts of TAC-213479.
_STARTED = datetime(2017, 8, 13, 7, 0, 0)
# DOC TAC-213821, NOTE23: name and password of a box that was never logged in to.
_FIRST_LOGIN = "admin"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class World:
    """A set of boxes that can see each other.

    `switches` turns unproved behaviour (`SWITCHES` lists it). With `checks_certificates` false,
    key and certificate files are taken unread: faster, for tests that are not about them.
    `timing` says how long things take and may be changed at any moment, `election_seconds` is one
    of its numbers. `network` holds the cuts between boxes, `resolver` a DNS that boxes ask,
    `watch` a record of every moment, where somebody puts one there. `asked` names the boxes that
    were asked something, until somebody empties it. `ties` are there only while nobody changes
    anything but by asking boxes (`ties.py`).
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
        self.keys = KeySource()
        self.timing = Timing(election=election_seconds)
        self.network = Network()
        self.resolver: Resolver | None = None
        self.watch: Watch | None = None
        self.checks_certificates = checks_certificates
        self.started = started
        self.seconds = 0.0
        self.boxes: dict[str, Box] = {}
        self.clusters: dict[int, cluster.Cluster] = {}
        self.last_cluster_number = 0
        self.databases: dict[int, database.DatabaseCluster] = {}
        self.asked: set[str] = set()
        self.ties: ties.Ties | None = None
        self._names: dict[str, str] = {}
        self._addresses: dict[str, Box] = {}
        self._hosts: dict[str, Box] = {}

    @property
    def election_seconds(self) -> float:
        """Simulated time from the loss of a leader to the next one."""
        return self.timing.election

    @election_seconds.setter
    def election_seconds(self, seconds: float) -> None:
        self.timing.election = seconds

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
        address = address or f"10.0.0.{len(self.boxes) + 1}"
        if name in self.boxes or address in self._addresses:
            raise DuplicateBoxError(f"box {name!r} at {address}: name or address is taken")
        identity = BoxIdentity(name, address, version, user, password)
        box = Box(self, identity, hostname or name)
        self.boxes[name] = self._addresses[address] = box
        self._list(box)
        return box

    def remove_box(self, name: str) -> None:
        """Take a box away for good; another one may get its name and its address. What others know
        of it stays with them. Raises `UnknownBoxError`."""
        del self._addresses[self._known(name).address]
        del self.boxes[name]
        self.notice_names()

    def add_name(self, name: str, address: str) -> None:
        """Make a host name resolve to an address, for every box."""
        self._names[name.lower()] = address

    def resolve(self, host: str) -> Box | None:
        """Find the box behind an address, a host name or a box name; None where nobody is."""
        return self._hosts.get(self._names.get(host.lower(), host))

    def at_address(self, address: str) -> Box | None:
        """Find the box that has an address; None where nobody has it."""
        return self._addresses.get(address)

    def notice_names(self) -> None:
        """Look at host names again: a box has another one."""
        self._hosts.clear()
        self.ties = None
        for box in self.boxes.values():
            self._list(box)

    def _list(self, box: Box) -> None:
        # Where two share a name, the box that was there first is found.
        for name in (box.address, box.hostname, box.name):
            self._hosts.setdefault(name, box)
        self.ties = None

    def is_linked(self, one: str, other: str) -> bool:
        """Whether two boxes reach each other over the network; a box reaches itself."""
        return one == other or self.network.is_open(one, other)

    def settle(self, touched: Box | None = None) -> None:
        """Let everything notice what changed at this moment.

        With `touched` only this box changed; where the world is tied, only those look whom it can
        matter to. The outcome is the same.
        """
        tied = self._tied()
        if touched is not None and tied is not None:
            tied.settle_around(self, [touched.name])
            return
        self.ties = None
        database.end_due(self, self.boxes.values())
        database.settle(self, self.databases.values())
        cluster.settle(self, self.clusters.values())
        link.attend(self, self.boxes.values())
        if self.watch is not None:
            self.watch.look(self)

    def tie(self) -> None:
        """Tie a world that is settled: from now on it is changed by asking boxes and by time."""
        if self.ties is None and ties.may_tie(self):
            self.ties = ties.Ties(self)

    def untie(self) -> None:
        """Settle and untie: somebody is about to change anything in any way."""
        if self._tied() is not None:
            self.settle()
        self.ties = None

    def _tied(self) -> ties.Ties | None:
        return self.ties if self.ties is not None and self.ties.hold(self) else None

    def advance(self, seconds: float) -> None:
        """Let simulated time pass; what falls due on the way happens at its own moment."""
        end = self.seconds + seconds
        tied = self._tied()
        if tied is not None:
            tied.let_pass(self, end)
            return
        while True:
            due = min((one for one in self._dues() if self.seconds < one <= end), default=None)
            if due is None:
                break
            self.seconds = due
            self.settle()
        self.seconds = end
        self.settle()

    def _dues(self) -> Iterator[float]:
        for one in self.clusters.values():
            if one.election_due is not None:
                yield one.election_due
        for box in self.boxes.values():
            dues = (link.next_line(box), link.next_try(box), box.database.done_at, box.up_at)
            yield from (due for due in dues if due is not None)

    def login(self, box_name: str) -> Login:
        """Say how the call bridge of a box stands with its XMPP server.

        Raises `UnknownBoxError`.
        """
        box = self._known(box_name)
        self.settle()
        return box.link.login

    def _known(self, name: str) -> Box:
        if name not in self.boxes:
            raise UnknownBoxError(f"no box is called {name!r}; there are {', '.join(self.boxes)}")
        return self.boxes[name]

    def date(self, seconds: float) -> str:
        """Give a simulated moment as a box prints it: `2017-Aug-13 07:27:58` (SEEN)."""
        moment = self.started + timedelta(seconds=seconds)
        return f"{moment.year}-{_MONTHS[moment.month - 1]}-{moment:%d %H:%M:%S}"

    def stamp(self, seconds: float) -> tuple[str, str]:
        """Date and time as Web Admin shows them: `2017-08-13`, `05:16:17.804` (SEEN)."""
        # Rounded: sums of floats fall short of the millisecond by a hair.
        moment = self.started + timedelta(milliseconds=round(seconds * 1000))
        return f"{moment:%Y-%m-%d}", f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}"

    def log_stamp(self, box: Box, seconds: float) -> str:
        """Time stamp of a log line. SEEN both: `Jul 26 14:08:23` (2.0) and ISO (3.9)."""
        form = self.switches["syslog-stamp"]
        if form == "iso" or (form == "by-version" and box.release >= (3, 0)):
            return "T".join(self.stamp(seconds))
        moment = self.started + timedelta(seconds=seconds)
        return f"{_MONTHS[moment.month - 1]} {moment.day:2} {moment:%H:%M:%S}"
