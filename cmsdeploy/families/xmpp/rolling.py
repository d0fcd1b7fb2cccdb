"""The rungs by which one member of a live cluster goes over to a new certificate.

Three sentences, each true of all members before the next is begun with: it trusts old and new; it
presents the new one; it trusts the new ones alone. A sentence that holds costs no restart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cmsdeploy.families.ladder import Rung
from cmsdeploy.families.xmpp import commands
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.place import Place
from cmsdeploy.families.xmpp.renewal import Change
from cmsdeploy.model.phrase import Phrase

__all__ = ["CHANGE_FILE", "REJOINED", "SERVED", "TRUSTING", "climbed", "trusting_both"]

# Names of rungs that members wait for on each other.
CHANGE_FILE, TRUSTING, REJOINED, SERVED = "change-file", "trusting", "rejoined", "served"
Sentence = Rung[XmppState]


def trusting_both(
    change: Change, place: Place, stopped: Sentence, run: Sentence, joined: Sentence
) -> Iterator[Sentence]:
    """The member trusts what is served now and what will be, and is back in the cluster."""
    if change.upload is not None:
        yield Rung(
            name=CHANGE_FILE,
            why=Phrase(
                "{trust} has the certificates that are in service and the new ones",
                trust=change.trust,
            ),
            holds=lambda s: s.seen is not None and s.seen.holds(change.trust, change.needed),
            action=change.upload,
            then=lambda s: _with_file(s, change),
            source="TAC 213479 step 4",
        )
    yield Rung(
        name="trust-both",
        why=Phrase("while old certificates are in service, the servers trust old and new"),
        holds=lambda s: s.seen is not None and s.seen.holds(s.trust, change.needed),
        action=commands.cluster_trust(change.trust),
        then=lambda s: replace(_with_file(s, change), trust=change.trust),
        given=replace(stopped, after=place.stop_for_trust_after),
        source="TAC 213479 step 4",
    )
    yield run
    yield replace(
        joined,
        name=TRUSTING,
        why=Phrase("{why}, and trusts old and new", why=joined.why),
        is_closing=False,
    )


def _with_file(state: XmppState, change: Change) -> XmppState:
    if state.seen is None:
        return state
    return replace(state, seen=state.seen.with_file(change.trust, change.needed))


def climbed(hosts: Sequence[str], *names: str) -> tuple[tuple[str, str], ...]:
    """The rungs of these names on all ``hosts``, to come after."""
    return tuple((host, name) for host in hosts for name in names)
