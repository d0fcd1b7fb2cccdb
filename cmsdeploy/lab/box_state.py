"""What one box keeps in mind: plain data, without behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field

from .copying import Frozen, Plain
from .presenting import InForce


@dataclass(frozen=True)
class BoxIdentity(Frozen):
    """What does not change in the life of a box. `address` is IPv4 without prefix length."""

    name: str
    address: str
    version: str
    user: str
    password: str


@dataclass(frozen=True)
class MoreDomain(Frozen):
    """One row of `xmpp multi_domain`."""

    key_file: str
    certificate_file: str
    bundle_file: str | None = None


@dataclass
class XmppServer(Plain):
    """Settings and state of the XMPP server of one box.

    Enabled is what was asked for; broken says that it does not run all the same. `in_force` is
    what the files held at the last start, `old_peers` whom a rollback left it with,
    `record_domains` the domain that each call bridge was added with.
    """

    domain: str | None = None
    interfaces: tuple[str, ...] = ()
    key_file: str | None = None
    certificate_file: str | None = None
    bundle_file: str | None = None
    trust_file: str | None = None
    is_enabled: bool = False
    is_broken: bool = False
    is_cluster_enabled: bool = False
    cluster_number: int | None = None
    changed_at: float = 0.0
    max_sessions: int | None = None
    motd: str | None = None
    callbridges: dict[str, str] = field(default_factory=dict)
    more_domains: dict[str, MoreDomain] = field(default_factory=dict)
    in_force: InForce = field(default_factory=InForce)
    old_peers: tuple[str, ...] = ()
    record_domains: dict[str, str] = field(default_factory=dict)

    @property
    def is_running(self) -> bool:
        """Whether anybody can talk to it."""
        return self.is_enabled and not self.is_broken

    @property
    def files(self) -> tuple[str, ...]:
        """Names of all files that its settings point to."""
        own = (self.key_file, self.certificate_file, self.bundle_file, self.trust_file)
        more = [
            name
            for one in self.more_domains.values()
            for name in (one.key_file, one.certificate_file, one.bundle_file)
        ]
        return tuple(name for name in (*own, *more) if name)


@dataclass
class Service(Plain):
    """One of the other services: its settings by the labels of its status, and whether it runs."""

    values: dict[str, str] = field(default_factory=dict)
    is_enabled: bool = False
    is_broken: bool = False


@dataclass
class Interface(Plain):
    """One network interface: addresses as `ipv4` and `iface` show them."""

    address: str | None = None
    prefix_length: int = 24
    gateway: str | None = None
    is_default: bool = False
    is_enabled: bool = False
    mtu: int = 1500
    routes: list[str] = field(default_factory=list)


@dataclass
class DatabaseNode(Plain):
    """One box's part of a database cluster; the cluster itself is shared."""

    interface: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    cluster_number: int | None = None
    is_connected_only: bool = False
    last_command: str | None = None
    last_result: str = "Success"
    done_at: float | None = None
    job: str | None = None
    target: str | None = None
    error: str | None = None
