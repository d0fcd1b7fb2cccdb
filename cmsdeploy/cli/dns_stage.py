"""From the words of an inventory to one task about records, as a playbook would say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cmsdeploy.cli.job import Job, Site
from cmsdeploy.errors import InputError, Origin, RefusedError
from cmsdeploy.inventory.boxes import word_value
from cmsdeploy.inventory.dns_words import DNS_ROWS

if TYPE_CHECKING:
    from cmsdeploy.model.certificate_order import CertificateOrder, FoundCertificate
    from cmsdeploy.model.local_file import LocalFile

__all__ = ["FAMILY", "dns_job", "parameters_of"]

FAMILY = "dns"
_SERVERS = "xmpp_servers"
_KEY = "xmpp_dns_key"
# What a complaint of the family talks about, and the word that a person wrote it with.
_PLACES = {
    "key": "xmpp_dns_key",
    "name server": "xmpp_dns_servers",
    "zone": "xmpp_dns_zone",
    "ttl": "xmpp_dns_ttl",
}


@dataclass(frozen=True)
class _Place:
    """The site of one host, for a family that wants no files."""

    host: str
    cluster: str
    origin: Origin

    def local_file(self, name: str, source: str | None) -> LocalFile:
        raise RefusedError(f"{name} has no business here", "report this as a bug")

    def certificate(self, order: CertificateOrder) -> FoundCertificate:
        raise RefusedError("certificates have no business here", "report this as a bug")


def dns_job(
    site: Site,
    extra: Mapping[str, object],
    title: str,
    *,
    are_boxes_asked: bool = False,
    is_key_needed: bool = False,
) -> Job:
    """One stage over all XMPP servers that ``--limit`` leaves (whole clusters of them).

    ``extra`` are parameters that go before those of the inventory. The secret of the key is asked
    for where ``is_key_needed`` and not else. Raises ``InputError``.
    """
    from cmsdeploy.families import families
    from cmsdeploy.model.step import Risk
    from cmsdeploy.planning.gate import UNKNOWN_VERSION
    from cmsdeploy.planning.stage import Permission, Stage

    inventory = site.inventory
    hosts = inventory.hosts_in(_SERVERS)
    if not hosts:
        raise InputError(f"the inventory has no group {_SERVERS}", "put the XMPP servers into it")
    limit = site.limited()
    clusters = {host: inventory.cluster(host) for host in hosts}
    chosen = {clusters[host] for host in hosts if limit is None or host in limit}
    family = families()[FAMILY]
    desired = {}
    for host in hosts:
        if clusters[host] not in chosen:
            continue
        place = _Place(host, clusters[host], inventory.tree.host_origins[host])
        given = {**parameters_of(site, host, is_key_needed), **extra, "ask_boxes": are_boxes_asked}
        try:
            desired[host] = family.spec(given, place)
        except InputError as error:
            raise _placed(error, site, host) from None
    permission = Permission(frozenset(Risk), frozenset({UNKNOWN_VERSION}))
    stage = Stage(FAMILY, title, desired, {host: clusters[host] for host in desired})
    stages = (replace(stage, permission=permission),)
    # A limit of this command chooses clusters, and is used up with that.
    whole = replace(site, options=replace(site.options, limit=None))
    return Job(whole, title, stages, are_boxes_asked)


def parameters_of(site: Site, host: str, is_key_needed: bool = False) -> dict[str, object]:
    """What the inventory says about ``host``, by the parameters of the family."""
    variables = site.inventory.variables(host)
    for server in site.inventory.hosts_in(_SERVERS):
        for row in DNS_ROWS:
            if row.name != _KEY or is_key_needed:
                word_value(site.inventory.variables(server), server, row.name)
    words = {
        "domain": "xmpp_domain",
        "hosts": "xmpp_dns_hosts",
        "zone": "xmpp_dns_zone",
        "servers": "xmpp_dns_servers",
        "resolvers": "xmpp_dns_resolvers",
        **({"key": _KEY} if is_key_needed else {}),
        "ttl": "xmpp_dns_ttl",
        "exclusive": "xmpp_dns_exclusive",
    }
    found = {name: word_value(variables, host, word) for name, word in words.items()}
    return {name: value for name, value in found.items() if value is not None}


def _placed(error: InputError, site: Site, host: str) -> InputError:
    if error.origin is not None:
        return error
    word = next((word for part, word in _PLACES.items() if part in error.cause), "")
    node = site.inventory.node(host, word) if word else None
    cause = f"{host}: {error.cause}"
    if node is None:
        return InputError(cause, error.action, site.inventory.tree.host_origins[host])
    return node.problem(cause, error.action)
