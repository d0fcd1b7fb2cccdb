"""What takes each rung of a server back, and what to want so that a cluster is as it was.

There is one way back, the ladders themselves: a server that was in no cluster leaves it and is
reset; one that was in it has the settings that it had. So the order, the majority and the proofs
are those of every other change, and nothing here is a sequence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cmsdeploy.families.undoing import (
    Facts,
    Row,
    found_in,
    names_in,
    reversible,
    text_in,
    with_old,
)
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.model.undo import Former, Undo, Undoing

__all__ = ["former", "undo"]

_AS_WAY = Undo(Undoing.REVERSIBLE, "part of the way: what is wanted of the server decides")
_NEW_SECRET = Undo(
    Undoing.COMPENSABLE, "added again with a new secret, and the login is set with it; the old"
    " secret is in a backup and nowhere else"
)  # fmt: skip
_STAYS_LISTED = Undo(
    Undoing.COMPENSABLE, "it was listed before: it stays, with the secret that it has now"
)
_STAYS_MEMBER = Undo(Undoing.REVERSIBLE, "the server was in the cluster before: it stays")
_CERTIFICATES = Undo(
    Undoing.NOT_REVERSIBLE,
    "certificates of a live cluster go one way, old and new trusted in between: name the old files"
    " in the inventory, and apply playbooks/renew-certificates.yml",
)
_TABLE: tuple[Row, ...] = (
    ("enable|disable|restart|stopped-together", _AS_WAY),
    ("domain", reversible("xmpp domain with the old name, or none")),
    ("listen", reversible("xmpp listen with the old interfaces; reset clears them")),
    ("certs", reversible("xmpp certs with the old files, or none")),
    ("trust", reversible("the server leaves its cluster, and nobody reads the file")),
    (
        "cluster-enable|cluster-initialize|cluster-join",
        reversible("xmpp cluster remove; xmpp reset when no other server lists it"),
    ),
    ("callbridge-.*-del", _NEW_SECRET),
    ("callbridge-.*", reversible("xmpp callbridge del")),
    (
        "cluster-left|reset",
        Undo(Undoing.COMPENSABLE, "it joins again; the secrets come from the other servers"),
    ),
    ("certs-none|domain-none", reversible("set again, as it was")),
    ("change-file|trust-both|trusting.*|served|serving.*|rejoined|seen|agreed", _AS_WAY),
    (
        ".*-gone|.*dead.*|.*remove.*",
        Undo(Undoing.NOT_REVERSIBLE, "the entry of a dead server: nobody wants it back"),
    ),
)
_OF_CERTIFICATES = frozenset({"certs", "trust", "trust-both", "restart"})
_ALONE = (
    "its servers served without a cluster before, and the way back would be `xmpp reset`, which"
    " loses the secrets of every call bridge; bring a backup back by hand: backup rollback NAME"
)
_FOUNDED_ANEW = (
    "the cluster was founded anew, and the old one is not there to go back to: write what was into"
    " the inventory, and apply the same playbook again"
)


def undo(name: str, before: Facts) -> Undo:
    """What takes the rung ``name`` of a server back that had ``before``."""
    bare = name.partition("~")[0]
    if _was_in(before) and bare in _OF_CERTIFICATES:
        return _CERTIFICATES
    if bare.startswith("cluster-") and bare != "cluster-left" and _was_in(before):
        return _STAYS_MEMBER
    if bare.removeprefix("callbridge-") in (names_in(before, "callbridges") or ()):
        return _STAYS_LISTED
    found = found_in(_TABLE, name)
    old = {"domain": "domain", "listen": "listen", "certs": "certificate"}.get(bare)
    return with_old(found, before.get(old)) if old else found


def former(
    desired: Mapping[str, XmppSpec],
    before: Mapping[str, Facts],
    done: Mapping[str, frozenset[str]],
) -> Former[XmppSpec]:
    """What to want of each server so that it is as it was, cluster by cluster."""
    wanted: dict[str, XmppSpec] = {}
    against: dict[str, str] = {}
    for cluster in dict.fromkeys(spec.cluster for spec in desired.values()):
        own = {host: spec for host, spec in desired.items() if spec.cluster == cluster}
        why = _against({h: before[h] for h in own}, {h: done.get(h, frozenset()) for h in own})
        if why:
            against[cluster] = why
        else:
            wanted.update(_as_it_was(own, before))
    return Former(wanted, against)


def _was_in(before: Facts) -> bool:
    """Whether a server was in a cluster, running or stopped."""
    return before.get("state") is not None or before.get("clustered") is True


def _against(before: Mapping[str, Facts], done: Mapping[str, frozenset[str]]) -> str:
    for host, facts in before.items():
        if _was_in(facts) and any(_bare(name) in _OF_CERTIFICATES for name in done[host]):
            return _CERTIFICATES.text
    was_in = [host for host, facts in before.items() if _was_in(facts)]
    if was_in and any("cluster-initialize" in names for names in done.values()):
        return _FOUNDED_ANEW
    if not was_in and any(_served_alone(facts) for facts in before.values()):
        return _ALONE
    return ""


def _bare(name: str) -> str:
    return name.partition("~")[0].rstrip("-0123456789")


def _served_alone(before: Facts) -> bool:
    return before.get("enabled") is True and before.get("callbridges") not in ([], "unknown")


def _as_it_was(own: Mapping[str, XmppSpec], before: Mapping[str, Facts]) -> dict[str, XmppSpec]:
    members = [host for host in own if _was_in(before[host])]
    if not members:
        return {host: _outside(spec, before[host]) for host, spec in own.items()}
    first = next(iter(own.values())).first
    return {
        host: replace(
            _inside(spec, before[host]) if host in members else _outside(spec, before[host]),
            first=first if first in members else members[0],
            servers=tuple(own),
            is_cluster_wanted=True,
        )
        for host, spec in own.items()
    }


def _outside(spec: XmppSpec, before: Facts) -> XmppSpec:
    """A server of no cluster. Domain and certificate go where it had none."""
    had_none = before.get("domain") in ("", "unknown") and before.get("enabled") is not True
    return replace(
        spec, is_leaving=True, is_purged=had_none, gone=(), rotated=(), has_dead_removed=False
    )


def _inside(spec: XmppSpec, before: Facts) -> XmppSpec:
    """A member with the settings that it had; what the box does not show stays as it is wanted."""
    bridges = names_in(before, "callbridges")
    bridges = spec.bridges if bridges is None else bridges
    listen = names_in(before, "listen") or spec.listen
    found = replace(
        spec,
        domain=text_in(before, "domain", spec.domain),
        listen=spec.listen if set(listen) == set(spec.listen) else listen,
        key=text_in(before, "key", spec.key),
        certificate=text_in(before, "certificate", spec.certificate),
        bundle=text_in(before, "bundle", spec.bundle),
        trust=text_in(before, "trust", spec.trust),
        bridges=bridges,
        absent=tuple(name for name in (*spec.bridges, *spec.absent) if name not in bridges),
        is_leaving=False,
        is_purged=False,
        gone=(),
        rotated=(),
        has_dead_removed=False,
    )
    if _files(found) == _files(spec):
        return found
    # The content of other files than the inventory names is not here: nothing is looked at by it.
    return replace(found, look=None, is_unseen=True, leaf="", trusted=())


def _files(spec: XmppSpec) -> tuple[str, ...]:
    return spec.key, spec.certificate, spec.bundle, spec.trust
