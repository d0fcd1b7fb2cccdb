"""What a task wants in DNS: the servers of a cluster, and who holds and shows their records."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cmsdeploy.errors import InputError, printable
from cmsdeploy.families.contract import Site
from cmsdeploy.families.dns.values import entries, flag, mapping, number
from cmsdeploy.families.form import Form, Parameter
from cmsdeploy.families.parameters import Parameters
from cmsdeploy.model.records import UpdateKey
from cmsdeploy.model.secret import Secret, SecretRef

__all__ = ["PARAMETERS", "DnsSpec", "Service", "Target", "absolute", "read_spec"]

PARAMETERS = (
    Parameter(
        "domain",
        Form.TEXT,
        "The XMPP domain, that the services belong to.",
        True,
        example="example.com",
    ),
    Parameter(
        "hosts",
        Form.DATA,
        "The XMPP servers of the cluster: host, name, addresses, component and client of each.",
        is_needed=True,
        example="- {host: cb1, name: cms1.example.com, addresses: [10.0.0.1]}\n"
        "- {host: cb2, name: cms2.example.com, addresses: [10.0.0.2]}\n"
        "- {host: cb3, name: cms3.example.com, addresses: [10.0.0.3]}",
    ),
    Parameter(
        "servers",
        Form.TEXTS,
        "The name servers that hold the zone, by address (10.0.0.53, or 10.0.0.53#5353); the first"
        " takes the updates.",
        is_needed=True,
        example="[10.0.0.53]",
    ),
    Parameter("zone", Form.TEXT, "The zone that holds the records; else the XMPP domain."),
    Parameter("resolvers", Form.TEXTS, "Resolvers and views that have to show the same."),
    Parameter("key", Form.DATA, "The key of updates: name, algorithm, secret."),
    Parameter(
        "ttl", Form.NUMBER, "Seconds that others may keep a record; else 86400.", default="86400"
    ),
    Parameter(
        "exclusive",
        Form.FLAG,
        "Records of others in the sets: true removes them, false leaves them; else they are left"
        " and called wrong.",
    ),
    Parameter(
        "ask_boxes",
        Form.FLAG,
        "Whether each box is asked what it finds itself; else true.",
        default="true",
    ),
    Parameter(
        "boxes_agree",
        Form.FLAG,
        "true: a box that finds other records than the name servers hold forbids the play.",
        default="false",
    ),
)

DEFAULT_TTL = 86400  # as TAC 213479 prints its records
_MOST_TTL = 2**31 - 1  # RFC 2181, 8
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,254}}\Z){_LABEL}(?:\.{_LABEL})*\.")
ALGORITHMS = ("hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
# RFC 8945, 6: a key shorter than the half of its digest protects nothing; 8 bytes are 11 letters.
_LEAST_BASE64 = re.compile(rb".{12,}", re.DOTALL)


@dataclass(frozen=True)
class Service:
    """One service of a server, as its SRV record says it (RFC 2782)."""

    port: int
    priority: int = 0
    weight: int = 0


@dataclass(frozen=True)
class Target:
    """One XMPP server: its inventory name, its name in DNS, its addresses where we know them."""

    host: str
    name: str
    addresses: tuple[str, ...]
    component: Service
    client: Service | None


@dataclass(frozen=True)
class DnsSpec:
    """What is wanted; the same for every host of a cluster but for ``host`` itself.

    ``is_exclusive`` is None where nobody said what to do with the records of others.
    ``is_box_to_agree`` forbids what follows where the box itself finds other records.
    """

    cluster: str
    host: str
    domain: str
    zone: str
    targets: tuple[Target, ...]
    servers: tuple[str, ...]
    resolvers: tuple[str, ...] = ()
    key: UpdateKey | None = None
    secret: Secret | None = field(default=None, repr=False)
    ttl: int = DEFAULT_TTL
    is_exclusive: bool | None = None
    asks_box: bool = True
    is_box_to_agree: bool = False

    @property
    def carrier(self) -> str:
        """The host that carries the steps of the whole cluster."""
        return self.targets[0].host

    @property
    def is_carrier(self) -> bool:
        """Whether that is this one."""
        return self.host == self.carrier

    @property
    def component(self) -> str:
        """The name that call bridges ask for (TAC 213479)."""
        return f"_xmpp-component._tcp.{self.domain}"

    @property
    def client(self) -> str:
        """The name that clients ask for (TAC 213479)."""
        return f"_xmpp-client._tcp.{self.domain}"

    @property
    def names(self) -> frozenset[str]:
        """The names of the servers."""
        return frozenset(target.name for target in self.targets)

    def has_in_zone(self, name: str) -> bool:
        """Whether ``name`` is in the zone that we keep."""
        return name == self.zone or name.endswith(f".{self.zone}")


def absolute(name: str) -> str:
    """One spelling: in lower case, with its final dot, which nobody has to write."""
    return name.lower().rstrip(".") + "."


def read_spec(given: Mapping[str, object], site: Site) -> DnsSpec:
    """Check the parameters; raises ``InputError``."""
    parameters = Parameters("dns", given, PARAMETERS)
    domain = _checked_name(parameters.text("domain"), "domain")
    zone = _checked_name(parameters.text("zone", domain), "zone")
    if domain != zone and not domain.endswith(f".{zone}"):
        raise InputError(
            f"dns: the domain {domain} is not in the zone {zone}",
            "name the zone that the domain is in",
        )
    targets = tuple(_targets(entries(given, "hosts")))
    _check_different(targets)
    key, secret = _key(given)
    servers = tuple(_server(text) for text in parameters.texts("servers"))
    if not servers:
        raise InputError("dns: servers is empty", "name the primary name server by its address")
    ttl = number(given, "ttl", DEFAULT_TTL)
    if not 0 <= ttl <= _MOST_TTL:
        raise InputError(f"dns: ttl cannot be {ttl}", "write seconds, such as 3600")
    return DnsSpec(
        cluster=site.cluster,
        host=site.host,
        domain=domain,
        zone=zone,
        targets=targets,
        servers=servers,
        resolvers=tuple(_server(text) for text in parameters.texts("resolvers")),
        key=key,
        secret=secret,
        ttl=ttl,
        is_exclusive=flag(given, "exclusive", None),
        asks_box=flag(given, "ask_boxes", True) is not False,
        is_box_to_agree=flag(given, "boxes_agree", False) is True,
    )


def _checked_name(text: str, what: str) -> str:
    name = absolute(text)
    last = name.rstrip(".").rpartition(".")[2]
    if text.strip(".") == "" or not _NAME.fullmatch(name):
        raise InputError(f"dns: {printable(text, 60)!r} cannot be a {what}", "write a DNS name")
    if last.isdigit() or "." not in name.rstrip("."):
        raise InputError(
            f"dns: {printable(text, 60)!r} cannot be a {what}: it is an address, or has no domain",
            "write the whole name, such as cms1.example.com",
        )
    return name


def _targets(entries: Sequence[Mapping[str, object]]) -> Iterator[Target]:
    for entry in entries:
        host = str(entry.get("host", ""))
        addresses = entry.get("addresses") or []
        if not isinstance(addresses, list | tuple):
            addresses = [addresses]
        client = entry.get("client")
        yield Target(
            host=host,
            name=_checked_name(str(entry.get("name", "")), f"name of {host} in DNS"),
            addresses=tuple(dict.fromkeys(_address(str(one), host) for one in addresses)),
            component=_service(entry.get("component"), Service(5223), host),
            # As TAC 213479 prints it.
            client=None if client == "none" else _service(client, Service(5222, 10, 50), host),
        )


def _address(text: str, host: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise InputError(
            f"dns: {printable(text, 60)!r} of {host} is no address",
            "write addresses such as 10.1.2.3 or 2001:db8::1",
        ) from None


def _service(written: object, default: Service, host: str) -> Service:
    given = written if isinstance(written, Mapping) else {}
    numbers = {
        name: given.get(name, getattr(default, name)) for name in ("port", "priority", "weight")
    }
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 65536:
            raise InputError(f"dns: {name} of {host} is no number below 65536", "write a number")
    if not numbers["port"]:
        raise InputError(f"dns: port of {host} cannot be 0", "write the port, 5223 or 5222")
    return Service(**numbers)


def _check_different(targets: Sequence[Target]) -> None:
    if not targets:
        raise InputError("dns: hosts is empty", "name the XMPP servers of the cluster")
    seen: dict[str, str] = {}
    for target in targets:
        other = seen.setdefault(target.name, target.host)
        if other != target.host:
            raise InputError(
                f"dns: {other} and {target.host} are both {target.name}",
                "give each its own name: xmpp_dns_name",
            )


def _server(text: str) -> str:
    place, mark, port = text.partition("#")
    try:
        address = str(ipaddress.ip_address(place))
    except ValueError:
        raise InputError(
            f"dns: the name server {printable(text, 60)!r} is no address",
            "write its address, with #PORT where that is not 53",
        ) from None
    if mark and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise InputError(f"dns: {printable(text, 60)!r} has no port after #", "write #5353")
    return f"{address}#{port}" if mark and int(port) != 53 else address


def _key(parameters: Mapping[str, object]) -> tuple[UpdateKey | None, Secret | None]:
    given = mapping(parameters, "key", ("name", "algorithm", "secret"))
    if not given:
        return None, None
    name, algorithm = given.get("name"), given.get("algorithm", "hmac-sha256")
    secret = given.get("secret")
    if not isinstance(name, str) or not _NAME.fullmatch(absolute(name)):
        raise InputError("dns: the key needs a name", "write it as the name server has it")
    if algorithm not in ALGORITHMS:
        raise InputError(
            f"dns: the key {name} cannot have the algorithm {printable(str(algorithm), 40)}",
            f"choose one of: {', '.join(ALGORITHMS)}",
        )
    if isinstance(secret, str):
        secret = Secret(secret)
    if not isinstance(secret, Secret) or not secret.has_form(_BASE64):
        raise InputError(f"dns: the secret of the key {name} is not base64", "copy it again")
    if not secret.has_form(_LEAST_BASE64):
        raise InputError(f"dns: the secret of the key {name} is too short", "make one: tsig-keygen")
    plain = absolute(name).rstrip(".")
    return UpdateKey(absolute(name), str(algorithm), SecretRef(f"tsig/{plain}")), secret
