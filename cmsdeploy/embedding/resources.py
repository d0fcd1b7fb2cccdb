"""The resources that a program of others may ask for, each resting on a playbook that ships.

A resource has no policy of its own: order, gates and permissions are those of the playbook, so that
a cluster that was set up from here is the same for ``cmsdeploy plan``, and the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.families import families
from cmsdeploy.families.form import Parameter

__all__ = ["RESOURCES", "Resource", "shipped_playbook"]


@dataclass(frozen=True)
class Resource:
    """``playbook`` is the file that ships, "" for one task of ``family`` alone. ``is_whole`` says
    that it is for a cluster and not for one box, ``is_only_read`` that nothing is ever written.
    ``by_host`` are parameters that only the words of the inventory can say, box by box."""

    name: str
    meaning: str
    playbook: str = ""
    family: str = ""
    is_whole: bool = True
    is_only_read: bool = False
    by_host: frozenset[str] = frozenset()

    @property
    def arguments(self) -> tuple[Parameter, ...]:
        """What a task may say: the table of the family, without what differs from host to host."""
        table = families()[self.family].parameters if self.family else ()
        return tuple(one for one in table if one.name not in self.by_host)


_ROWS = (
    Resource(
        "cluster",
        "The whole desired state of XMPP clusters: certificates, settings, members, secrets, DNS"
        " and the login of the call bridges; looked at, planned, carried out and proved.",
        "site.yml",
    ),
    Resource(
        "xmpp",
        "The XMPP servers of a cluster: settings, members, call bridges and their secrets.",
        "xmpp-resilience.yml",
        "xmpp",
        by_host=frozenset({"address", "first", "seen_at", "servers", "state"}),
    ),
    Resource(
        "dns",
        "The DNS records by which an XMPP cluster is found.",
        "dns.yml",
        "dns",
        by_host=frozenset({"hosts"}),
    ),
    Resource(
        "pki",
        "Key, certificate, bundle and trust of one XMPP server.",
        "certificates.yml",
        "pki",
        is_whole=False,
    ),
    Resource(
        "callbridge",
        "The login of one call bridge, set through its Web Admin API.",
        "callbridges.yml",
        "callbridge",
        is_whole=False,
    ),
    Resource(
        "mmp_command",
        "One MMP command, sent where a command that only reads does not show what is wanted.",
        family="mmp",
        is_whole=False,
    ),
    Resource(
        "facts",
        "What a box shows of itself; nothing is changed.",
        "verify.yml",
        is_whole=False,
        is_only_read=True,
    ),
    Resource(
        "verify",
        "Proof that a cluster is as promised; nothing is changed, and it fails where something"
        " differs.",
        "verify.yml",
        is_only_read=True,
    ),
)
RESOURCES: Mapping[str, Resource] = {row.name: row for row in _ROWS}


def shipped_playbook(name: str) -> Path:
    """The file ``name`` of the playbooks that ship with the package."""
    return Path(__file__).parent.parent / "examples" / "playbooks" / name
