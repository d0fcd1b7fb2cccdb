"""The rungs about the certificate in service: it was started with, and it was seen."""

from __future__ import annotations

from dataclasses import replace

from cmsdeploy.families.ladder import Rung
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.seen import short
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.model.action import Handshake, Wait
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import UNKNOWN

__all__ = ["expected_leaf", "in_service", "is_set", "is_stale", "started_with"]

_SECONDS = 30.0
Sentence = Rung[XmppState]


def expected_leaf(spec: XmppSpec, state: XmppState) -> str:
    """The fingerprint of the certificate that is wanted: of the file here, else of the file on the
    box; "" where neither can be read."""
    files = state.seen.files if state.seen is not None else {}
    return spec.leaf or next(iter(files.get(spec.certificate, ())), "")


def is_stale(spec: XmppSpec, state: XmppState) -> bool:
    """Whether the server is seen to present another certificate than the wanted one."""
    wanted = expected_leaf(spec, state)
    presented = UNKNOWN if state.seen is None else state.seen.presented
    return bool(wanted) and presented not in (UNKNOWN, wanted)


def is_set(spec: XmppSpec, state: XmppState) -> bool:
    """Whether a restart would take the wanted certificate into service: the settings name its file,
    and the file holds it, as far as both are shown. Else it is a change that waits."""
    files = state.seen.files if state.seen is not None else {}
    on_box = next(iter(files.get(spec.certificate, ())), "")
    if state.certificate is UNKNOWN and not on_box:
        return False
    is_named = state.certificate in (UNKNOWN, spec.certificate)
    return is_named and on_box in ("", expected_leaf(spec, state))


def started_with(spec: XmppSpec, state: XmppState, stopped: Sentence) -> Sentence:
    """A server that presents another certificate than its settings name is stopped, to be started
    again: somebody changed the file and did not restart it."""
    presented = UNKNOWN if state.seen is None else state.seen.presented
    shown = Phrase("another") if presented is UNKNOWN else short(presented)
    return replace(
        stopped,
        name="restart",
        why=Phrase(
            "the server presents {shown}, not {certificate}: it was not restarted since",
            shown=shown,
            certificate=_named(spec, state),
        ),
        holds=lambda s: s.enabled is not True or not is_stale(spec, s),
        evidence=(*stopped.evidence, *([spec.look] if spec.look else [])),
        source="TAC 214618",
    )


def in_service(spec: XmppSpec, state: XmppState, look: Handshake, name: str = "seen") -> Sentence:
    """The wanted certificate was seen at the port; nothing is expected of a server whose settings
    name another one: a repair leaves a change that waits to its rollout."""

    def holds(seen: XmppState) -> bool:
        if seen.certificate not in (UNKNOWN, spec.certificate):
            return True
        wanted = expected_leaf(spec, seen)
        presented = UNKNOWN if seen.seen is None else seen.seen.presented
        return presented is not UNKNOWN and presented == (wanted or presented)

    def then(before: XmppState) -> XmppState:
        if before.seen is None:
            return before
        wanted = expected_leaf(spec, before) or "expected"
        # What is presented was read from the file: a later task sees it as it will be.
        seen = before.seen.with_file(spec.certificate, (wanted,))
        return replace(before, seen=replace(seen, presented=wanted, why_not=""))

    return Rung(
        name=name,
        why=Phrase("the server presents {certificate} in service", certificate=_named(spec, state)),
        holds=holds,
        action=Wait(
            Phrase(
                "{place} presents {certificate}", place=look.place, certificate=_named(spec, state)
            ),
            (look,),
            _SECONDS,
        ),
        then=then,
        evidence=(look,),
        source="TAC 214618",
        is_closing=True,
    )


def _named(spec: XmppSpec, state: XmppState) -> str:
    wanted = expected_leaf(spec, state)
    if not wanted:
        return spec.certificate
    return Phrase(
        "certificate {fingerprint} ({name})", fingerprint=short(wanted), name=spec.certificate
    )
