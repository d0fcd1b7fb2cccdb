"""What each family says to command lines and to names of rungs: who only reads, what shows a
secret, what takes a step back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cmsdeploy.families import families
from cmsdeploy.families.undoing import Facts, way_back
from tests.contract.deployment import Deployment
from tests.contract.registration import REGISTERED
from tests.contract.starts import LINES as WRITES

__all__ = ["SCENES"]

LINES = (
    *WRITES, "version", "help", "license", "uptime", "date", "dns", "dns lookup SRV a.com", "turn",
    "dns lookup SRV", "dns add rr a", "ntp server list", "ntp status", "timezone", "ipv4 a",
    "ipv4 a b", "iface a", "webadmin", "webadmin restart", "callbridge", "callbridge restart",
    "xmpp", "xmpp restart", "xmpp reset", "xmpp cluster status", "xmpp cluster", "xmpp domain",
    "xmpp callbridge list", "xmpp callbridge", "xmpp callbridge add-secret cb1", "pki", "pki list",
    "pki list a", "pki inspect a.cer", "pki match a.key a.cer", "pki verify a.cer b.cer",
    "pki csr a CN:b", "pki pkcs12-to-ssl a.p12", "database cluster status",
    "database cluster remove", "backup list", "backup snapshot a", "backup rollback a", "reboot",
    "user list", "user add a admin", "syslog", "tls xmpp", "tls xmpp min 1.2", "get log",
)  # fmt: skip
RUNGS = (
    "domain", "listen", "listen-2", "certs", "certs~2", "trust", "trust-both", "trusting", "enable",
    "enable-2", "disable", "disable-3", "callbridge-cb1", "callbridge-cb1-del", "cluster-enable",
    "cluster-initialize", "cluster-join", "cluster-left", "agreed", "seen", "served", "restart",
    "reset", "rejoined", "stopped-together", "change-file", "cb1-gone", "peer-10.0.0.3-gone",
    "peer-10.0.0.1-once", "domain-none", "certs-none", "login", "login-seen", "login-gone",
    "login-by-hand", "file-a.cer", "file-a.key", "A-cb1.tptac9.com", "seen-everywhere",
    "SRV-_xmpp-component._tcp.tptac9.com", "ntp-server-add-10.0.0.123", "request", "csr",
    "of nobody",
)  # fmt: skip
BEFORE: tuple[Facts, ...] = (
    {},
    {"state": "FOLLOWER", "clustered": True, "enabled": True, "domain": "old.com", "name": "was",
     "listen": ["a", "b"], "certificate": "old.cer", "callbridges": ["cb1"], "files": ["a.cer"],
     "10.0.0.253 cb1.tptac9.com. A": "TTL 60: 10.0.0.9"},
    {"state": None, "clustered": False, "domain": "", "listen": [], "certificate": "unknown",
     "callbridges": "unknown", "files": [], "name": "",
     "10.0.0.253 cb1.tptac9.com. A": "none"},
)  # fmt: skip


def _lines(name: str) -> Iterator[str]:
    family, wanted = families()[name], Deployment()
    for parameters in (REGISTERED[name].parameters(wanted, host) for host in wanted.servers[:2]):
        spec = family.spec(parameters, wanted.site("cb1"))
        yield from (f"asks {read.kind}: {read.line}" for read in family.reads(spec))
    for line in LINES:
        words = tuple(line.split())
        said = (["reads"] if family.is_read(words) else []) + (
            ["shows a secret"] if family.shows_secrets(words) else []
        )
        yield f"{line}: {', '.join(said) or 'neither'}"


def _undone(name: str) -> Iterator[str]:
    for rung in RUNGS:
        for number, before in enumerate(BEFORE):
            undo = way_back(name).undo(rung, before)
            yield f"{rung} {number}: {undo.mark.value}: {undo.text}"


SCENES = {
    **{f"lines, {name}": partial(_lines, name) for name in REGISTERED},
    **{f"undone, {name}": partial(_undone, name) for name in (*REGISTERED, "nobody")},
}
