"""The rungs of the call bridges on one server: listed, with the secret that all servers have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cmsdeploy.families.ladder import Rung
from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.families.xmpp import commands
from cmsdeploy.families.xmpp.facts import Bridge, XmppState
from cmsdeploy.families.xmpp.place import Place
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.model.action import Action
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import UNKNOWN, Secret, SecretRef
from cmsdeploy.model.step import Risk

__all__ = ["bridge_rungs"]


def bridge_rungs(
    spec: XmppSpec, state: XmppState, place: Place, given: Rung[XmppState] | None
) -> Iterator[Rung[XmppState]]:
    """The rungs of the call bridges; ``given`` is what the server must be for an addition."""
    for name in spec.absent:
        yield _bridge_removed(name, place)
    for name in spec.bridges:
        yield from _bridge(spec, state, place, name, given)


def _lists(state: XmppState, name: str) -> Bridge | None:
    return None if state.bridges is UNKNOWN else state.bridges.get(name)


def _with_bridge(state: XmppState, name: str, bridge: Bridge | None) -> XmppState:
    kept = {} if state.bridges is UNKNOWN else dict(state.bridges)
    kept.pop(name, None)
    return replace(state, bridges={**kept, name: bridge} if bridge else kept)


def _bridge_removed(name: str, place: Place) -> Rung[XmppState]:
    return Rung(
        name=f"callbridge-{name}-del",
        why=Phrase("call bridge {name} may not log in", name=name),
        holds=lambda s: s.bridges is not UNKNOWN and name not in s.bridges,
        action=commands.bridge_delete(name),
        then=lambda s: _with_bridge(s, name, None),
        risk=Risk.DISRUPTIVE if place.is_live else Risk.SAFE,
        evidence=(commands.BRIDGE_LIST,),
        source=Phrase("from practice; no document shows the command"),
    )


def _bridge(
    spec: XmppSpec, state: XmppState, place: Place, name: str, given: Rung[XmppState] | None
) -> Iterator[Rung[XmppState]]:
    settled = place.settled[name]
    listed = _lists(state, name)
    if listed is not None and name in spec.rotated:
        yield _rotated(name, place, listed)
    if listed is not None and settled is not None and listed.secret != settled:
        # Scenario 2 of TAC 213479: this server has another secret than the others.
        yield replace(
            _bridge_removed(name, place),
            why=Phrase(
                "the secret of call bridge {name} here is not the one of the other servers",
                name=name,
            ),
            holds=lambda s: (found := _lists(s, name)) is None or found.secret != listed.secret,
        )
    reference = callbridge_secret(spec.cluster, name)
    is_generated = settled is None and place.makes_secrets
    action: Action = (
        commands.bridge_add(name) if is_generated else commands.bridge_add_secret(name, reference)
    )
    yield Rung(
        name=f"callbridge-{name}",
        why=(
            Phrase("call bridge {name} may log in; the box makes its secret", name=name)
            if is_generated
            else Phrase(
                "call bridge {name} may log in with the same secret as on the other servers",
                name=name,
            )
        ),
        holds=lambda s: _is_right(_lists(s, name), settled),
        action=action,
        then=lambda s: _with_bridge(
            s, name, Bridge(spec.domain, reference if settled is None else settled)
        ),
        given=given,
        makes=reference if is_generated else None,
        evidence=(commands.BRIDGE_LIST,),
        source="TAC 217319 steps 7-10" if is_generated else "TAC 217319 steps 18-25",
    )


def _rotated(name: str, place: Place, listed: Bridge) -> Rung[XmppState]:
    # The server that makes the new secret goes first: where that fails, the others keep the old.
    made_before = () if place.makes_secrets else ((place.maker, f"callbridge-{name}"),)
    return replace(
        _bridge_removed(name, place),
        why=Phrase(
            "the old secret of call bridge {name} is not taken any more: no login until the new"
            " one is set",
            name=name,
        ),
        holds=lambda s: (found := _lists(s, name)) is None or found.secret != listed.secret,
        after=made_before,
        source="TAC 213479 scenario 2",
    )


def _is_right(listed: Bridge | None, settled: Secret | None) -> bool:
    if listed is None:
        return False
    return settled is None or isinstance(listed.secret, SecretRef) or listed.secret == settled
