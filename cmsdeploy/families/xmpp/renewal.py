"""New certificates for a live cluster: who still serves the old, and what must be trusted until
nobody does.

The servers of a cluster trust each other by their leaf certificates (TAC 213479, step 4). So while
any member serves an old one, every member has to trust old and new; when all serve the new ones,
the old go out. Nothing here is a sequence: each rung holds or does not, and the order of members
(followers first, the leader last, one at a time) is the one of every rolling change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.seen import Seen, change_file, leaves_in, short
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.model.action import Upload
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Refusal

__all__ = ["Change", "change_refusals", "changes"]

_SOURCE = "(old and new certificates of the cluster)"


@dataclass(frozen=True)
class Change:
    """What one member trusts while old and new certificates are in service: the file ``trust`` on
    its box, with all the fingerprints in ``needed``. ``upload`` puts it there; it is None where the
    wanted trust file has them all."""

    trust: str
    needed: tuple[str, ...]
    upload: Upload | None


def changes(group: Group) -> dict[str, Change]:
    """The change of every member; empty where none is needed or none can be made."""
    if not _is_needed(group):
        return {}
    needed = tuple(sorted(_needed(group)))
    return {host: _change(group, group.specs[host], needed) for host in group.members()}


def _change(group: Group, spec: XmppSpec, needed: tuple[str, ...]) -> Change:
    if set(needed) <= set(leaves_in(spec.trusted)):
        return Change(spec.trust, leaves_in(spec.trusted), None)
    name, blocks = change_file(spec.trusted), _blocks(group)
    content = "".join(blocks[leaf] for leaf in needed if leaf in blocks).encode("ascii")
    identity = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return Change(name, needed, Upload(name, _SOURCE, identity, content))


def _is_needed(group: Group) -> bool:
    members = group.members()
    specs = [group.specs[host] for host in members]
    if len(members) < 2 or not all(spec.look and spec.leaf and spec.trusted for spec in specs):
        return False
    return any(_served(group, host) != group.specs[host].leaf for host in members)


def _seen(group: Group, host: str) -> Seen:
    return group.states[host].seen or Seen()


def _served(group: Group, host: str) -> str | None:
    """The leaf that a member presents, or will when it is started; None where nobody can tell."""
    seen, state = _seen(group, host), group.states[host]
    if seen.presented is not UNKNOWN:
        return seen.presented
    named = () if state.certificate is UNKNOWN else seen.files.get(state.certificate, ())
    return next(iter(named), None)


def _changing(group: Group, host: str) -> tuple[str, ...]:
    """What the trust file of an earlier run that was cut holds on this box."""
    return _seen(group, host).files.get(change_file(group.specs[host].trusted), ())


def _needed(group: Group) -> frozenset[str]:
    wanted = {leaf for spec in group.specs.values() for leaf in leaves_in(spec.trusted)}
    served = {leaf for host in group.members() if (leaf := _served(group, host))}
    begun = {leaf for host in group.members() for leaf in _changing(group, host)}
    return frozenset(wanted | served | begun)


def _blocks(group: Group) -> dict[str, str]:
    seen = {leaf: text for host in group.specs for leaf, text in _seen(group, host).blocks.items()}
    here = {one.fingerprint: one.text for spec in group.specs.values() for one in spec.trusted}
    return {**seen, **here}


def change_refusals(group: Group) -> Iterator[Refusal]:
    """What speaks against new certificates, by what is served and by the files here."""
    yield from _seen_at_one_place(group)
    yield from _left_out_of_trust(group)
    yield from _other_file(group)
    if _is_needed(group):
        yield from _unseen(group)
        yield from _change_lacks(group)


def _refusal(group: Group, host: str, rule: str, text: str) -> Refusal:
    return Refusal(host, rule, text, group.cluster)


def _seen_at_one_place(group: Group) -> Iterator[Refusal]:
    places: dict[str, str] = {}
    for host, spec in group.specs.items():
        other = places.setdefault(spec.look.place, host) if spec.look is not None else host
        if spec.look is not None and other != host:
            yield _refusal(
                group,
                host,
                "xmpp/seen-at-one-place",
                Phrase(
                    "its certificate is looked at where that of {other} is ({place}); give"
                    " each host an xmpp_address of its own and leave xmpp_seen_at out, or"
                    " give each an xmpp_seen_at with a port of its own, or none",
                    other=other,
                    place=spec.look.place,
                ),
            )


def _left_out_of_trust(group: Group) -> Iterator[Refusal]:
    for host, spec in group.specs.items():
        known = leaves_in(spec.trusted)
        left_out = [
            f"{other.certificate} of {name} ({short(other.leaf)})"
            for name, other in group.specs.items()
            if known and other.leaf and other.leaf not in known
        ]
        if left_out and len(group.specs) > 1:
            yield _refusal(
                group,
                host,
                "xmpp/trust-lacks",
                Phrase(
                    "the trust file {trust} lacks {names}; the servers would not take each"
                    " other for peers: join the certificates of all servers in it",
                    trust=spec.trust,
                    names=", ".join(left_out),
                ),
            )


def _other_file(group: Group) -> Iterator[Refusal]:
    for host in group.running:
        spec, state = group.specs[host], group.states[host]
        seen = _seen(group, host)
        on_box = seen.files.get(spec.certificate, ())
        is_other = spec.leaf and on_box[:1] not in ((), (spec.leaf,))
        # A second task of a play sees what the first will have done: a server that will present the
        # wanted one does not use what an upload that was cut left on the box.
        is_used = state.certificate == spec.certificate and seen.presented != spec.leaf
        if is_other and is_used:
            yield _refusal(
                group,
                host,
                "xmpp/other-certificate",
                Phrase(
                    "{certificate} is in use, and on the box it is {theirs}, here {ours};"
                    " give the new files new names: they are then taken into use one server"
                    " at a time",
                    certificate=spec.certificate,
                    theirs=short(on_box[0]),
                    ours=short(spec.leaf),
                ),
            )


def _unseen(group: Group) -> Iterator[Refusal]:
    is_begun = any(_changing(group, host) for host in group.members())
    for host in group.members():
        if _served(group, host) is not None:
            continue
        spec, seen = group.specs[host], _seen(group, host)
        if host in group.running and spec.look is not None:
            yield _refusal(
                group,
                host,
                "xmpp/not-seen",
                Phrase(
                    "which certificate it presents cannot be seen ({line}: {why_not}), so"
                    " its peers cannot be told to trust it during the change; open the way"
                    " to that port, or say xmpp_seen_at: none and change the trust file in a"
                    " run of its own, before the certificates: `explain xmpp/not-seen` tells"
                    " how",
                    line=spec.look.line,
                    why_not=seen.why_not,
                ),
            )
        elif host not in group.running and not is_begun:
            yield _refusal(
                group,
                host,
                "xmpp/stopped-member",
                Phrase(
                    "it is stopped, so the certificate that its peers have to trust until it"
                    " has the new one cannot be seen; start it with: xmpp enable, and plan"
                    " again"
                ),
            )


def _change_lacks(group: Group) -> Iterator[Refusal]:
    needed = _needed(group)
    for host in group.running:
        name, held = change_file(group.specs[host].trusted), set(_changing(group, host))
        if group.states[host].trust == name and held and not needed <= held:
            lacking = ", ".join(short(leaf) for leaf in sorted(needed - held))
            yield _refusal(
                group,
                host,
                "xmpp/change-trust",
                Phrase(
                    "{name} is its trust since an earlier run and lacks {lacking}, which a"
                    " server presents since; set the trust file that was there before with"
                    " `xmpp cluster trust`, and plan again",
                    name=name,
                    lacking=lacking,
                ),
            )
